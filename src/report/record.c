#include "report/record.h"

#include <string.h>

#include "base/term.h"
#include "base/text.h"
#include "report/json.h"

/* "NAME" of a tagger line "NAME <MAIL> TIME ZONE". */
static char *name_of(const char *tagger)
{
	const char *mail = strstr(tagger, " <");

	return mail ? g_strndup(tagger, (gsize)(mail - tagger)) : g_strdup(tagger);
}

/* To the second: 2026-11-21T03:00:00.123456Z -> 2026-11-21 03:00:00 */
static char *seconds_of(const char *time)
{
	char *text = g_strndup(time, 19);

	return g_strdelimit(text, "T", ' ');
}

static TermStyle outcome_style(const Record *finish)
{
	if (!finish)
		return TERM_WARN;
	return finish->outcome == OUTCOME_DONE ? TERM_GOOD : TERM_BAD;
}

/* "up done", "down failed", "accept": what a row of the log is about. */
static char *title_of(const RecordView *view)
{
	const RecordAction action = view->record->action;
	const char *outcome =
		view->finish ? record_outcome_name(view->finish->outcome) : "unfinished";

	if (view->record->is_newer)
		return g_strconcat(record_action_name(action), " (written by a newer version)",
				   NULL);
	if (action == RECORD_BEGIN)
		return g_strconcat("up ", outcome, NULL);
	if (action == RECORD_REVERT)
		return g_strconcat("down ", outcome, NULL);
	return g_strdup(record_action_name(action));
}

static const char *short_ref(const char *ref)
{
	const char *slash = strchr(ref, '/');
	const char *second = slash ? strchr(slash + 1, '/') : NULL;

	return second ? second + 1 : ref;
}

void report_record_line(const RecordView *view, bool verbose, FILE *out)
{
	const Record *record = view->record;
	const bool deploys = record->action == RECORD_BEGIN || record->action == RECORD_REVERT;
	const TermStyle style = deploys ? outcome_style(view->finish) : TERM_PLAIN;
	g_autofree char *title = title_of(view);
	g_autofree char *when = seconds_of(record->time);
	g_autofree char *who = name_of(record->tagger);
	const GPtrArray *done = view->finish ? view->finish->items : NULL;

	fprintf(out, "%5" G_GINT64_FORMAT "  %s  %s%-15s%s  %.7s", record->sequence, when,
		term_begin(out, style), title, term_end(out, style), record->object);
	if (record->ref)
		fprintf(out, " (%s)", short_ref(record->ref));
	if (deploys)
		fprintf(out, "  %u of %u", done ? done->len : 0, record->items->len);
	fprintf(out, "  %s\n", who);
	if (record->overrides && *record->overrides) {
		g_autofree char *list = g_strjoinv(", ", record->overrides);
		fprintf(out, "       passed over: %s\n", list);
	}
	if (record->reason)
		fprintf(out, "       reason: %s\n", record->reason);
	if (view->finish && view->finish->error)
		fprintf(out, "       error: %s\n", view->finish->error);
	for (guint i = 0; verbose && done && i < done->len; i++) {
		const RecordItem *item = g_ptr_array_index(done, i);
		g_autofree char *duration = text_duration(item->duration_ms);
		fprintf(out, "       %s  %s\n", item->id, duration);
	}
}

/* ---- show ---- */

static void field(FILE *out, const char *name, const char *text)
{
	if (text)
		fprintf(out, "%-12s %s\n", name, text);
}

static void list_field(FILE *out, const char *name, char *const *list)
{
	for (; list && *list; list++)
		field(out, name, *list);
}

static void show_items(const Record *record, FILE *out)
{
	for (guint i = 0; i < record->items->len; i++) {
		const RecordItem *item = g_ptr_array_index(record->items, i);
		g_autofree char *duration = text_duration(item->duration_ms);

		if (record->action == RECORD_FINISH)
			fprintf(out, "    %s  %s  %s\n", item->id, item->at, duration);
		else
			fprintf(out, "    %s  %.12s  %s\n", item->id, item->blob, item->path);
	}
}

