#include <stdio.h>

#include "base/error.h"
#include "cmd/all.h"
#include "cmd/deploying.h"
#include "deploy/promote.h"
#include "report/gates.h"
#include "report/json.h"

static const CommandOption options[] = {
	{.name = "tag",
	 .kind = OPTION_TEXT,
	 .argument = "NAME",
	 .help = "the release's tag, made and signed when it does not exist"},
	{.short_name = 'm',
	 .name = "message",
	 .kind = OPTION_TEXT,
	 .argument = "TEXT",
	 .help = "the message of a new tag"},
	{.name = "at",
	 .kind = OPTION_TEXT,
	 .argument = "COMMIT",
	 .help = "what to promote (default: what FROM deployed last)"},
	{.short_name = 'n',
	 .name = "dry-run",
	 .kind = OPTION_FLAG,
	 .help = "ask all gates and list their answers, change nothing"},
	OPTION_OVERRIDE,
	OPTION_REASON,
	OPTION_WAIT,
	OPTION_NO_FETCH,
	OPTION_FORMAT,
	OPTION_END,
};

static void print_gates(const CommandContext *context, const Standing *asked,
			const Promotion *promotion, const Verdicts *verdicts)
{
	const guint pending = asked->order->migrations->len;

	if (command_wants_json(context)) {
		json_t *document = report_json_new("promote");
		json_object_set_new(document, "environment",
				    report_json_text(standing_name(asked)));
		json_object_set_new(document, "commit", report_json_text(promotion->commit));
		json_object_set_new(document, "tag", report_json_text(promotion->tag));
		json_object_set_new(document, "pending", json_integer(pending));
		json_object_set_new(document, "gates", report_gates_json(verdicts->gates));
		json_object_set_new(document, "open",
				    json_boolean(gates_are_open(verdicts->gates)));
		report_json_print(document, stdout);
		return;
	}
	printf("%s at %.7s%s%s%s, %u pending\n", standing_name(asked), promotion->commit,
	       promotion->tag ? " (" : "", promotion->tag ? promotion->tag : "",
	       promotion->tag ? ")" : "", pending);
	report_gates_text(verdicts->gates, stdout);
}

static bool dry_run(CommandContext *context, const PromoteOptions *wanted,
		    const Promotion *promotion, int *status, GError **error)
{
	const int status_refused = 4;
	const Observer observer = command_observer(context);
	g_autoptr(Verdicts) verdicts = NULL;
	g_autoptr(Standing) asked =
		deploy_promotion_ask(context->repo, wanted, promotion, &observer, &verdicts, error);

	if (!asked)
		return false;
	print_gates(context, asked, promotion, verdicts);
	*status = gates_are_open(verdicts->gates) ? 0 : status_refused;
	return true;
}

static bool run(CommandContext *context, int *status, GError **error)
{
	const Observer observer = command_observer(context);
	PromoteOptions wanted = {.from = context->arguments[0],
				 .to = context->arguments[1],
				 .at = command_text(context, "at"),
				 .tag = command_text(context, "tag"),
				 .message = command_text(context, "message"),
				 .options = command_standing_options(context)};
	g_auto(Promotion) promotion = {0};
	g_auto(DeployResult) result = {0};
	g_auto(GStrv) overrides = NULL;
	g_autoptr(Standing) deployed = NULL;

	if (!command_overrides(context, &wanted.admit, &overrides, error) ||
	    !deploy_promotion_find(context->repo, &wanted, &promotion, error))
		return false;
	if (command_flag(context, "dry-run"))
		return dry_run(context, &wanted, &promotion, status, error);
	deployed = deploy_promote(context->repo, &wanted, &promotion, &observer, &result, error);
	if (!deployed)
		return false;
	command_print_result(context, deployed, &result, "applied");
	return true;
}

const Command command_promote = {
	.name = "promote",
	.summary = "release what one environment has proven to the next one",
	.arguments = "FROM TO",
	.arguments_min = 2,
	.arguments_max = 2,
	.options = options,
	.needs = NEEDS_REPOSITORY,
	.run = run,
};
