#include "base/error.h"
#include "deploy/deploy.h"
#include "deploy/execute.h"
#include "deploy/script.h"
#include "deploy/state.h"
#include "deploy/write.h"
#include "history/read.h"
#include "plan/plan.h"

/* What run_one() needs: the rows to undo, and where their scripts are. */
typedef struct {
	const GPtrArray *rows; /* const Applied*, newest first */
	DeployScripts *scripts;
} DownWork;

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
static ReadyScript *find_down(DeployContext *context, DeployScripts *scripts, const Applied *row,
			      GError **error)
{
	const Migration *found = deploy_scripts_find(context, scripts, row, error);
	g_autoptr(GError) why = NULL;
	ReadyScript *script;

	/* The set that `scripts` owns is ours to complete. */
	if (!found || !history_read_directives(context->repo, (Migration *)(gsize)found, error))
		return NULL;
	script = deploy_ready_script(context, found, SCRIPT_DOWN, &why);
	if (!script && !why)
		refuse_without_down(found, error);
	else if (why)
		g_propagate_error(error, g_steal_pointer(&why));
	return script;
}

/* Every down script is found and judged before the first one runs. */
static GPtrArray *judge_all(DeployContext *context, const DownWork *work, GError **error)
{
	g_autoptr(GPtrArray) items =
		g_ptr_array_new_with_free_func((GDestroyNotify)record_item_free);

	for (guint i = 0; i < work->rows->len; i++) {
		g_autoptr(ReadyScript) script =
			find_down(context, work->scripts, g_ptr_array_index(work->rows, i), error);
		if (!script)
			return NULL;
		g_ptr_array_add(items, ready_script_item(script));
	}
	return g_steal_pointer(&items);
}

static bool run_one(DeployExecution *execution, guint index, GError **error)
{
	const DownWork *work = execution->data;
	g_autoptr(ReadyScript) script = find_down(execution->context, work->scripts,
						  g_ptr_array_index(work->rows, index), error);

	return script && deploy_execute_one(execution, index, script, NULL, error);
}

bool deploy_undo_check(DeployContext *context, const GPtrArray *rows, GError **error)
{
	g_autoptr(DeployScripts) scripts = deploy_scripts_new();
	const DownWork work = {rows, scripts};
	g_autoptr(GPtrArray) items = judge_all(context, &work, error);

	return items;
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
	DownWork work = {rows, scripts};
	g_autoptr(GPtrArray) items = judge_all(context, &work, error);
	DeployExecution execution = {
		.context = context, .direction = RUN_DOWN, .run_one = run_one, .data = &work};

	return items && deploy_execute(&execution, items, result, error);
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