void report_record_text(const RecordView *view, FILE *out)
{
	const Record *record = view->record;
	g_autofree char *sequence = g_strdup_printf("%" G_GINT64_FORMAT, record->sequence);

	fprintf(out, "%srecord %s%s\n", term_begin(out, TERM_BOLD), record->id,
		term_end(out, TERM_BOLD));
	field(out, "action", record_action_name(record->action));
	field(out, "environment", record->environment);
	field(out, "sequence", sequence);
	field(out, "previous", record->previous ? record->previous : "none");
	field(out, "commit", record->object);
	field(out, "ref", record->ref);
	field(out, "release", record->release);
	field(out, "by", record->tagger);
	field(out, "signature",
	      !record->is_signed ? "none"
	      : view->signer     ? view->signer
				 : "not checked");
	field(out, "problem", view->problem);
	if (record->is_newer)
		field(out, "format", "written by a newer version: it may say more than this");
	field(out, "time", record->time);
	field(out, "database", record->database);
	field(out, "policy", record->policy);
	field(out, "tool", record->tool);
	field(out, "plan", record->plan);
	field(out, "witness", record->witness);
	list_field(out, "approval", record->approvals);
	list_field(out, "passed over", record->overrides);
	if (record->action == RECORD_FINISH)
		field(out, "outcome", record_outcome_name(record->outcome));
	field(out, "begin", record->begin);
	field(out, "snapshot", record->snapshot);
	field(out, "failed", record->failed);
	field(out, "error", record->error);
	field(out, "reason", record->reason);
	field(out, "abandoned", record->abandoned);
	fprintf(out, "%-12s %u\n", "migrations", record->items->len);
	show_items(record, out);
}

/* ---- JSON ---- */

static json_t *item_json(const Record *record, const RecordItem *item)
{
	json_t *entry = json_object();

	json_object_set_new(entry, "id", report_json_text(item->id));
	if (record->action == RECORD_FINISH) {
		json_object_set_new(entry, "at", report_json_text(item->at));
		json_object_set_new(entry, "duration_ms", json_integer(item->duration_ms));
		return entry;
	}
	json_object_set_new(entry, "path", report_json_text(item->path));
	json_object_set_new(entry, "blob", report_json_text(item->blob));
	json_object_set_new(entry, "content", report_json_text(item->content));
	json_object_set_new(entry, "transaction", json_boolean(item->transaction));
	return entry;
}

static json_t *items_json(const Record *record)
{
	json_t *array = json_array();

	for (guint i = 0; i < record->items->len; i++)
		json_array_append_new(array,
				      item_json(record, g_ptr_array_index(record->items, i)));
	return array;
}

json_t *report_record_json(const RecordView *view)
{
	const Record *record = view->record;
	json_t *object = json_object();
	const struct {
		const char *name, *text;
	} texts[] = {{"id", record->id},
		     {"action", record_action_name(record->action)},
		     {"environment", record->environment},
		     {"previous", record->previous},
		     {"commit", record->object},
		     {"ref", record->ref},
		     {"release", record->release},
		     {"by", record->tagger},
		     {"signer", view->signer},
		     {"problem", view->problem},
		     {"time", record->time},
		     {"database", record->database},
		     {"ledger", record->ledger},
		     {"policy", record->policy},
		     {"tool", record->tool},
		     {"plan", record->plan},
		     {"witness", record->witness},
		     {"begin", record->begin},
		     {"snapshot", record->snapshot},
		     {"outcome", record->action == RECORD_FINISH
					 ? record_outcome_name(record->outcome)
					 : NULL},
		     {"failed", record->failed},
		     {"error", record->error},
		     {"reason", record->reason},
		     {"abandoned", record->abandoned}};

	json_object_set_new(object, "sequence", json_integer(record->sequence));
	for (guint i = 0; i < G_N_ELEMENTS(texts); i++)
		json_object_set_new(object, texts[i].name, report_json_text(texts[i].text));
	json_object_set_new(object, "approvals", report_json_list(record->approvals));
	json_object_set_new(object, "overrides", report_json_list(record->overrides));
	json_object_set_new(object, "signed", json_boolean(record->is_signed));
	json_object_set_new(object, "newer", json_boolean(record->is_newer));
	json_object_set_new(object, "migrations", items_json(record));
	if (view->finish) {
		const RecordView finish = {.record = view->finish};
		json_object_set_new(object, "finish", report_record_json(&finish));
	}
	return object;
}
