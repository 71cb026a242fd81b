#include <string.h>

#include "base/error.h"
#include "base/term.h"
#include <stdio.h>

#include "cmd/all.h"
#include "cmd/deploying.h"
#include "git/signing.h"
#include "inspect/log.h"
#include "report/json.h"
#include "report/record.h"

static const CommandOption options[] = {
	OPTION_ENV,
	OPTION_NO_FETCH,
	OPTION_FORMAT,
	OPTION_END,
};

/* Asks git about a record's signature. */
static GitVerdict *verify(CommandContext *context, const Record *record)
{
	g_autoptr(GPtrArray) texts = g_ptr_array_new();
	g_autoptr(GPtrArray) verdicts = NULL;

	if (!record->is_signed)
		return NULL;
	g_ptr_array_add(texts, record->raw);
	verdicts = git_verify_texts(context->repo, texts, NULL);
	return verdicts ? g_ptr_array_steal_index(verdicts, 0) : NULL;
}

static void print_record(CommandContext *context, const InspectLog *log, const Record *record)
{
	GitVerdict *verdict = verify(context, record);
	const RecordView view = {.record = record,
				 .finish = inspect_log_finish(log, record),
				 .signer = verdict && verdict->good ? verdict->signer : NULL,
				 .problem = verdict && !verdict->good ? verdict->reason : NULL};

	if (command_wants_json(context)) {
		json_t *document = report_json_new("show");
		json_object_set_new(document, "record", report_record_json(&view));
		report_json_print(document, stdout);
	} else {
		report_record_text(&view, stdout);
	}
	git_verdict_free(verdict);
}

static const RecordItem *item_of(const Record *record, const char *id)
{
	for (guint i = 0; i < record->items->len; i++) {
		const RecordItem *item = g_ptr_array_index(record->items, i);
		if (strcmp(item->id, id) == 0)
			return item;
	}
	return NULL;
}

/* A migration's life: every record that names it, and the text that ran. */
static json_t *migration_json(const InspectLog *log, const char *id)
{
	json_t *list = json_array();

	for (guint i = 0; i < log->records->len; i++) {
		const Record *record = g_ptr_array_index(log->records, i);
		const RecordItem *item = item_of(record, id);
		json_t *entry;

		if (!item)
			continue;
		entry = json_object();
		json_object_set_new(entry, "sequence", json_integer(record->sequence));
		json_object_set_new(entry, "action",
				    json_string(record_action_name(record->action)));
		json_object_set_new(entry, "time",
				    report_json_text(item->at ? item->at : record->time));
		json_object_set_new(entry, "commit", report_json_text(record->object));
		json_object_set_new(entry, "blob", report_json_text(item->blob));
		json_object_set_new(entry, "path", report_json_text(item->path));
		json_array_append_new(list, entry);
	}
	return list;
}

static void print_lines(const InspectLog *log, const char *id)
{
	for (guint i = 0; i < log->records->len; i++) {
		const Record *record = g_ptr_array_index(log->records, i);
		const RecordItem *item = item_of(record, id);

		if (item)
			printf("%5" G_GINT64_FORMAT "  %-7s  %s  %.7s%s%s\n", record->sequence,
			       record_action_name(record->action),
			       item->at ? item->at : record->time, record->object,
			       item->path ? "  " : "", item->path ? item->path : "");
	}
}

/* The newest text of the migration that ran here, from the object database. */
static void print_script(CommandContext *context, const InspectLog *log, const char *id)
{
	for (guint i = log->records->len; i > 0; i--) {
		const Record *record = g_ptr_array_index(log->records, i - 1);
		const RecordItem *item = item_of(record, id);
		g_autoptr(GBytes) bytes = NULL;
		size_t length;
		const void *text;

		if (!item || !item->blob)
			continue;
		bytes = git_repo_blob(context->repo, item->blob, NULL);
		if (!bytes) {
			printf("\nits text, blob %s, is not in this clone\n", item->blob);
			return;
		}
		text = g_bytes_get_data(bytes, &length);
		putchar('\n');
		fwrite(text, 1, length, stdout);
		return;
	}
}

static bool knows(const InspectLog *log, const char *id)
{
	for (guint i = 0; i < log->records->len; i++)
		if (item_of(g_ptr_array_index(log->records, i), id))
			return true;
	return false;
}

static bool show_migration(CommandContext *context, const InspectLog *log, const char *id,
			   GError **error)
{
	if (!knows(log, id)) {
		error_set(error, ERR_USAGE,
			  "neither a record nor a migration of this environment is called '%s'",
			  id);
		return error_hint(error, "'git migrate log' lists the records");
	}
	if (command_wants_json(context)) {
		json_t *document = report_json_new("show");
		json_object_set_new(document, "migration", report_json_text(id));
		json_object_set_new(document, "records", migration_json(log, id));
		report_json_print(document, stdout);
		return true;
	}
	printf("%smigration %s%s\n", term_begin(stdout, TERM_BOLD), id,
	       term_end(stdout, TERM_BOLD));
	print_lines(log, id);
	print_script(context, log, id);
	return true;
}

static bool run(CommandContext *context, int *status, GError **error)
{
	g_autoptr(Standing) standing = command_open(context, STANDING_TARGET, error);
	g_autoptr(InspectLog) log = standing ? inspect_log(standing, error) : NULL;
	const char *name = context->arguments[0];
	const Record *record;

	(void)status;
	if (!log)
		return false;
	record = inspect_log_find(log, name);
	if (!record)
		return show_migration(context, log, name, error);
	print_record(context, log, record);
	return true;
}

const Command command_show = {
	.name = "show",
	.summary = "show a record, or a migration's records and the text that ran",
	.arguments = "RECORD|MIGRATION",
	.arguments_min = 1,
	.arguments_max = 1,
	.options = options,
	.needs = NEEDS_REPOSITORY,
	.run = run,
};
