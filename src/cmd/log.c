#include "base/borrow.h"
#include "base/term.h"
#include <stdio.h>

#include "cmd/all.h"
#include "cmd/deploying.h"
#include "deploy/history.h"
#include "report/json.h"
#include "report/record.h"

static const CommandOption options[] = {
	OPTION_ENV,      {'n', "count", OPTION_NUMBER, "N", "the last N only", NULL},
	OPTION_NO_FETCH, OPTION_FORMAT,
	OPTION_END,
};

/* What is shown as rows: every record but the finishes, newest first. A finish is part of its
 * begin's row. */
static GPtrArray *rows_of(const DeployHistory *history, gint64 most)
{
	GPtrArray *rows = g_ptr_array_new();

	for (guint i = history->records->len; i > 0 && (gint64)rows->len < most; i--) {
		const Record *record = g_ptr_array_index(history->records, i - 1);
		if (record->action != RECORD_FINISH)
			borrow_add(rows, record);
	}
	return rows;
}

static RecordView view_of(const DeployHistory *history, const Record *record)
{
	return (RecordView){.record = record, .finish = deploy_history_finish(history, record)};
}

static void print_json(const DeployContext *deploy, const DeployHistory *history,
		       const GPtrArray *rows)
{
	json_t *document = report_json_new("log");
	json_t *list = json_array();

	for (guint i = 0; i < rows->len; i++) {
		const RecordView view = view_of(history, g_ptr_array_index(rows, i));
		json_array_append_new(list, report_record_json(&view));
	}
	json_object_set_new(document, "environment", report_json_text(deploy->environment->name));
	json_object_set_new(document, "records", list);
	report_json_print(document, stdout);
}

static bool run(CommandContext *context, int *status, GError **error)
{
	const DeployOptions chosen = command_deploy_options(context);
	const Observer observer = command_observer(context);
	g_autoptr(DeployContext) deploy = deploy_context_new(context->repo, &chosen, &observer);
	g_autoptr(DeployHistory) history = deploy_history(deploy, error);
	g_autoptr(GPtrArray) rows = NULL;

	(void)status;
	if (!history)
		return false;
	rows = rows_of(history, command_number(context, "count", G_MAXINT));
	if (command_wants_json(context)) {
		print_json(deploy, history, rows);
		return true;
	}
	for (guint i = 0; i < history->problems->len; i++)
		observer_say(&deploy->observer, EVENT_WARNING, "%s",
			     ((LedgerProblem *)g_ptr_array_index(history->problems, i))->text);
	for (guint i = 0; i < rows->len; i++) {
		const RecordView view = view_of(history, g_ptr_array_index(rows, i));
		report_record_line(&view, context->verbosity > 0, stdout);
	}
	if (rows->len == 0)
		printf("%s: no records in the notes of this clone\n", deploy->environment->name);
	return true;
}

const Command command_log = {
	.name = "log",
	.summary = "list deployments, newest first",
	.arguments = "",
	.options = options,
	.needs = NEEDS_REPOSITORY,
	.run = run,
};
