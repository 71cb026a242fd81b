#include <stdio.h>

#include "base/error.h"
#include "base/text.h"
#include "cmd/all.h"
#include "cmd/deploying.h"
#include "deploy/switch.h"
#include "report/json.h"

static const CommandOption options[] = {
	OPTION_ENV,
	{.name = "rebuild",
	 .kind = OPTION_FLAG,
	 .help = "drop the embedded database and build it anew, with sample data"},
	OPTION_WAIT,
	OPTION_FORMAT,
	OPTION_END,
};

static void print_json(const CommandContext *context, const Standing *standing,
		       const SwitchResult *result)
{
	json_t *document = command_json_new(context, standing);

	json_object_set_new(document, "undone", json_integer(result->undone));
	json_object_set_new(document, "applied", json_integer(result->applied));
	json_object_set_new(document, "seeds", json_integer(result->seeded));
	json_object_set_new(document, "duration_ms", json_integer(result->duration_ms));
	report_json_print(document, stdout);
}

static void print_text(const Standing *standing, const SwitchResult *result)
{
	g_autofree char *duration = text_duration(result->duration_ms);
	g_autofree char *seeds = text_count(result->seeded, "seed");

	if (result->undone + result->applied + result->seeded == 0)
		printf("%s: is at %.7s already\n", standing_name(standing),
		       standing->target.commit->oid);
	else
		printf("%s: at %.7s, %u undone, %u applied%s%s in %s\n", standing_name(standing),
		       standing->target.commit->oid, result->undone, result->applied,
		       result->seeded ? ", " : "", result->seeded ? seeds : "", duration);
}

static bool run(CommandContext *context, int *status, GError **error)
{
	const Observer observer = command_observer(context);
	StandingOptions chosen = command_standing_options(context);
	Standing *(*const go)(GitRepo *, const StandingOptions *, const Observer *, SwitchResult *,
			      GError **) =
		command_flag(context, "rebuild") ? deploy_rebuild : deploy_switch;
	g_autoptr(Standing) standing = NULL;
	SwitchResult result = {0};

	(void)status;
	chosen.at = context->arguments[0] ? context->arguments[0] : "HEAD";
	standing = go(context->repo, &chosen, &observer, &result, error);
	if (!standing)
		return false;
	if (command_wants_json(context))
		print_json(context, standing, &result);
	else if (context->verbosity >= 0)
		print_text(standing, &result);
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
