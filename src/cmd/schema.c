#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/term.h"
#include "cmd/all.h"
#include "cmd/deploying.h"
#include "config/config.h"
#include "report/json.h"
#include "scratch/build.h"
#include "scratch/files.h"
#include "standing/snapshot.h"

static const CommandOption options[] = {
	OPTION_ENV,
	OPTION_AT,
	{.name = "commit",
	 .kind = OPTION_TEXT,
	 .argument = "COMMIT",
	 .help = "what a commit's migrations give, no database needed"},
	{.name = "files",
	 .kind = OPTION_TEXT,
	 .argument = "COMMIT",
	 .help = "what a commit's schema files give, no database needed"},
	{.name = "tree", .kind = OPTION_FLAG, .help = "print the id of the schema's tree only"},
	{.name = "access", .kind = OPTION_FLAG, .help = "owners and privileges instead"},
	OPTION_FORMAT,
	OPTION_END,
};

static void print_text(const GPtrArray *objects)
{
	for (guint i = 0; i < objects->len; i++) {
		const SchemaObject *object = g_ptr_array_index(objects, i);
		printf("%s-- %s%s\n%s\n", term_begin(stdout, TERM_BOLD), object->path,
		       term_end(stdout, TERM_BOLD), object->text);
	}
}

static json_t *statements_json(const SchemaObject *object)
{
	json_t *list = json_array();

	for (guint i = 0; i < object->statements->len; i++)
		json_array_append_new(list,
				      report_json_text(g_ptr_array_index(object->statements, i)));
	return list;
}

/* Where a snapshot came from: a key of the JSON document, and its value. */
typedef struct {
	const char *key;
	char *value; /* owned */
} Origin;

static void origin_clear(Origin *origin)
{
	g_free(origin->value);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Origin, origin_clear)

static void print_json(const Origin *origin, const GPtrArray *objects,
		       const SchemaSnapshot *snapshot)
{
	json_t *document = report_json_new("schema");
	json_t *list = json_array();

	for (guint i = 0; i < objects->len; i++) {
		const SchemaObject *object = g_ptr_array_index(objects, i);
		json_t *entry = json_object();

		json_object_set_new(entry, "path", report_json_text(object->path));
		json_object_set_new(entry, "statements", statements_json(object));
		json_array_append_new(list, entry);
	}
	json_object_set_new(document, origin->key, report_json_text(origin->value));
	json_object_set_new(document, "objects", list);
	json_object_set_new(document, "not_captured", report_json_list(snapshot->uncaptured));
	report_json_print(document, stdout);
}

static bool print_tree(CommandContext *context, const GPtrArray *objects, GError **error)
{
	g_autofree char *tree =
		git_repo_write_in_memory(context->repo, error)
			? schema_snapshot_tree(context->repo, objects, NULL, NULL, error)
			: NULL;

	return tree && puts(tree) >= 0;
}

/* What was not looked at is said, on standard error: the output may be piped into psql. */
static void tell_uncaptured(const SchemaSnapshot *snapshot)
{
	g_autofree char *list = g_strjoinv(", ", snapshot->uncaptured);

	fflush(stdout);
	if (*list)
		fprintf(stderr, "not captured: %s\n", list);
}

static SchemaSnapshot *take_live(CommandContext *context, bool whole, Origin *origin,
				 GError **error)
{
	g_autoptr(Standing) standing =
		command_open(context, STANDING_TARGET | STANDING_SESSION, error);
	SchemaSnapshot *snapshot =
		standing ? standing_snapshot(standing, whole ? SCHEMA_WHOLE : SCHEMA_OBJECTS, error)
			 : NULL;

	if (snapshot)
		*origin = (Origin){"environment", g_strdup(standing_name(standing))};
	return snapshot;
}

static SchemaSnapshot *take_migrations(GitRepo *repo, const char *at, bool whole, GError **error)
{
	g_autoptr(ScratchBuild) build = scratch_build_new(repo, at, NULL, error);

	if (!build || !scratch_build_migrations(build, build->order->migrations, NULL, error))
		return NULL;
	return scratch_build_snapshot(build, whole, error);
}

static SchemaSnapshot *take_files(GitRepo *repo, const char *at, bool whole, GError **error)
{
	g_autofree char *commit = git_repo_resolve(repo, at, error);
	g_autoptr(Project) project = commit ? config_read_project(repo, commit, error) : NULL;
	g_autoptr(GPtrArray) entries =
		project ? files_list_some(repo, commit, project, NULL, error) : NULL;

	return entries ? files_snapshot(repo, NULL, entries, whole, error) : NULL;
}

static SchemaSnapshot *take(CommandContext *context, Origin *origin, GError **error)
{
	const bool whole = command_flag(context, "access");
	const char *commit = command_text(context, "commit"),
		   *files = command_text(context, "files");

	if (!!commit + !!files + (command_text(context, "env") || command_text(context, "at")) >
	    1) {
		error_set(error, ERR_USAGE,
			  "only one of '--env', '--commit' and '--files' can be given");
		return NULL;
	}
	if (!commit && !files)
		return take_live(context, whole, origin, error);
	*origin =
		commit ? (Origin){"commit", g_strdup(commit)} : (Origin){"files", g_strdup(files)};
	return commit ? take_migrations(context->repo, commit, whole, error)
		      : take_files(context->repo, files, whole, error);
}

static bool run(CommandContext *context, int *status, GError **error)
{
	g_auto(Origin) origin = {0};
	g_autoptr(SchemaSnapshot) snapshot = take(context, &origin, error);
	const GPtrArray *objects;

	(void)status;
	if (!snapshot)
		return false;
	objects = command_flag(context, "access") ? snapshot->access : snapshot->objects;
	if (command_flag(context, "tree"))
		return print_tree(context, objects, error);
	if (command_wants_json(context))
		print_json(&origin, objects, snapshot);
	else
		print_text(objects);
	tell_uncaptured(snapshot);
	return true;
}

const Command command_schema = {
	.name = "schema",
	.summary = "print a schema as canonical DDL, an object per path",
	.arguments = "",
	.options = options,
	.needs = NEEDS_REPOSITORY,
	.run = run,
};
