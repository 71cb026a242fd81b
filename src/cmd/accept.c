#include "base/error.h"
#include <stdio.h>

#include "cmd/all.h"
#include "cmd/deploying.h"
#include "deploy/accept.h"

static const CommandOption options[] = {
	OPTION_ENV,
	{.short_name = 'm',
	 .name = "reason",
	 .kind = OPTION_TEXT,
	 .argument = "TEXT",
	 .help = "why the new text is right (required)"},
	OPTION_WAIT,
	OPTION_NO_FETCH,
	OPTION_END,
};

static bool run(CommandContext *context, int *status, GError **error)
{
	const StandingOptions chosen = command_standing_options(context);
	const Observer observer = command_observer(context);
	const char *reason = command_text(context, "reason");
	const char *id = context->arguments[0];
	g_autoptr(Standing) standing = NULL;

	(void)status;
	if (!reason || !*reason)
		return error_set(error, ERR_USAGE,
				 "'--reason TEXT' is required: it is written into the record");
	standing = deploy_accept(context->repo, &chosen, &observer, id, reason, error);
	if (standing && context->verbosity >= 0)
		printf("%s: the new text of '%s' is accepted, record %" G_GINT64_FORMAT "\n",
		       standing_name(standing), id, standing->ledgers.state.sequence);
	return standing;
}

const Command command_accept = {
	.name = "accept",
	.summary = "accept one edited migration, with a reason, in a record",
	.arguments = "MIGRATION",
	.arguments_min = 1,
	.arguments_max = 1,
	.options = options,
	.needs = NEEDS_REPOSITORY,
	.run = run,
};
