#include "check/check.h"

#include "base/error.h"
#include "cmd/all.h"
#include "cmd/checking.h"

static const CommandOption options[] = {
	OPTION_CHECK_AT,
	{.name = "live",
	 .kind = OPTION_FLAG,
	 .help = "the environment's live schema must be the recorded one"},
	OPTION_ENV,
	{.name = "reversible",
	 .kind = OPTION_FLAG,
	 .help = "every down script must bring the schema back"},
	OPTION_CHECK_FORMAT,
	OPTION_END,
};

static bool run(CommandContext *context, int *status, GError **error)
{
	const CheckOptions wanted = {.at = command_text(context, "at"),
				     .reversible = command_flag(context, "reversible"),
				     .live = command_flag(context, "live"),
				     .environment = command_text(context, "env")};
	g_autoptr(CheckReport) report = NULL;

	if (wanted.environment && !wanted.live)
		return error_set(error, ERR_USAGE, "'--env' belongs to '--live'");
	report = check_run(context->repo, &wanted, error);
	if (report)
		command_print_check(context, report, status);
	return report;
}

const Command command_check = {
	.name = "check",
	.summary = "check a commit for CI: ledgers, migrations from nothing, schema files",
	.arguments = "",
	.options = options,
	.needs = NEEDS_REPOSITORY,
	.run = run,
};
