#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/term.h"
#include "cmd/all.h"
#include "cmd/deploying.h"
#include "deploy/snapshot.h"
#include "report/json.h"

static const CommandOption options[] = {
	OPTION_ENV,
	OPTION_AT,
	{0, "tree", OPTION_FLAG, NULL, "print the id of the schema's tree only", NULL},
	{0, "access", OPTION_FLAG, NULL, "owners and privileges instead", NULL},
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

static void print_json(const DeployContext *deploy, const GPtrArray *objects,
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
	json_object_set_new(document, "environment", report_json_text(deploy->environment->name));
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

static bool run(CommandContext *context, int *status, GError **error)
{
	const DeployOptions chosen = command_deploy_options(context);
	const DeployObserver observer = command_observer(context);
	g_autoptr(DeployContext) deploy = deploy_context_new(context->repo, &chosen, &observer);
	g_autoptr(SchemaSnapshot) snapshot =
		deploy_snapshot(deploy, command_flag(context, "access"), error);
	const GPtrArray *objects;

	(void)status;
	if (!snapshot)
		return false;
	objects = command_flag(context, "access") ? snapshot->access : snapshot->objects;
	if (command_flag(context, "tree"))
		return print_tree(context, objects, error);
	if (command_wants_json(context))
		print_json(deploy, objects, snapshot);
	else
		print_text(objects);
	tell_uncaptured(snapshot);
	return true;
}

const Command command_schema = {
	.name = "schema",
	.summary = "print the live schema as canonical DDL, an object per path",
	.arguments = "",
	.options = options,
	.needs = NEEDS_REPOSITORY,
	.run = run,
};
