#include <stdio.h>

#include "adopt/adoption.h"
#include "base/error.h"
#include "base/text.h"
#include "cmd/all.h"
#include "cmd/deploying.h"
#include "drift/drift.h"
#include "report/drift.h"
#include "report/json.h"

static const CommandOption options[] = {
	OPTION_ENV,
	{.name = "repair",
	 .kind = OPTION_FLAG,
	 .help = "print the SQL that puts the database right, as far as it can be derived"},
	{.name = "adopt",
	 .kind = OPTION_FLAG,
	 .help = "print the migration that adopts the live changes, proven"},
	{.name = "access", .kind = OPTION_FLAG, .help = "compare owners and privileges instead"},
	OPTION_NO_FETCH,
	OPTION_FORMAT,
	OPTION_END,
};

static bool check_words(const CommandContext *context, GError **error)
{
	if (context->arguments[0] && !context->arguments[1])
		return error_set(error, ERR_USAGE, "name two environments, or none");
	if (context->arguments[0] && command_flag(context, "adopt"))
		return error_set(error, ERR_USAGE,
				 "'--adopt' is for the live database of one environment");
	if (command_flag(context, "access") && command_flag(context, "adopt"))
		return error_set(error, ERR_USAGE,
				 "only one of '--access' and '--adopt' can be given");
	return true;
}

static DriftScope scope_of(const CommandContext *context)
{
	return command_flag(context, "access") ? DRIFT_OF_ACCESS : DRIFT_OF_SCHEMA;
}

/* Whether the statements of all changes are wanted, in order. */
static bool wants_scripts(const CommandContext *context)
{
	return command_flag(context, "repair") || command_flag(context, "adopt");
}

static void print(const CommandContext *context, const DriftReport *report)
{
	if (command_wants_json(context))
		report_json_print(report_drift_json(report), stdout);
	else if (context->verbosity >= 0)
		report_drift_text(report, command_flag(context, "repair"), stdout);
}

/* The up script of a migration, with what is known of it in front. */
static bool print_adoption(const CommandContext *context, Standing *standing,
			   const DriftReport *report, GError **error)
{
	const char *script = report->adopt;
	g_autofree char *count = text_count(report->changes->len, "change");
	g_autoptr(GPtrArray) lines =
		script ? adopt_check_script(standing, script, error) : g_ptr_array_new();

	if (!lines)
		return false;
	if (command_wants_json(context)) {
		report_json_print(report_adoption_json(report, script, lines), stdout);
		return true;
	}
	printf("-- %s in '%s' since %s\n", count, report->environment, report->left);
	if (script && lines->len == 0)
		puts("-- proven: after the applied migrations this gives the live schema");
	for (guint i = 0; i < lines->len; i++)
		printf("-- not proven: %s\n", (char *)g_ptr_array_index(lines, i));
	if (script)
		fputs(script, stdout);
	return true;
}

static bool run_live(CommandContext *context, int *status, GError **error)
{
	g_autoptr(Standing) standing = command_open(context, STANDING_READ_ALL, error);
	g_autoptr(DriftReport) report =
		standing ? drift_compare(standing, scope_of(context), standing->project->ignore,
					 wants_scripts(context), error)
			 : NULL;

	if (!report)
		return false;
	*status = report->changes->len > 0;
	if (command_flag(context, "adopt"))
		return print_adoption(context, standing, report, error);
	print(context, report);
	return true;
}

static bool run(CommandContext *context, int *status, GError **error)
{
	g_autoptr(DriftReport) report = NULL;

	if (!check_words(context, error))
		return false;
	if (!context->arguments[0])
		return run_live(context, status, error);
	report = drift_between(context->repo, scope_of(context), context->arguments[0],
			       context->arguments[1], wants_scripts(context), error);
	if (!report)
		return false;
	*status = report->changes->len > 0;
	print(context, report);
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
