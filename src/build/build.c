#include "build/build.h"

#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "config/config.h"
#include "deploy/execute.h"
#include "history/read.h"
#include "plan/plan.h"

DeployContext *build_context(GitRepo *repo, const char *at, Scratch *scratch, GError **error)
{
	const DeployOptions options = {.environment = "local",
				       .at = at,
				       .command = "check",
				       .no_fetch = true,
				       .offline = true};
	g_autoptr(DeployContext) context = deploy_context_new(repo, &options, NULL);

	context->target = git_repo_commit(repo, at, error);
	context->project =
		context->target ? config_read_project(repo, context->target->oid, error) : NULL;
	if (!context->project)
		return NULL;
	context->environment = config_built_in("local");
	context->environment->lock_timeout_ms = 0;
	context->policy = context->environment;
	if (scratch)
		context->session = g_steal_pointer(&scratch->session);
	context->applied = applied_set_new();
	context->partial = g_new0(char *, 1);
	if (!deploy_read_plan(context, false, error) || !deploy_order_plan(context, NULL, error))
		return NULL;
	return g_steal_pointer(&context);
}

bool build_script(DeployContext *context, const Migration *migration, ScriptRole role,
		  GError **error)
{
	const Runner runner = {.session = context->session,
			       .limits = deploy_limits(context->environment),
			       .mark = RUN_MARK_NONE};
	g_autoptr(ReadyMigration) ready = ready_migration_read(
		context->repo, migration, role, context->environment->transaction, error);
	g_auto(RunOutcome) outcome = {0};

	if (ready &&
	    (!ready->script || runner_run(&runner, ready->script, ready->verify, &outcome, error)))
		return true;
	return error_place(error, role == SCRIPT_DOWN ? migration->down.path : migration->up.path,
			   0, 0);
}

bool build_migrations(DeployContext *context, GPtrArray *before, GError **error)
{
	for (guint i = 0; i < context->plan->pending->len; i++) {
		const Migration *migration = g_ptr_array_index(context->plan->pending, i);
		SchemaSnapshot *snapshot =
			before ? schema_snapshot_take(context->session, NULL, false, error) : NULL;

		if (before && !snapshot)
			return false;
		if (before)
			g_ptr_array_add(before, snapshot);
		if (!build_script(context, migration, SCRIPT_UP, error))
			return false;
	}
	return true;
}

bool build_is_script_error(const GError *error)
{
	return error_is(error, ERR_FAILED) || error_is(error, ERR_MIGRATION);
}

/* ---- schema files ---- */

/* pg_dump's own meta-commands, which mean nothing to a server, made blank so that lines keep their
 * numbers. */
static char *without_restrict(const char *text)
{
	g_autoptr(GRegex) lines =
		g_regex_new("^\\\\(un)?restrict [A-Za-z0-9]+\r?$", G_REGEX_MULTILINE, 0, NULL);

	return g_regex_replace_literal(lines, text, -1, 0, "", 0, NULL);
}

/* Whether a statement may fail for the want of a role or a setting (undefined_object). */
static bool may_pass_over(const char *sql, BuildPlace place)
{
	static const char *const begins[] = {"SET ", "GRANT ", "REVOKE ",
					     "ALTER DEFAULT PRIVILEGES "};
	const guint count = place == BUILD_FOR_REAL ? 1 : G_N_ELEMENTS(begins);

	for (guint i = 0; i < count; i++)
		if (g_ascii_strncasecmp(sql, begins[i], strlen(begins[i])) == 0)
			return true;
	return place == BUILD_SCRATCH && g_ascii_strncasecmp(sql, "ALTER ", 6) == 0 &&
	       strstr(sql, " OWNER TO ");
}

static bool is_missing(PgSession *session)
{
	return g_strcmp0(pg_session_failure(session)->sqlstate, "42704") == 0;
}

/* A statement of which a failure may be passed over; inside a transaction this takes a savepoint.
 */
static bool try_statement(DeployContext *context, const ReadyScript *script, guint index,
			  BuildPlace place, GError **error)
{
	const bool inside = place == BUILD_FOR_REAL;
	g_autoptr(GError) why = NULL;

	if (inside && !pg_session_execute(context->session, "SAVEPOINT git_migrate", error))
		return false;
	if (runner_statement(context->session, script, index, &why))
		return true;
	if (is_missing(context->session))
		return !inside || pg_session_execute(context->session,
						     "ROLLBACK TO SAVEPOINT git_migrate", error);
	g_propagate_error(error, g_steal_pointer(&why));
	return false;
}

