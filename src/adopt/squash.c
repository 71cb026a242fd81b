#include "adopt/squash.h"

#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "config/config.h"
#include "dump.h"
#include "git/files.h"
#include "git/tag.h"
#include "pg/facts.h"
#include "scratch/build.h"

#define LONGEST_LIST 5

typedef struct {
	GitRepo *repo;
	const SquashOptions *options;
	ScratchBuild *before; /* the commit: its migrations in the order in which they run */
	Project *project;     /* of HEAD */
	MigrationSet *now;    /* of HEAD */
	GPtrArray *chosen;    /* Migration* of `before` */
} Squash;

static void squash_clear(Squash *squash)
{
	scratch_build_free(squash->before);
	project_free(squash->project);
	migration_set_free(squash->now);
	g_clear_pointer(&squash->chosen, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Squash, squash_clear)

void squash_result_clear(SquashResult *result)
{
	g_free(result->commit);
	g_free(result->path);
	g_free(result->tree);
	g_clear_pointer(&result->files, g_ptr_array_unref);
	*result = (SquashResult){0};
}

/* ---- what is replaced ---- */

static bool check_work_tree(const Squash *squash, GError **error)
{
	g_auto(GStrv) changed = git_files_changed(squash->repo, squash->project->migrations, error);

	if (!changed)
		return false;
	if (!*changed || !**changed)
		return true;
	error_set(error, ERR_REFUSED, "files below '%s' are changed and not committed",
		  squash->project->migrations);
	for (guint i = 0; i < LONGEST_LIST && changed[i]; i++)
		error_detail(error, "%s", changed[i]);
	return error_hint(error, "commit them first, or put them back");
}

static bool check_same(const Squash *squash, const Migration *migration, GError **error)
{
	const Migration *now = migration_set_get(squash->now, migration->id);

	if (strpbrk(migration->id, " \t"))
		return error_set(
			error, ERR_REFUSED,
			"migration '%s' has a space in its name: a directive cannot name it",
			migration->id);
	if (now && strcmp(now->up.blob, migration->up.blob) == 0)
		return true;
	error_set(error, ERR_REFUSED, "migration '%s' is not the same in HEAD as in '%s'",
		  migration->id, squash->options->through);
	return error_hint(error, "name a later commit: --through COMMIT");
}

static bool read_sets(Squash *squash, GError **error)
{
	g_autofree char *head = git_repo_resolve(squash->repo, "HEAD", error);
	bool is_ancestor = false;

	squash->before =
		head ? scratch_build_read(squash->repo, squash->options->through, error) : NULL;
	if (!squash->before ||
	    !git_commit_is_in(squash->repo, squash->before->commit->oid, head, &is_ancestor, error))
		return false;
	if (!is_ancestor)
		return error_set(error, ERR_REFUSED, "'%s' is not in the history of HEAD",
				 squash->options->through);
	squash->project = config_read_project(squash->repo, head, error);
	squash->now = squash->project
			      ? history_read(squash->repo, head, squash->project->migrations, error)
			      : NULL;
	return squash->now;
}

/* ---- the text ---- */

static void append_replaced(GString *text, const Replaced *replaced, const char *via)
{
	g_string_append_printf(text, "-- migrate: replaces %s %s%s%s\n", replaced->id,
			       replaced->blob, via ? " via " : "", via ? via : "");
}

/* A migration, and below an earlier baseline all that it stood for. */
static void append_migration(GString *text, const Migration *migration)
{
	const Replaced own = {migration->id, migration->up.blob, NULL};

	append_replaced(text, &own, NULL);
	for (guint i = 0; i < migration->directives->replaces->len; i++) {
		const Replaced *replaced = g_ptr_array_index(migration->directives->replaces, i);
		append_replaced(text, replaced, replaced->via ? replaced->via : migration->id);
	}
}

static char *script_text(const Squash *squash, const char *tree, const char *dump)
{
	g_autofree char *count = text_count(squash->chosen->len, "migration");
	GString *text = g_string_new(NULL);

	g_string_append_printf(text,
			       "-- Stands for %s up to %s (commit %.12s),\n-- which give schema "
			       "tree %s.\n",
			       count, squash->options->through, squash->before->commit->oid, tree);
	g_string_append(text, "-- migrate: irreversible it stands for the beginning\n");
	for (guint i = 0; i < squash->chosen->len; i++)
		append_migration(text, g_ptr_array_index(squash->chosen, i));
	g_string_append_c(text, '\n');
	g_string_append(text, dump);
	return g_string_free(text, FALSE);
}

/* The number that begins the last replaced one's name keeps the baseline's place among the names.
 */
static char *baseline_stem(const Squash *squash)
{
	const Migration *last = g_ptr_array_index(squash->chosen, 0);
	const char *slash, *name;
	size_t digits;

	for (guint i = 1; i < squash->chosen->len; i++) {
		const Migration *other = g_ptr_array_index(squash->chosen, i);
		if (text_compare_versions(other->id, last->id) > 0)
			last = other;
	}
	slash = strrchr(last->id, '/');
	name = slash ? slash + 1 : last->id;
	digits = strcspn(name, "_");
	if (strcspn(name, "0123456789") >= digits)
		return g_strdup(squash->options->name);
	return g_strdup_printf("%.*s_%s", (int)digits, name, squash->options->name);
}

static char *baseline_path(const Squash *squash)
{
	static const char *const patterns[] = {[LAYOUT_NONE] = "%s/%s.up.sql",
					       [LAYOUT_PAIR] = "%s/%s.up.sql",
					       [LAYOUT_FLYWAY] = "%s/%s.sql",
					       [LAYOUT_FOLDER] = "%s/%s/up.sql",
					       [LAYOUT_SINGLE] = "%s/%s.sql"};
	g_autofree char *stem = baseline_stem(squash);
	g_auto(GStrv) part = g_strsplit(patterns[squash->now->layout], "%s", -1);
	const char *underscore = strchr(stem, '_');
	g_autofree char *flyway =
		squash->now->layout == LAYOUT_FLYWAY && underscore
			? g_strdup_printf("%.*s__%s", (int)(underscore - stem), stem,
					  underscore + strspn(underscore, "_"))
			: NULL;

	return g_strconcat(squash->project->migrations, part[1], flyway ? flyway : stem, part[2],
			   NULL);
}

/* ---- the proof ---- */

static bool refuse_roles(PgSession *session, GError **error)
{
	g_auto(GStrv) roles = pg_session_other_roles(session, error);
	g_autofree char *names = roles ? g_strjoinv(", ", roles) : NULL;

	if (!names)
		return false;
	if (!*names)
		return true;
	error_set(error, ERR_REFUSED,
		  "these migrations make roles (%s), which belong to the server and are in no "
		  "database's dump",
		  names);
	return error_hint(error, "make them outside migrations, or squash up to the commit before");
}

/* A schema, its rows and its privileges, as they came out of scripts. */
typedef struct {
	SchemaSnapshot *snapshot;
	char *dump;
} Outcome;

static void outcome_clear(Outcome *outcome)
{
	schema_snapshot_free(outcome->snapshot);
	g_free(outcome->dump);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Outcome, outcome_clear)

/* Runs migrations into an empty database. */
static bool run_all(const Squash *squash, const GPtrArray *migrations, Outcome *outcome,
		    GError **error)
{
	g_autoptr(ScratchBuild) build =
		scratch_build_new(squash->repo, squash->before->commit->oid, NULL, error);

	if (!build || !scratch_build_migrations(build, migrations, NULL, error) ||
	    !refuse_roles(build->scratch->session, error))
		return false;
	outcome->snapshot = scratch_build_snapshot(build, true, error);
	outcome->dump = outcome->snapshot
				? dump_database(build->scratch->server, build->scratch->name, error)
				: NULL;
	return outcome->dump;
}

static bool refuse_difference(const char *what, const char *where, GError **error)
{
	error_set(error, ERR_REFUSED,
		  "the baseline does not give what the migrations give: %s differ", what);
	error_detail(error, "%s", where);
	return error_hint(error, "this is a case that squash cannot do yet; nothing was written");
}

static bool same_objects(const GPtrArray *before, const GPtrArray *after, GError **error)
{
	g_autoptr(GArray) differences = schema_objects_compare(before, after);

	return differences->len == 0 ||
	       refuse_difference("objects", g_array_index(differences, SchemaDifference, 0).path,
				 error);
}

static bool same_dump(const Outcome *before, const Outcome *after, GError **error)
{
	g_autofree char *diff = NULL;

	if (strcmp(before->dump, after->dump) == 0)
		return true;
	diff = git_diff_texts(before->dump, after->dump);
	return refuse_difference("rows or privileges", diff, error);
}

/* The baseline as it will be committed, run into a database of its own. */
static bool prove(const Squash *squash, const char *path, const char *text, const Outcome *before,
		  GError **error)
{
	g_autofree char *blob = git_repo_write_blob(squash->repo, text, strlen(text), error);
	g_autoptr(Migration) baseline = migration_new(path, squash->now->layout, path, blob);
	g_autoptr(GPtrArray) alone = g_ptr_array_new();
	g_auto(Outcome) after = {0};

	g_ptr_array_add(alone, baseline);
	if (!blob || !history_read_directives(squash->repo, baseline, error) ||
	    !run_all(squash, alone, &after, error)) {
		g_prefix_error(error, "the baseline, replayed: ");
		return false;
	}
	return same_objects(before->snapshot->objects, after.snapshot->objects, error) &&
	       same_objects(before->snapshot->order, after.snapshot->order, error) &&
	       same_objects(before->snapshot->access, after.snapshot->access, error) &&
	       same_dump(before, &after, error);
}

/* ---- the whole ---- */

static bool choose(Squash *squash, GError **error)
{
	const GPtrArray *ordered = squash->before->order->migrations;

	squash->chosen = g_ptr_array_new();
	for (guint i = 0; i < ordered->len; i++) {
		Migration *migration = g_ptr_array_index(ordered, i);

		if (migration->repeatable)
			continue;
		if (!check_same(squash, migration, error))
			return false;
		g_ptr_array_add(squash->chosen, migration);
	}
	return squash->chosen->len > 0 ||
	       error_set(error, ERR_USAGE, "'%s' has no migration to squash",
			 squash->options->through);
}

static void add_path(GPtrArray *paths, const ScriptFile *file)
{
	if (file->path && !g_ptr_array_find_with_equal_func(paths, file->path, g_str_equal, NULL))
		g_ptr_array_add(paths, g_strdup(file->path));
}

static GPtrArray *paths_of(const Squash *squash)
{
	GPtrArray *paths = g_ptr_array_new_with_free_func(g_free);

	for (guint i = 0; i < squash->chosen->len; i++) {
		const Migration *chosen = g_ptr_array_index(squash->chosen, i);
		const Migration *now = migration_set_get(squash->now, chosen->id);

		add_path(paths, &now->up);
		add_path(paths, &now->down);
		add_path(paths, &now->verify);
	}
	return paths;
}

static bool write_all(const Squash *squash, const SquashResult *result, const char *text,
		      GError **error)
{
	return git_files_add(squash->repo, result->path, text, strlen(text), error) &&
	       git_files_remove(squash->repo, result->files, error);
}

bool adopt_squash(GitRepo *repo, const SquashOptions *options, SquashResult *result, GError **error)
{
	g_auto(Squash) squash = {.repo = repo, .options = options};
	g_auto(Outcome) before = {0};
	g_autofree char *text = NULL;

	if (!git_repo_write_in_memory(repo, error) || !read_sets(&squash, error) ||
	    !check_work_tree(&squash, error) || !choose(&squash, error) ||
	    !run_all(&squash, squash.chosen, &before, error))
		return false;
	result->tree = schema_snapshot_tree(repo, before.snapshot->objects, NULL, NULL, error);
	if (!result->tree)
		return false;
	text = script_text(&squash, result->tree, before.dump);
	result->path = baseline_path(&squash);
	result->commit = g_strdup(squash.before->commit->oid);
	result->replaced = squash.chosen->len;
	result->files = paths_of(&squash);
	return prove(&squash, result->path, text, &before, error) &&
	       (options->dry_run || write_all(&squash, result, text, error));
}
