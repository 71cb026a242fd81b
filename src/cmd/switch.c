#include <stdio.h>

#include "base/error.h"
#include "base/text.h"
#include "cmd/all.h"
#include "cmd/deploying.h"
#include "deploy/switch.h"
#include "report/json.h"

static const CommandOption options[] = {
	OPTION_ENV,
	{0, "rebuild", OPTION_FLAG, NULL,
	 "drop the embedded database and build it anew, with sample data", NULL},
	OPTION_WAIT,
	OPTION_FORMAT,
	OPTION_END,
};

static void print_json(const CommandContext *context, const DeployContext *deploy,
		       const SwitchResult *result)
{
	json_t *document = command_json_new(context, deploy);

	json_object_set_new(document, "undone", json_integer(result->undone));
	json_object_set_new(document, "applied", json_integer(result->applied));
	json_object_set_new(document, "seeds", json_integer(result->seeded));
	json_object_set_new(document, "duration_ms", json_integer(result->duration_ms));
	report_json_print(document, stdout);
}

static void print_text(const DeployContext *deploy, const SwitchResult *result)
{
	g_autofree char *duration = text_duration(result->duration_ms);
	g_autofree char *seeds = text_count(result->seeded, "seed");

	if (result->undone + result->applied + result->seeded == 0)
		printf("%s: is at %.7s already\n", deploy->environment->name, deploy->target->oid);
	else
		printf("%s: at %.7s, %u undone, %u applied%s%s in %s\n", deploy->environment->name,
		       deploy->target->oid, result->undone, result->applied,
		       result->seeded ? ", " : "", result->seeded ? seeds : "", duration);
}

static bool run(CommandContext *context, int *status, GError **error)
{
	const Observer observer = command_observer(context);
	DeployOptions chosen = command_deploy_options(context);
	g_autoptr(DeployContext) deploy = NULL;
	SwitchResult result = {0};

	(void)status;
	chosen.at = context->arguments[0] ? context->arguments[0] : "HEAD";
	if (command_flag(context, "rebuild")) {
		deploy = deploy_rebuild(context->repo, &chosen, &observer, &result, error);
		if (!deploy)
			return false;
	} else {
		deploy = deploy_context_new(context->repo, &chosen, &observer);
		if (!deploy_switch(deploy, &result, error))
			return false;
	}
	if (command_wants_json(context))
		print_json(context, deploy, &result);
	else if (context->verbosity >= 0)
		print_text(deploy, &result);
	return true;
}

const Command command_switch = {
	.name = "switch",
	.summary = "take your own database to the migrations of a commit",
	.arguments = "[COMMIT]",
	.arguments_max = 1,
	.options = options,
	.needs = NEEDS_REPOSITORY,
	.run = run,
};
