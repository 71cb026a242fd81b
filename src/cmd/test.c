#include "check/check.h"
#include "cmd/all.h"
#include "cmd/checking.h"

static const CommandOption options[] = {
	OPTION_ENV,
	OPTION_CHECK_AT,
	OPTION_CHECK_FORMAT,
	OPTION_END,
};

static bool run(CommandContext *context, int *status, GError **error)
{
	const CheckTest wanted = {.at = command_text(context, "at"),
				  .environment = command_text(context, "env")};
	g_autoptr(CheckReport) report = check_test(context->repo, &wanted, error);

	if (report)
		command_print_check(context, report, status);
	return report;
}

const Command command_test = {
	.name = "test",
	.summary = "test a commit's migrations: up, verify, sample data, down, up again",
	.arguments = "",
	.options = options,
	.needs = NEEDS_REPOSITORY,
	.run = run,
};
