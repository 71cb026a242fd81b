#include "cmd/all.h"
#include "cmd/deploying.h"
#include "inspect/status.h"
#include "report/json.h"
#include "report/status.h"

static const CommandOption options[] = {
	OPTION_ENV,
	{.name = "full", .kind = OPTION_FLAG, .help = "verify again what was found good before"},
	OPTION_NO_FETCH,
	OPTION_FORMAT,
	OPTION_END,
};

static bool run(CommandContext *context, int *status, GError **error)
{
	const int found = 1, could_not_tell = 2;
	g_autoptr(Standing) standing = command_open(context, STANDING_READ_ALL, error);
	g_autoptr(VerifyReport) report =
		standing ? inspect_verify(standing, command_flag(context, "full"), error) : NULL;

	if (!report)
		return false;
	if (command_wants_json(context))
		report_json_print(report_verify_json(report), stdout);
	else
		report_verify_text(report, stdout);
	if (report->problems[0])
		*status = found;
	else if (report->newer)
		*status = could_not_tell;
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
