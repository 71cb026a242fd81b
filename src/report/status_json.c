#include <string.h>

#include "report/gates.h"
#include "report/json.h"
#include "report/status.h"

static json_t *pending_json(const StatusReport *report)
{
	json_t *array = json_array();

	for (guint i = 0; i < report->pending->len; i++) {
		const StatusPending *pending = g_ptr_array_index(report->pending, i);
		json_t *entry = json_object();

		json_object_set_new(entry, "id", report_json_text(pending->id));
		json_object_set_new(entry, "path", report_json_text(pending->path));
		json_object_set_new(entry, "landed", report_json_text(pending->landed));
		json_object_set_new(entry, "requires", report_json_list(pending->requires));
		json_object_set_new(entry, "transaction", json_boolean(pending->transaction));
		json_object_set_new(entry, "repeatable", json_boolean(pending->repeatable));
		json_object_set_new(entry, "irreversible", report_json_text(pending->irreversible));
		json_object_set_new(entry, "has_down", json_boolean(pending->has_down));
		json_array_append_new(array, entry);
	}
	return array;
}

static json_t *edits_json(const StatusReport *report)
{
	static const char *const words[] = {[EDIT_UNKNOWN] = "unknown",
					    [EDIT_COSMETIC] = "cosmetic",
					    [EDIT_REAL] = "real",
					    [EDIT_ACCEPTED] = "accepted"};
	json_t *array = json_array();

	for (guint i = 0; i < report->edits->len; i++) {
		const StatusEdit *edit = g_ptr_array_index(report->edits, i);
		json_t *entry = json_object();

		json_object_set_new(entry, "id", report_json_text(edit->id));
		json_object_set_new(entry, "path", report_json_text(edit->path));
		json_object_set_new(entry, "kind", json_string(words[edit->kind]));
		json_object_set_new(entry, "commit", report_json_text(edit->commit));
		json_object_set_new(entry, "author", report_json_text(edit->author));
		json_object_set_new(entry, "date", report_json_text(edit->day));
		json_object_set_new(entry, "subject", report_json_text(edit->subject));
		json_array_append_new(array, entry);
	}
	return array;
}

static json_t *last_json(const StatusReport *report)
{
	json_t *last;

	if (!report->last_action)
		return json_null();
	last = json_object();
	json_object_set_new(last, "sequence", json_integer(report->last_sequence));
	json_object_set_new(last, "action", report_json_text(report->last_action));
	json_object_set_new(last, "outcome", report_json_text(report->last_outcome));
	json_object_set_new(last, "time", report_json_text(report->last_time));
	json_object_set_new(last, "who", report_json_text(report->last_who));
	json_object_set_new(last, "error", report_json_text(report->last_error));
	return last;
}

static json_t *ledger_json(const StatusReport *report)
{
	json_t *ledger = json_object();

	json_object_set_new(ledger, "records", json_integer(report->records));
	json_object_set_new(ledger, "signed", json_boolean(report->is_signed));
	json_object_set_new(ledger, "agree", json_boolean(report->ledger == NULL));
	json_object_set_new(ledger, "stops", json_boolean(report->ledger_stops));
	json_object_set_new(ledger, "problem", report_json_text(report->ledger));
	json_object_set_new(ledger, "open", report_json_text(report->overdue));
	return ledger;
}

json_t *report_status_json(const StatusReport *report)
{
	json_t *object = json_object();

	json_object_set_new(object, "environment", report_json_text(report->environment));
	json_object_set_new(object, "problem", report_json_text(report->problem));
	if (report->problem)
		return object;
	json_object_set_new(object, "database", report_json_text(report->where));
	json_object_set_new(object, "ref", report_json_text(report->ref));
	json_object_set_new(object, "commit", report_json_text(report->commit));
	json_object_set_new(object, "deployed", report_json_text(report->deployed));
	json_object_set_new(object, "ahead",
			    report->relation_known ? json_integer(report->ahead) : json_null());
	json_object_set_new(object, "behind",
			    report->relation_known ? json_integer(report->behind) : json_null());
	json_object_set_new(object, "in_commit", json_integer(report->in_commit));
	json_object_set_new(object, "applied", json_integer(report->applied));
	json_object_set_new(object, "pending", pending_json(report));
	json_object_set_new(object, "edited", edits_json(report));
	json_object_set_new(object, "removed", report_json_list(report->removed));
	json_object_set_new(object, "covered", report_json_list(report->covered));
	json_object_set_new(object, "replaced", json_integer(report->replaced));
	json_object_set_new(object, "renamed", report_json_list(report->renamed));
	json_object_set_new(object, "stopped", report_json_list(report->partial));
	json_object_set_new(object, "invalid_indexes", report_json_list(report->invalid_indexes));
	json_object_set_new(object, "gates", report_gates_json(report->gates));
	json_object_set_new(object, "overridden", report_json_list(report->overridden));
	json_object_set_new(object, "override_reason", report_json_text(report->override_reason));
	json_object_set_new(object, "last", last_json(report));
	json_object_set_new(object, "ledger", ledger_json(report));
	return object;
}

json_t *report_plan_json(const StatusReport *report)
{
	json_t *object = report_json_new("plan");

	json_object_set_new(object, "environment", report_json_text(report->environment));
	json_object_set_new(object, "commit", report_json_text(report->commit));
	json_object_set_new(object, "applied", json_integer(report->applied));
	json_object_set_new(object, "pending", pending_json(report));
	json_object_set_new(object, "gates", report_gates_json(report->gates));
	return object;
}

json_t *report_verify_json(const VerifyReport *report)
{
	json_t *object = report_json_new("verify");

	json_object_set_new(object, "environment", report_json_text(report->environment));
	json_object_set_new(object, "signed", json_boolean(report->is_signed));
	json_object_set_new(object, "records", json_integer(report->records));
	json_object_set_new(object, "records_newer", json_integer(report->newer));
	json_object_set_new(object, "notes", json_integer(report->notes));
	json_object_set_new(object, "rows", json_integer(report->rows));
	json_object_set_new(object, "signatures_verified", json_integer(report->signatures));
	json_object_set_new(object, "signatures_remembered", json_integer(report->remembered));
	json_object_set_new(object, "problems", report_json_list(report->problems));
	json_object_set_new(object, "remarks", report_json_list(report->remarks));
	return object;
}
