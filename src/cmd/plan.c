#include "plan/plan.h"
#include "cmd/all.h"
#include "cmd/deploying.h"
#include "deploy/status.h"
#include "report/json.h"
#include "report/status.h"

static const CommandOption options[] = {
	OPTION_ENV,    OPTION_AT,  {0, "to", OPTION_TEXT, "ID", "stop behind this migration", NULL},
	OPTION_FORMAT, OPTION_END,
};

static bool run(CommandContext *context, int *status, GError **error)
{
	const DeployOptions chosen = command_deploy_options(context);
	const Observer observer = command_observer(context);
	g_autoptr(DeployContext) deploy = deploy_context_new(context->repo, &chosen, &observer);
	g_autoptr(StatusReport) report = deploy_status(deploy, false, error);
	const char *to = command_text(context, "to");

	(void)status;
	if (!report || (to && !plan_cut(deploy->plan, deploy->applied, to, error)))
		return false;
	g_ptr_array_set_size(report->pending, (gint)deploy->plan->pending->len);
	if (command_wants_json(context))
		report_json_print(report_plan_json(report), stdout);
	else
		report_plan_text(report, stdout);
	return true;
}

const Command command_plan = {
	.name = "plan",
	.summary = "show what 'up' would run, in order and why",
	.arguments = "",
	.options = options,
	.needs = NEEDS_REPOSITORY,
	.run = run,
};
