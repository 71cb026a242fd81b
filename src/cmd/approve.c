#include <stdio.h>

#include "base/error.h"
#include "base/text.h"
#include "cmd/all.h"
#include "cmd/deploying.h"
#include "deploy/approve.h"
#include "report/json.h"

#define DEFAULT_VALIDITY "7d"

static const CommandOption options[] = {
	OPTION_ENV,
	OPTION_AT,
	{.short_name = 'm',
	 .name = "message",
	 .kind = OPTION_TEXT,
	 .argument = "TEXT",
	 .help = "a comment for the approval"},
	{.name = "expires",
	 .kind = OPTION_TEXT,
	 .argument = "DURATION",
	 .help = "how long it holds (default: " DEFAULT_VALIDITY ")"},
	OPTION_NO_FETCH,
	OPTION_FORMAT,
	OPTION_END,
};

static void print_json(const Standing *standing, const Approval *approval)
{
	json_t *document = report_json_new("approve");
	json_t *list = json_array();

	for (guint i = 0; i < standing->order->migrations->len; i++) {
		const Migration *migration = g_ptr_array_index(standing->order->migrations, i);
		json_array_append_new(list, report_json_text(migration->id));
	}
	json_object_set_new(document, "environment", report_json_text(approval->environment));
	json_object_set_new(document, "commit", report_json_text(approval->object));
	json_object_set_new(document, "plan", report_json_text(approval->plan));
	json_object_set_new(document, "expires", report_json_text(approval->expires));
	json_object_set_new(document, "approval", report_json_text(approval->id));
	json_object_set_new(document, "migrations", list);
	report_json_print(document, stdout);
}

static void print_text(const Standing *standing, const Approval *approval)
{
	g_autofree char *count = text_count(standing->order->migrations->len, "migration");

	for (guint i = 0; i < standing->order->migrations->len; i++)
		printf("  %3u  %s\n", i + 1,
		       ((const Migration *)g_ptr_array_index(standing->order->migrations, i))->id);
	printf("%s: approved %s at %.7s until %.16s UTC\n", approval->environment, count,
	       approval->object, approval->expires);
}

static bool run(CommandContext *context, int *status, GError **error)
{
	const char *expires = command_text(context, "expires");
	const gint64 valid_ms = text_parse_duration(expires ? expires : DEFAULT_VALIDITY, 0);
	const Observer observer = command_observer(context);
	StandingOptions chosen = command_standing_options(context);
	g_autoptr(Approval) approval = NULL;
	g_autoptr(Standing) standing = NULL;

	(void)status;
	if (valid_ms <= 0)
		return error_set(error, ERR_USAGE,
				 "'--expires' must be a duration such as 12h or 7d");
	chosen.offline = true;
	standing = deploy_approve(context->repo, &chosen, &observer,
				  command_text(context, "message"), valid_ms, &approval, error);
	if (!standing)
		return false;
	if (command_wants_json(context))
		print_json(standing, approval);
	else if (context->verbosity >= 0)
		print_text(standing, approval);
	return true;
}

const Command command_approve = {
	.name = "approve",
	.summary = "approve what 'up' would run, with a signature",
	.arguments = "",
	.options = options,
	.needs = NEEDS_REPOSITORY,
	.run = run,
};
