#include "scratch/files.h"

#include <string.h>

#include "base/error.h"
#include "history/read.h"
#include "run/leftovers.h"
#include "run/runner.h"
#include "scratch/scratch.h"

/* pg_dump's own meta-commands, which mean nothing to a server, made blank so that lines keep their
 * numbers. */
static char *without_restrict(const char *text)
{
	g_autoptr(GRegex) lines =
		g_regex_new("^\\\\(un)?restrict [A-Za-z0-9]+\r?$", G_REGEX_MULTILINE, 0, NULL);

	return g_regex_replace_literal(lines, text, -1, 0, "", 0, NULL);
}

/* Whether a statement may fail for the want of a role or a setting (undefined_object). */
static bool may_pass_over(const char *sql, FilesPlace place)
{
	static const char *const begins[] = {"SET ", "GRANT ", "REVOKE ",
					     "ALTER DEFAULT PRIVILEGES "};
	const guint count = place == FILES_FOR_REAL ? 1 : G_N_ELEMENTS(begins);

	for (guint i = 0; i < count; i++)
		if (g_ascii_strncasecmp(sql, begins[i], strlen(begins[i])) == 0)
			return true;
	return place == FILES_ON_SCRATCH && g_ascii_strncasecmp(sql, "ALTER ", 6) == 0 &&
	       strstr(sql, " OWNER TO ");
}

static bool is_missing(PgSession *session)
{
	return g_strcmp0(pg_session_failure(session)->sqlstate, "42704") == 0;
}

/* A statement of which a failure may be passed over; inside a transaction this takes a savepoint.
 */
static bool try_statement(PgSession *session, const ReadyScript *script, guint index,
			  FilesPlace place, GError **error)
{
	const bool inside = place == FILES_FOR_REAL;
	g_autoptr(GError) why = NULL;

	if (inside && !pg_session_execute(session, "SAVEPOINT git_migrate", error))
		return false;
	if (runner_statement(session, script, index, &why))
		return true;
	if (is_missing(session))
		return !inside ||
		       pg_session_execute(session, "ROLLBACK TO SAVEPOINT git_migrate", error);
	g_propagate_error(error, g_steal_pointer(&why));
	return false;
}

static bool check_can_run(const ReadyScript *script, guint index, const char *sql, GError **error)
{
	const SqlStatement *statement = ready_script_statement(script, index);
	g_auto(SqlKind) kind = {0};

	sql_classify(sql, &kind);
	if (kind.class == SQL_ORDINARY)
		return true;
	error_set(error, ERR_MIGRATION, "%s cannot be part of a build, which is one transaction",
		  kind.what);
	error_place(error, script->source.file, statement->line, statement->column);
	return error_hint(error, "write the plain statement: an empty database needs no other");
}

static bool run_statements(PgSession *session, const ReadyScript *script, FilesPlace place,
			   GError **error)
{
	bool ok = true;

	for (guint i = 0; i < ready_script_length(script) && ok; i++) {
		g_autofree char *sql =
			sql_statement_text(script->statements, ready_script_statement(script, i));

		if (place == FILES_FOR_REAL && !check_can_run(script, i, sql, error))
			return false;
		ok = may_pass_over(sql, place) ? try_statement(session, script, i, place, error)
					       : runner_statement(session, script, i, error);
	}
	return ok;
}

/* A dump leaves its search_path behind. Inside the open transaction the reset cannot have one of
 * its own. */
static bool reset_session(PgSession *session, FilesPlace place, GError **error)
{
	return leftovers_undo(session, place == FILES_FOR_REAL, error);
}

