#include "base/error.h"
#include "base/text.h"
#include "cmd/all.h"
#include "cmd/deploying.h"
#include "deploy/status.h"
#include "report/json.h"
#include "report/status.h"

static const CommandOption options[] = {
	OPTION_ENV,
	OPTION_AT,
	{0, "to", OPTION_TEXT, "ID", "stop behind this migration", NULL},
	{'n', "dry-run", OPTION_FLAG, NULL, "show what would run, change nothing", NULL},
	OPTION_WAIT,
	OPTION_NO_FETCH,
	OPTION_FORMAT,
	OPTION_END,
};

/* Reads and judges all that `up` would, and prints the plan. */
static bool dry_run(CommandContext *context, DeployContext *deploy, GError **error)
{
	g_autoptr(StatusReport) report = deploy_status(deploy, !deploy->options.no_fetch, error);

	if (!report || !deploy_check_plan(deploy, command_text(context, "to"), error))
		return false;
	g_ptr_array_set_size(report->pending, (gint)deploy->plan->pending->len);
	if (command_wants_json(context))
		report_json_print(report_plan_json(report), stdout);
	else
		report_plan_text(report, stdout);
	return true;
}

static bool run(CommandContext *context, int *status, GError **error)
{
	const DeployOptions chosen = command_deploy_options(context);
	const DeployObserver observer = command_observer(context);
	g_autoptr(DeployContext) deploy = deploy_context_new(context->repo, &chosen, &observer);
	g_auto(DeployResult) result = {0};

	(void)status;
	if (command_flag(context, "dry-run"))
		return dry_run(context, deploy, error);
	if (!deploy_up(deploy, command_text(context, "to"), &result, error))
		return false;
	command_print_result(context, deploy, &result, "applied");
	return true;
}

const Command command_up = {
	.name = "up",
	.summary = "apply pending migrations",
	.arguments = "",
	.options = options,
	.needs = NEEDS_REPOSITORY,
	.run = run,
};
