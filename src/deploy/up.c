#include "base/error.h"
#include "deploy/deploy.h"
#include "deploy/edit.h"
#include "deploy/execute.h"
#include "deploy/gates.h"
#include "deploy/script.h"
#include "deploy/write.h"
#include "plan/plan.h"

/* A script stopped half-way must be finished before anything else: it belongs to this plan, or
 * somebody removed it. */
bool deploy_check_partial(const DeployContext *context, GError **error)
{
	for (char **each = context->partial; *each; each++) {
		g_auto(GStrv) part = g_strsplit(*each, "\t", 2);

		if (g_strcmp0(part[1], "up") == 0 && migration_set_get(context->set, part[0]))
			continue;
		error_set(error, ERR_REFUSED, "the %s script of migration '%s' stopped half-way",
			  part[1], part[0]);
		return error_hint(error, "%s",
				  g_strcmp0(part[1], "up") == 0
					  ? "deploy a commit that has this migration first"
					  : "run 'git migrate down' again first");
	}
	return true;
}

static bool make_plan(DeployContext *context, const char *to, GError **error)
{
	return deploy_read_plan(context, false, error) && deploy_classify_edits(context, error) &&
	       deploy_refuse_edits(context, error) && deploy_check_partial(context, error) &&
	       deploy_order_plan(context, to, error);
}

GPtrArray *deploy_plan_items(DeployContext *context, GError **error)
{
	g_autoptr(GPtrArray) items =
		g_ptr_array_new_with_free_func((GDestroyNotify)record_item_free);
	const GPtrArray *pending = context->plan->pending;

	for (guint i = 0; i < pending->len; i++) {
		const Migration *migration = g_ptr_array_index(pending, i);
		g_autoptr(GError) why = NULL;
		g_autoptr(ReadyScript) up =
			deploy_ready_script(context, migration, SCRIPT_UP, &why);
		g_autoptr(ReadyScript) G_GNUC_UNUSED verify =
			why ? NULL : deploy_ready_script(context, migration, SCRIPT_VERIFY, &why);

		if (why) {
			g_propagate_error(error, g_steal_pointer(&why));
			g_prefix_error(error, "migration '%s': ", migration->id);
			return NULL;
		}
		g_ptr_array_add(items, ready_script_item(up));
	}
	return g_steal_pointer(&items);
}

bool deploy_check_plan(DeployContext *context, const char *to, GError **error)
{
	g_autoptr(GPtrArray) items = NULL;

	if (!deploy_refuse_edits(context, error) || !deploy_check_partial(context, error) ||
	    (to && !plan_cut(context->plan, context->applied, to, error)))
		return false;
	items = deploy_plan_items(context, error);
	return items && deploy_gates_read(context, items, false, error);
}

static bool run_one(DeployExecution *execution, guint index, GError **error)
{
	DeployContext *context = execution->context;
	const Migration *migration = g_ptr_array_index(context->plan->pending, index);
	g_autoptr(ReadyScript) up = deploy_ready_script(context, migration, SCRIPT_UP, error);
	g_autoptr(ReadyScript) verify = NULL;
	g_autoptr(GError) why = NULL;

	if (!up)
		return false;
	verify = deploy_ready_script(context, migration, SCRIPT_VERIFY, &why);
	if (why) {
		g_propagate_error(error, g_steal_pointer(&why));
		return false;
	}
	return deploy_execute_one(execution, index, up, verify, error);
}

bool deploy_apply(DeployContext *context, DeployResult *result, GError **error)
{
	g_autoptr(GPtrArray) items = deploy_plan_items(context, error);
	DeployExecution execution = {.context = context, .direction = RUN_UP, .run_one = run_one};

	if (!items || !deploy_gates_pass(context, items, error))
		return false;
	if (items->len || context->brings_policy)
		return deploy_execute(&execution, items, result, error);
	deploy_publish(context, "nothing to deploy");
	return true;
}

bool deploy_up(DeployContext *context, const char *to, DeployResult *result, GError **error)
{
	if (!deploy_configure(context, error) || !deploy_connect(context, error) ||
	    !deploy_lock(context, error) || !deploy_read_ledgers(context, true, error) ||
	    !deploy_settle_ledgers(context, error) || !make_plan(context, to, error))
		return false;
	return deploy_apply(context, result, error);
}
