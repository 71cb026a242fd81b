#include "plan/plan.h"
#include "cmd/all.h"
#include "cmd/deploying.h"
#include "inspect/status.h"
#include "report/json.h"
#include "report/status.h"

static const CommandOption options[] = {
	OPTION_ENV,
	OPTION_AT,
	{.name = "to", .kind = OPTION_TEXT, .argument = "ID", .help = "stop behind this migration"},
	OPTION_FORMAT,
	OPTION_END,
};

static bool run(CommandContext *context, int *status, GError **error)
{
	g_autoptr(Standing) standing = command_open(context, INSPECT_STATUS_NEEDS, error);
	g_autoptr(StatusReport) report = standing ? inspect_status(standing, error) : NULL;
	const char *to = command_text(context, "to");
	g_autoptr(GPtrArray) order = NULL;

	(void)status;
	if (!report)
		return false;
	order = to ? plan_through(standing->order->migrations, standing->lineup->applied, to, error)
		   : g_ptr_array_ref(standing->order->migrations);
	if (!order)
		return false;
	g_ptr_array_set_size(report->pending, (gint)order->len);
	if (command_wants_json(context))
		report_json_print(report_plan_json(report), stdout);
	else
		report_plan_text(report, stdout);
	return true;
}

const Command command_plan = {
	.name = "plan",
	.summary = "show what 'up' would run, in order and why",
	.arguments = "",
	.options = options,
	.needs = NEEDS_REPOSITORY,
	.run = run,
};
