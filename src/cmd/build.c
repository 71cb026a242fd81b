#include <stdio.h>

#include "adopt/build.h"
#include "base/error.h"
#include "base/text.h"
#include "cmd/all.h"
#include "cmd/deploying.h"
#include "report/drift.h"
#include "report/json.h"

static const CommandOption options[] = {
	OPTION_ENV,
	OPTION_AT,
	{.name = "from-empty",
	 .kind = OPTION_FLAG,
	 .help = "drop the embedded database first, with all that it holds"},
	{.name = "seed", .kind = OPTION_FLAG, .help = "load the environment's sample data, too"},
	OPTION_ACCEPT_DRIFT,
	OPTION_WAIT,
	OPTION_NO_FETCH,
	OPTION_FORMAT,
	OPTION_END,
};

static void print_json(const CommandContext *context, const Standing *standing,
		       const BuildResult *result)
{
	json_t *document = command_json_new(context, standing);

	json_object_set_new(document, "files", json_integer(result->files));
	json_object_set_new(document, "recorded", json_integer(result->recorded));
	json_object_set_new(document, "seeds", json_integer(result->seeds));
	json_object_set_new(document, "differences", json_integer(result->differences));
	json_object_set_new(document, "ignored", report_ignored_json(result->ignored));
	json_object_set_new(document, "record", json_integer(standing->ledgers.state.sequence));
	report_json_print(document, stdout);
}

static void print_text(const Standing *standing, const BuildResult *result)
{
	g_autofree char *files = text_count(result->files, "schema file");
	g_autofree char *migrations = text_count(result->recorded, "migration");
	g_autofree char *differing = text_count(result->differences, "object");
	g_autofree char *seeds = text_count(result->seeds, "seed");

	printf("%s: built from %s at %.7s, %s recorded as applied, record %" G_GINT64_FORMAT
	       "; %s differ%s\n",
	       standing_name(standing), files, standing->target.commit->oid, migrations,
	       standing->ledgers.state.sequence, differing, result->differences == 1 ? "s" : "");
	if (result->seeds)
		printf("%s: %s loaded\n", standing_name(standing), seeds);
	report_ignored_text(result->ignored, stdout);
}

static bool run(CommandContext *context, int *status, GError **error)
{
	const StandingOptions chosen = command_standing_options(context);
	const Observer observer = command_observer(context);
	const BuildOptions wanted = {.from_empty = command_flag(context, "from-empty"),
				     .seed = command_flag(context, "seed"),
				     .accept_drift = command_text(context, "accept-drift")};
	g_autoptr(GPtrArray) ignored = ignore_counts_new();
	BuildResult result = {.ignored = ignored};
	g_autoptr(Standing) standing = NULL;

	(void)status;
	if (!command_accepts_drift(context, error))
		return false;
	standing = adopt_build(context->repo, &chosen, &observer, &wanted, &result, error);
	if (!standing)
		return false;
	if (command_wants_json(context))
		print_json(context, standing, &result);
	else if (context->verbosity >= 0)
		print_text(standing, &result);
	return true;
}

const Command command_build = {
	.name = "build",
	.summary = "build a new database from the schema files, its migrations recorded",
	.arguments = "",
	.options = options,
	.needs = NEEDS_REPOSITORY,
	.run = run,
};
