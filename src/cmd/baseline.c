#include <stdio.h>

#include "adopt/baseline.h"
#include "base/error.h"
#include "base/text.h"
#include "cmd/all.h"
#include "cmd/deploying.h"
#include "report/drift.h"
#include "report/json.h"

static const char *const tools[] = {"flyway", "golang-migrate", "dbmate", "rails",
				    "goose",  "sqlx",           "diesel", "node-pg-migrate",
				    "sqitch", "alembic",        NULL};

static const CommandOption options[] = {
	OPTION_ENV,
	OPTION_AT,
	{.name = "through",
	 .kind = OPTION_TEXT,
	 .argument = "ID",
	 .help = "the last migration that the database has"},
	{.name = "from",
	 .kind = OPTION_CHOICE,
	 .argument = "TOOL",
	 .help = "whose ledger says what is applied (default: found out)",
	 .choices = tools},
	OPTION_ACCEPT_DRIFT,
	OPTION_WAIT,
	OPTION_NO_FETCH,
	OPTION_FORMAT,
	OPTION_END,
};

static void print(const CommandContext *context, const Standing *standing,
		  const BaselineResult *result)
{
	g_autofree char *count = text_count(result->recorded, "migration");

	if (command_wants_json(context)) {
		json_t *document = command_json_new(context, standing);

		json_object_set_new(document, "recorded", json_integer(result->recorded));
		json_object_set_new(document, "tool", report_json_text(result->tool));
		json_object_set_new(document, "differences", json_integer(result->differences));
		json_object_set_new(document, "ignored", report_ignored_json(result->ignored));
		json_object_set_new(document, "record",
				    json_integer(standing->ledgers.state.sequence));
		report_json_print(document, stdout);
	} else if (context->verbosity >= 0) {
		printf("%s: adopted with %s%s%s, record %" G_GINT64_FORMAT "; %u objects differ\n",
		       standing_name(standing), count,
		       result->tool ? " that are in the ledger of " : "",
		       result->tool ? result->tool : "", standing->ledgers.state.sequence,
		       result->differences);
		report_ignored_text(result->ignored, stdout);
	}
}

static bool run(CommandContext *context, int *status, GError **error)
{
	const StandingOptions chosen = command_standing_options(context);
	const Observer observer = command_observer(context);
	const BaselineOptions wanted = {.through = command_text(context, "through"),
					.from = command_text(context, "from"),
					.accept_drift = command_text(context, "accept-drift")};
	g_autoptr(GPtrArray) ignored = ignore_counts_new();
	BaselineResult result = {.ignored = ignored};
	g_autoptr(Standing) standing = NULL;

	(void)status;
	if (!command_accepts_drift(context, error))
		return false;
	if (wanted.from && wanted.through)
		return error_set(error, ERR_USAGE,
				 "only one of '--from' and '--through' can be given");
	standing = adopt_baseline(context->repo, &chosen, &observer, &wanted, &result, error);
	if (standing)
		print(context, standing, &result);
	return standing;
}

const Command command_baseline = {
	.name = "baseline",
	.summary = "adopt an existing database: its migrations are recorded, not run",
	.arguments = "",
	.options = options,
	.needs = NEEDS_REPOSITORY,
	.run = run,
};
