#include "base/error.h"
#include "base/text.h"
#include <stdio.h>

#include "cmd/all.h"
#include "cmd/deploying.h"
#include "report/json.h"

static const CommandOption options[] = {
	OPTION_ENV,
	{.name = "steps",
	 .kind = OPTION_NUMBER,
	 .argument = "N",
	 .help = "undo the last N migrations (default: 1)"},
	{.name = "to",
	 .kind = OPTION_TEXT,
	 .argument = "ID",
	 .help = "undo all that were applied after this one"},
	{.short_name = 'n',
	 .name = "dry-run",
	 .kind = OPTION_FLAG,
	 .help = "show what would be undone, change nothing"},
	OPTION_WAIT,
	OPTION_NO_FETCH,
	OPTION_FORMAT,
	OPTION_END,
};

static void print_plan(const CommandContext *context, const Standing *standing,
		       const GPtrArray *rows)
{
	json_t *document = command_wants_json(context) ? report_json_new("down") : NULL;
	json_t *list = document ? json_array() : NULL;
	g_autofree char *count = text_count(rows->len, "migration");

	for (guint i = 0; i < rows->len; i++) {
		const Applied *row = g_ptr_array_index(rows, i);
		if (document)
			json_array_append_new(list, report_json_text(row->id));
		else
			printf("  %3u  %s  applied %s by %s\n", i + 1, row->id, row->applied_at,
			       row->applied_by);
	}
	if (document) {
		json_object_set_new(document, "environment",
				    report_json_text(standing_name(standing)));
		json_object_set_new(document, "would_undo", list);
		report_json_print(document, stdout);
	} else {
		printf("%s: %s would be undone, in this order\n", standing_name(standing), count);
	}
}

static bool dry_run(CommandContext *context, guint steps, const char *to, GError **error)
{
	g_autoptr(Standing) standing =
		command_open(context, STANDING_READ_ALL | STANDING_ROWS, error);
	g_autoptr(GPtrArray) rows = standing ? deploy_down_plan(standing, steps, to, error) : NULL;

	if (rows)
		print_plan(context, standing, rows);
	return rows;
}

static bool run(CommandContext *context, int *status, GError **error)
{
	const StandingOptions chosen = command_standing_options(context);
	const Observer observer = command_observer(context);
	const guint steps = (guint)command_number(context, "steps", 1);
	const char *to = command_text(context, "to");
	g_auto(DeployResult) result = {0};
	g_autoptr(Standing) standing = NULL;

	(void)status;
	if (to && command_text(context, "steps"))
		return error_set(error, ERR_USAGE, "'--to' and '--steps' cannot both be given");
	if (command_flag(context, "dry-run"))
		return dry_run(context, steps, to, error);
	standing = deploy_down(context->repo, &chosen, &observer, steps, to, &result, error);
	if (standing)
		command_print_result(context, standing, &result, "undone");
	return standing;
}

const Command command_down = {
	.name = "down",
	.summary = "undo applied migrations with the scripts as they were applied",
	.arguments = "",
	.options = options,
	.needs = NEEDS_REPOSITORY,
	.run = run,
};
