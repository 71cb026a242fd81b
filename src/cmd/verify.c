#include "base/error.h"
#include "cmd/all.h"
#include "cmd/deploying.h"
#include "inspect/status.h"
#include "report/json.h"
#include "report/status.h"

static const CommandOption options[] = {
	OPTION_ENV,
	{.name = "full", .kind = OPTION_FLAG, .help = "verify again what was found good before"},
	{.name = "rows",
	 .kind = OPTION_FLAG,
	 .help = "print the SQL that makes the rows what the records say"},
	OPTION_NO_FETCH,
	OPTION_FORMAT,
	OPTION_END,
};

/* The way out when 'up' refuses rows that the records contradict. */
static bool print_rows(CommandContext *context, GError **error)
{
	g_autoptr(Standing) standing = command_open(context, STANDING_READ_ALL, error);
	g_autofree char *sql = standing ? inspect_rows_sql(standing, error) : NULL;

	if (!sql)
		return false;
	fputs(sql, stdout);
	if (!*sql && context->verbosity >= 0)
		fputs("-- the rows are what the records say\n", stdout);
	return true;
}

static bool verify(CommandContext *context, int *status, GError **error)
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

static bool run(CommandContext *context, int *status, GError **error)
{
	if (!command_flag(context, "rows"))
		return verify(context, status, error);
	if (command_flag(context, "full") || command_wants_json(context))
		return error_set(error, ERR_USAGE, "'--rows' prints SQL and nothing else");
	return print_rows(context, error);
}

const Command command_verify = {
	.name = "verify",
	.summary = "verify all signatures, the chain, and both ledgers against each other",
	.arguments = "",
	.options = options,
	.needs = NEEDS_REPOSITORY,
	.run = run,
};