static bool run_file(GitRepo *repo, PgSession *session, const GitEntry *entry, FilesPlace place,
		     GError **error)
{
	g_autoptr(GBytes) bytes = git_repo_blob(repo, entry->oid, error);
	g_autofree char *text = NULL;
	g_autoptr(SqlScript) split = NULL;
	size_t length;
	const char *raw = bytes ? g_bytes_get_data(bytes, &length) : NULL;

	if (!bytes)
		return false;
	text = without_restrict(raw ? raw : "");
	split = sql_script_split(text, strlen(text), entry->path, 1, error);
	if (!split)
		return false;
	/* For the explanation of failures it is a script like another; it owns nothing. */
	const ReadyScript script = {.source = {.file = entry->path}, .statements = split};
	return reset_session(session, place, error) &&
	       run_statements(session, &script, place, error);
}

/* Whether a path is one of these, or lies below one of these folders. */
static bool is_listed(char *const *list, const char *path)
{
	for (; *list; list++) {
		const size_t length = strlen(*list) - (g_str_has_suffix(*list, "/") ? 1 : 0);

		if (strncmp(path, *list, length) == 0 &&
		    (path[length] == '/' || path[length] == '\0'))
			return true;
	}
	return false;
}

/* A folder that is named and not there is a mistake in the environment's file. */
static GPtrArray *list_folder(GitRepo *repo, const char *commit, const char *folder,
			      const char *environment, GError **error)
{
	GPtrArray *files = history_list_sql(repo, commit, folder, error);

	if (!files || files->len > 0)
		return files;
	g_ptr_array_unref(files);
	error_set(error, ERR_CONFIG,
		  "include_dirs of environment '%s' names '%s': %.7s has no .sql file there",
		  environment, folder, commit);
	return NULL;
}

static GPtrArray *list_included(GitRepo *repo, const char *commit, const Settings *settings,
				GError **error)
{
	g_autoptr(GPtrArray) entries =
		g_ptr_array_new_with_free_func((GDestroyNotify)git_entry_free);

	for (char **folder = settings->include_dirs; *folder; folder++) {
		GPtrArray *files = list_folder(repo, commit, *folder, settings->name, error);

		if (!files)
			return NULL;
		g_ptr_array_extend_and_steal(entries, files);
	}
	return g_steal_pointer(&entries);
}

GPtrArray *files_list(GitRepo *repo, const char *commit, const Project *project,
		      const Settings *settings, GError **error)
{
	GPtrArray *entries = settings && *settings->include_dirs
				     ? list_included(repo, commit, settings, error)
				     : history_list_sql(repo, commit, project->schema, error);

	for (guint i = entries && settings ? entries->len : 0; i > 0; i--) {
		const GitEntry *entry = g_ptr_array_index(entries, i - 1);

		if (is_listed(settings->exclude_dirs, entry->path))
			g_ptr_array_remove_index(entries, i - 1);
	}
	return entries;
}

GPtrArray *files_list_some(GitRepo *repo, const char *commit, const Project *project,
			   const Settings *settings, GError **error)
{
	GPtrArray *entries = files_list(repo, commit, project, settings, error);

	if (!entries || entries->len > 0)
		return entries;
	g_ptr_array_unref(entries);
	error_set(error, ERR_MIGRATION, "there are no schema files below '%s' in %.7s",
		  project->schema, commit);
	error_hint(error, "key schema of migrate.yaml names their folder");
	return NULL;
}

bool files_run(GitRepo *repo, PgSession *session, const GPtrArray *entries, FilesPlace place,
	       GError **error)
{
	for (guint i = 0; i < entries->len; i++)
		if (!run_file(repo, session, g_ptr_array_index(entries, i), place, error))
			return false;
	return reset_session(session, place, error);
}

SchemaSnapshot *files_snapshot(GitRepo *repo, const PgSession *like, const GPtrArray *entries,
			       bool whole, GError **error)
{
	g_autoptr(Scratch) scratch = scratch_new(repo, like, error);

	if (!scratch || !files_run(repo, scratch->session, entries, FILES_ON_SCRATCH, error))
		return NULL;
	return schema_snapshot_take(scratch->session, NULL, whole ? SCHEMA_WHOLE : SCHEMA_OBJECTS,
				    error);
}
