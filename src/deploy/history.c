#include "deploy/history.h"

#include <string.h>

#include "base/text.h"
#include "ledger/chain.h"

void deploy_history_free(DeployHistory *history)
{
	if (!history)
		return;
	g_ptr_array_unref(history->records);
	g_ptr_array_unref(history->problems);
	g_free(history);
}

static gint compare_records(gconstpointer a, gconstpointer b)
{
	const Record *const *left = a, *const *right = b;

	if ((*left)->sequence != (*right)->sequence)
		return (*left)->sequence < (*right)->sequence ? -1 : 1;
	return strcmp((*left)->id, (*right)->id);
}

DeployHistory *deploy_history(DeployContext *context, GError **error)
{
	g_autoptr(LedgerNotes) notes = NULL;
	DeployHistory *history;

	if (!deploy_configure(context, error))
		return NULL;
	notes = ledger_notes_read(context->repo, context->environment->name, true, error);
	if (notes && notes->links->len == 0 && !context->options.no_fetch) {
		g_clear_pointer(&notes, ledger_notes_free);
		if (!deploy_fetch(context, error))
			return NULL;
		notes = ledger_notes_read(context->repo, context->environment->name, true, error);
	}
	if (!notes)
		return NULL;
	history = g_new0(DeployHistory, 1);
	history->records = notes->records ? g_ptr_array_ref(notes->records) : g_ptr_array_new();
	history->problems = notes->problems ? g_ptr_array_ref(notes->problems) : g_ptr_array_new();
	g_ptr_array_sort(history->records, compare_records);
	return history;
}

const Record *deploy_history_finish(const DeployHistory *history, const Record *opening)
{
	for (guint i = 0; i < history->records->len; i++) {
		const Record *record = g_ptr_array_index(history->records, i);
		if (record->action == RECORD_FINISH && strcmp(record->begin, opening->id) == 0)
			return record;
	}
	return NULL;
}

const Record *deploy_history_find(const DeployHistory *history, const char *name)
{
	const size_t shortest = 7, digits = strspn(name, "0123456789");
	const bool is_number = digits == strlen(name) && digits < shortest;
	const gint64 sequence = is_number ? g_ascii_strtoll(name, NULL, 10) : 0;

	for (guint i = 0; i < history->records->len; i++) {
		const Record *record = g_ptr_array_index(history->records, i);
		if (is_number ? record->sequence == sequence
			      : strlen(name) >= shortest && g_str_has_prefix(record->id, name))
			return record;
	}
	return NULL;
}