static bool check_can_run(const ReadyScript *script, guint index, const char *sql, GError **error)
{
	const SqlStatement *statement =
		&g_array_index(script->statements->statements, SqlStatement, index);
	g_auto(SqlKind) kind = {0};

	sql_classify(sql, &kind);
	if (kind.class == SQL_ORDINARY)
		return true;
	error_set(error, ERR_MIGRATION, "%s cannot be part of a build, which is one transaction",
		  kind.what);
	error_place(error, script->source.file, statement->line, statement->column);
	return error_hint(error, "write the plain statement: an empty database needs no other");
}

static bool run_statements(DeployContext *context, const SqlScript *script, BuildPlace place,
			   GError **error)
{
	const Script source = {.file = (char *)(gsize)script->file};
	const ReadyScript shown = {.source = source, .statements = (SqlScript *)(gsize)script};
	bool ok = true;

	for (guint i = 0; i < script->statements->len && ok; i++) {
		g_autofree char *sql = sql_statement_text(
			script, &g_array_index(script->statements, SqlStatement, i));

		if (place == BUILD_FOR_REAL && !check_can_run(&shown, i, sql, error))
			return false;
		ok = may_pass_over(sql, place)
			     ? try_statement(context, &shown, i, place, error)
			     : runner_statement(context->session, &shown, i, error);
	}
	return ok;
}

/* A dump leaves its search_path behind. */
static bool reset_session(DeployContext *context, GError **error)
{
	return pg_session_execute(context->session, "RESET SESSION AUTHORIZATION; RESET ALL",
				  error);
}

static bool build_file(DeployContext *context, const GitEntry *entry, BuildPlace place,
		       GError **error)
{
	g_autoptr(GBytes) bytes = git_repo_blob(context->repo, entry->oid, error);
	g_autofree char *text = NULL;
	g_autoptr(SqlScript) script = NULL;
	size_t length;
	const char *raw = bytes ? g_bytes_get_data(bytes, &length) : NULL;

	if (!bytes)
		return false;
	text = without_restrict(raw ? raw : "");
	script = sql_script_split(text, strlen(text), entry->path, 1, error);
	return script && reset_session(context, error) &&
	       run_statements(context, script, place, error);
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
static GPtrArray *list_folder(const DeployContext *context, const char *folder, GError **error)
{
	GPtrArray *files = history_list_sql(context->repo, context->target->oid, folder, error);

	if (!files || files->len > 0)
		return files;
	g_ptr_array_unref(files);
	error_set(error, ERR_CONFIG,
		  "include_dirs of environment '%s' names '%s': %.7s has no .sql file there",
		  context->environment->name, folder, context->target->oid);
	return NULL;
}

GPtrArray *build_list_files(const DeployContext *context, GError **error)
{
	const Environment *environment = context->environment;
	GPtrArray *entries;

	if (!*environment->include_dirs)
		entries = history_list_sql(context->repo, context->target->oid,
					   context->project->schema, error);
	else
		entries = g_ptr_array_new_with_free_func((GDestroyNotify)git_entry_free);
	for (char **folder = environment->include_dirs; entries && *folder; folder++) {
		GPtrArray *files = list_folder(context, *folder, error);

		if (!files) {
			g_clear_pointer(&entries, g_ptr_array_unref);
			break;
		}
		g_ptr_array_extend_and_steal(entries, files);
	}
	for (guint i = entries ? entries->len : 0; i > 0; i--) {
		const GitEntry *entry = g_ptr_array_index(entries, i - 1);

		if (is_listed(environment->exclude_dirs, entry->path))
			g_ptr_array_remove_index(entries, i - 1);
	}
	return entries;
}

GPtrArray *build_list_some_files(const DeployContext *context, GError **error)
{
	GPtrArray *entries = build_list_files(context, error);

	if (!entries || entries->len > 0)
		return entries;
	g_ptr_array_unref(entries);
	error_set(error, ERR_MIGRATION, "there are no schema files below '%s' in %.7s",
		  context->project->schema, context->target->oid);
	error_hint(error, "key schema of migrate.yaml names their folder");
	return NULL;
}

bool build_files(DeployContext *context, const GPtrArray *entries, BuildPlace place, GError **error)
{
	for (guint i = 0; i < entries->len; i++)
		if (!build_file(context, g_ptr_array_index(entries, i), place, error))
			return false;
	return reset_session(context, error);
}

SchemaSnapshot *build_files_snapshot(GitRepo *repo, const char *at, const PgSession *like,
				     const GPtrArray *entries, GError **error)
{
	g_autoptr(Scratch) scratch = deploy_scratch_new(repo, like, error);
	g_autoptr(DeployContext) built = scratch ? build_context(repo, at, scratch, error) : NULL;

	if (!built || !build_files(built, entries, BUILD_SCRATCH, error))
		return NULL;
	return schema_snapshot_take(built->session, NULL, false, error);
}
