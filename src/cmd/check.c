#include "check/check.h"

#include "cmd/all.h"
#include "cmd/checking.h"

static const CommandOption options[] = {
	OPTION_CHECK_AT,
	{0, "reversible", OPTION_FLAG, NULL, "every down script must bring the schema back", NULL},
	OPTION_CHECK_FORMAT,
	OPTION_END,
};

static bool run(CommandContext *context, int *status, GError **error)
{
	const CheckOptions wanted = {.at = command_text(context, "at"),
				     .reversible = command_flag(context, "reversible")};
	g_autoptr(CheckReport) report = check_run(context->repo, &wanted, error);

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
