#include "base/borrow.h"
#include "base/term.h"
#include <stdio.h>

#include "cmd/all.h"
#include "cmd/deploying.h"
#include "inspect/log.h"
#include "report/json.h"
#include "report/record.h"

static const CommandOption options[] = {
	OPTION_ENV,
	{.short_name = 'n',
	 .name = "count",
	 .kind = OPTION_NUMBER,
	 .argument = "N",
	 .help = "the last N only"},
	OPTION_NO_FETCH,
	OPTION_FORMAT,
	OPTION_END,
};

/* What is shown as rows: every record but the finishes, newest first. A finish is part of its
 * begin's row. */
static GPtrArray *rows_of(const InspectLog *log, gint64 most)
{
	GPtrArray *rows = g_ptr_array_new();

	for (guint i = log->records->len; i > 0 && (gint64)rows->len < most; i--) {
		const Record *record = g_ptr_array_index(log->records, i - 1);
		if (record->action != RECORD_FINISH)
			borrow_add(rows, record);
	}
	return rows;
}

static RecordView view_of(const InspectLog *log, const Record *record)
{
	return (RecordView){.record = record, .finish = inspect_log_finish(log, record)};
}

static void print_json(const Standing *standing, const InspectLog *log, const GPtrArray *rows)
{
	json_t *document = report_json_new("log");
	json_t *list = json_array();

	for (guint i = 0; i < rows->len; i++) {
		const RecordView view = view_of(log, g_ptr_array_index(rows, i));
		json_array_append_new(list, report_record_json(&view));
	}
	json_object_set_new(document, "environment", report_json_text(standing_name(standing)));
	json_object_set_new(document, "records", list);
	report_json_print(document, stdout);
}

static bool run(CommandContext *context, int *status, GError **error)
{
	g_autoptr(Standing) standing = command_open(context, STANDING_TARGET, error);
	g_autoptr(InspectLog) log = standing ? inspect_log(standing, error) : NULL;
	g_autoptr(GPtrArray) rows = NULL;

	(void)status;
	if (!log)
		return false;
	rows = rows_of(log, command_number(context, "count", G_MAXINT));
	if (command_wants_json(context)) {
		print_json(standing, log, rows);
		return true;
	}
	for (guint i = 0; i < log->problems->len; i++)
		observer_say(&standing->observer, EVENT_WARNING, "%s",
			     ((LedgerProblem *)g_ptr_array_index(log->problems, i))->text);
	for (guint i = 0; i < rows->len; i++) {
		const RecordView view = view_of(log, g_ptr_array_index(rows, i));
		report_record_line(&view, context->verbosity > 0, stdout);
	}
	if (rows->len == 0)
		printf("%s: no records in the notes of this clone\n", standing_name(standing));
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
