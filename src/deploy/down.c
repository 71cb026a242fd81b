#include "base/error.h"
#include "deploy/deploy.h"
#include "deploy/execute.h"
#include "deploy/state.h"
#include "deploy/write.h"
#include "history/read.h"
#include "plan/plan.h"
#include "run/script.h"

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
static ReadyMigration *find_down(DeployContext *context, DeployScripts *scripts, const Applied *row,
				 GError **error)
{
	Migration *found = deploy_scripts_find(context, scripts, row, error);
	g_autoptr(ReadyMigration) ready = NULL;

	if (!found || !history_read_directives(context->repo, found, error))
		return NULL;
	ready = ready_migration_read(context->repo, found, SCRIPT_DOWN,
				     context->environment->transaction, error);
	if (ready && !ready->script) {
		refuse_without_down(found, error);
		return NULL;
	}
	return g_steal_pointer(&ready);
}

/* Every down script is found and judged before the first one runs; ReadyMigration*, owned. */
static GPtrArray *find_all(DeployContext *context, DeployScripts *scripts, const GPtrArray *rows,
			   GError **error)
{
	g_autoptr(GPtrArray) ready =
		g_ptr_array_new_with_free_func((GDestroyNotify)ready_migration_free);

	for (guint i = 0; i < rows->len; i++) {
		ReadyMigration *one =
			find_down(context, scripts, g_ptr_array_index(rows, i), error);

		if (!one)
			return NULL;
		g_ptr_array_add(ready, one);
	}
	return g_steal_pointer(&ready);
}

bool deploy_undo_check(DeployContext *context, const GPtrArray *rows, GError **error)
{
	g_autoptr(DeployScripts) scripts = deploy_scripts_new();
	g_autoptr(GPtrArray) ready = find_all(context, scripts, rows, error);

	return ready;
}

GPtrArray *deploy_down_plan(DeployContext *context, guint steps, const char *to, GError **error)
{
	g_autoptr(GPtrArray) rows = NULL;

	if (!deploy_read_plan(context, true, error))
		return NULL;
	rows = plan_down(context->applied, steps, to, error);
	return rows && deploy_undo_check(context, rows, error) ? g_steal_pointer(&rows) : NULL;
}

bool deploy_undo(DeployContext *context, const GPtrArray *rows, DeployResult *result,
		 GError **error)
{
	g_autoptr(DeployScripts) scripts = deploy_scripts_new();
	g_autoptr(GPtrArray) ready = find_all(context, scripts, rows, error);
	DeployExecution execution = {.context = context, .direction = RUN_DOWN, .ready = ready};

	return ready && deploy_execute(&execution, result, error);
}

bool deploy_down(DeployContext *context, guint steps, const char *to, DeployResult *result,
		 GError **error)
{
	g_autoptr(GPtrArray) rows = NULL;

	if (!deploy_configure(context, error) || !deploy_connect(context, error) ||
	    !deploy_lock(context, error) || !deploy_read_ledgers(context, true, error) ||
	    !deploy_settle_ledgers(context, error))
		return false;
	rows = deploy_down_plan(context, steps, to, error);
	if (!rows)
		return false;
	return rows->len == 0 || deploy_undo(context, rows, result, error);
}
