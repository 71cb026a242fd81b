#include "cmd/all.h"
#include "cmd/deploying.h"
#include "deploy/status.h"
#include "report/json.h"
#include "report/status.h"

static const CommandOption options[] = {
	OPTION_ENV,
	{0, "full", OPTION_FLAG, NULL, "verify again what was found good before", NULL},
	OPTION_NO_FETCH,
	OPTION_FORMAT,
	OPTION_END,
};

static bool run(CommandContext *context, int *status, GError **error)
{
	const int found = 1;
	const DeployOptions chosen = command_deploy_options(context);
	const Observer observer = command_observer(context);
	g_autoptr(DeployContext) deploy = deploy_context_new(context->repo, &chosen, &observer);
	g_autoptr(VerifyReport) report =
		deploy_verify(deploy, command_flag(context, "full"), error);

	if (!report)
		return false;
	if (command_wants_json(context))
		report_json_print(report_verify_json(report), stdout);
	else
		report_verify_text(report, stdout);
	if (report->problems[0])
		*status = found;
	return true;
}

const Command command_verify = {
	.name = "verify",
	.summary = "verify all signatures, the chain, and both ledgers against each other",
	.arguments = "",
	.options = options,
	.needs = NEEDS_REPOSITORY,
	.run = run,
};
