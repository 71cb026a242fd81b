#include <stdio.h>

#include "base/error.h"
#include "cmd/all.h"
#include "cmd/deploying.h"
#include "deploy/drift.h"
#include "report/drift.h"
#include "report/json.h"

static const CommandOption options[] = {
	OPTION_ENV,
	{0, "repair", OPTION_FLAG, NULL,
	 "print the SQL that puts the database right, where it can be derived", NULL},
	OPTION_NO_FETCH,
	OPTION_FORMAT,
	OPTION_END,
};

static DriftReport *compare(CommandContext *context, GError **error)
{
	const DeployOptions chosen = command_deploy_options(context);
	const DeployObserver observer = command_observer(context);
	g_autoptr(DeployContext) deploy = NULL;

	if (context->arguments[0] && !context->arguments[1]) {
		error_set(error, ERR_USAGE, "name two environments, or none");
		return NULL;
	}
	if (context->arguments[0])
		return deploy_drift_between(context->repo, context->arguments[0],
					    context->arguments[1], error);
	deploy = deploy_context_new(context->repo, &chosen, &observer);
	return deploy_drift(deploy, error);
}

static bool run(CommandContext *context, int *status, GError **error)
{
	g_autoptr(DriftReport) report = compare(context, error);

	if (!report)
		return false;
	if (command_wants_json(context))
		report_json_print(report_drift_json(report), stdout);
	else if (context->verbosity >= 0)
		report_drift_text(report, command_flag(context, "repair"), stdout);
	*status = report->changes->len > 0;
	return true;
}

const Command command_diff = {
	.name = "diff",
	.summary = "compare the live schema with the recorded one, or two environments",
	.arguments = "[ENVIRONMENT ENVIRONMENT]",
	.arguments_max = 2,
	.options = options,
	.needs = NEEDS_REPOSITORY,
	.run = run,
};
