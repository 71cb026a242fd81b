#include "base/error.h"
#include "base/text.h"
#include <stdio.h>

#include "cmd/all.h"
#include "cmd/deploying.h"
#include "deploy/restore.h"

static const CommandOption options[] = {
	OPTION_ENV,
	{.short_name = 'm',
	 .name = "reason",
	 .kind = OPTION_TEXT,
	 .argument = "TEXT",
	 .help = "what happened (required)"},
	OPTION_WAIT,
	OPTION_NO_FETCH,
	OPTION_END,
};

static bool run(CommandContext *context, int *status, GError **error)
{
	const StandingOptions chosen = command_standing_options(context);
	const Observer observer = command_observer(context);
	const char *reason = command_text(context, "reason");
	g_autofree char *count = NULL;
	g_autoptr(Standing) standing = NULL;
	guint abandoned = 0;

	(void)status;
	if (!reason || !*reason)
		return error_set(error, ERR_USAGE,
				 "'--reason TEXT' is required: it is written into the record");
	standing = deploy_restore(context->repo, &chosen, &observer, reason, &abandoned, error);
	count = text_count(abandoned, "record");
	if (standing && context->verbosity >= 0)
		printf("%s: restored, record %" G_GINT64_FORMAT "; %s abandoned\n",
		       standing_name(standing), standing->ledgers.state.sequence, count);
	return standing;
}

const Command command_restore = {
	.name = "restore",
	.summary = "record that a database was restored from a backup",
	.arguments = "",
	.options = options,
	.needs = NEEDS_REPOSITORY,
	.run = run,
};
