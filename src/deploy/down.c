#include "base/error.h"
#include "deploy/deploy.h"
#include "deploy/execute.h"
#include "history/read.h"
#include "plan/plan.h"
#include "run/script.h"
#include "standing/state.h"

static bool refuse_without_down(const Migration *migration, GError **error)
{
	const Directives *directives = migration->directives;

	if (directives && directives->irreversible)
		error_set(error, ERR_REFUSED, "migration '%s' is irreversible: %s", migration->id,
			  directives->irreversible);
	else
		error_set(error, ERR_REFUSED, "migration '%s' has no down script", migration->id);
	return error_hint(error, "write a new migration that undoes it");
}

/* The down script of an applied migration, as it was when it was applied. */
static ReadyMigration *find_down(const Standing *standing, AppliedScripts *scripts,
				 const Applied *row, GError **error)
{
	Migration *found = applied_scripts_find(standing, scripts, row, error);
	g_autoptr(ReadyMigration) ready = NULL;

	if (!found || !history_read_directives(standing->repo, found, error))
		return NULL;
	ready = ready_migration_read(standing->repo, found, SCRIPT_DOWN,
				     standing->settings->transaction, error);
	if (ready && !ready->script) {
		refuse_without_down(found, error);
		return NULL;
	}
	return g_steal_pointer(&ready);
}

/* Every down script is found and judged before the first one runs; ReadyMigration*, owned. */
static GPtrArray *find_all(const Standing *standing, AppliedScripts *scripts, const GPtrArray *rows,
			   GError **error)
{
	g_autoptr(GPtrArray) ready =
		g_ptr_array_new_with_free_func((GDestroyNotify)ready_migration_free);

	for (guint i = 0; i < rows->len; i++) {
		ReadyMigration *one =
			find_down(standing, scripts, g_ptr_array_index(rows, i), error);

		if (!one)
			return NULL;
		g_ptr_array_add(ready, one);
	}
	return g_steal_pointer(&ready);
}

bool deploy_undo_check(const Standing *standing, const GPtrArray *rows, GError **error)
{
	g_autoptr(AppliedScripts) scripts = applied_scripts_new();
	g_autoptr(GPtrArray) ready = find_all(standing, scripts, rows, error);

	return ready;
}

GPtrArray *deploy_down_plan(const Standing *standing, guint steps, const char *to, GError **error)
{
	g_autoptr(GPtrArray) rows = plan_down(standing->lineup->applied, steps, to, error);

	return rows && deploy_undo_check(standing, rows, error) ? g_steal_pointer(&rows) : NULL;
}

bool deploy_undo(Standing *standing, const GPtrArray *rows, DeployResult *result, GError **error)
{
	g_autoptr(AppliedScripts) scripts = applied_scripts_new();
	g_autoptr(GPtrArray) ready = find_all(standing, scripts, rows, error);
	Execution execution = {.standing = standing, .direction = RUN_DOWN, .ready = ready};

	return ready && execute_run(&execution, result, error);
}

Standing *deploy_down(GitRepo *repo, const StandingOptions *options, const Observer *observer,
		      guint steps, const char *to, DeployResult *result, GError **error)
{
	g_autoptr(Standing) standing =
		standing_open(repo, options, observer, STANDING_DEPLOY | STANDING_ROWS, error);
	g_autoptr(GPtrArray) rows = standing ? deploy_down_plan(standing, steps, to, error) : NULL;

	if (!rows || (rows->len > 0 && !deploy_undo(standing, rows, result, error)))
		return NULL;
	return g_steal_pointer(&standing);
}
