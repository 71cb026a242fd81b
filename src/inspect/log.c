#include "inspect/log.h"

#include <string.h>

#include "base/text.h"
#include "ledger/chain.h"

void inspect_log_free(InspectLog *log)
{
	if (!log)
		return;
	g_ptr_array_unref(log->records);
	g_ptr_array_unref(log->problems);
	g_free(log);
}

static gint compare_records(gconstpointer a, gconstpointer b)
{
	const Record *const *left = a, *const *right = b;

	if ((*left)->sequence != (*right)->sequence)
		return (*left)->sequence < (*right)->sequence ? -1 : 1;
	return strcmp((*left)->id, (*right)->id);
}

static LedgerNotes *read_notes(Standing *standing, GError **error)
{
	g_autoptr(LedgerNotes) notes =
		ledger_notes_read(standing->repo, standing_name(standing), true, error);

	if (!notes || notes->links->len > 0 || standing->options.no_fetch)
		return g_steal_pointer(&notes);
	if (!standing_need(standing, STANDING_FETCH, error))
		return NULL;
	return ledger_notes_read(standing->repo, standing_name(standing), true, error);
}

InspectLog *inspect_log(Standing *standing, GError **error)
{
	g_autoptr(LedgerNotes) notes = read_notes(standing, error);
	InspectLog *log;

	if (!notes)
		return NULL;
	log = g_new0(InspectLog, 1);
	log->records = notes->records ? g_ptr_array_ref(notes->records) : g_ptr_array_new();
	log->problems = notes->problems ? g_ptr_array_ref(notes->problems) : g_ptr_array_new();
	g_ptr_array_sort(log->records, compare_records);
	return log;
}

const Record *inspect_log_finish(const InspectLog *log, const Record *opening)
{
	for (guint i = 0; i < log->records->len; i++) {
		const Record *record = g_ptr_array_index(log->records, i);
		if (record->action == RECORD_FINISH && strcmp(record->begin, opening->id) == 0)
			return record;
	}
	return NULL;
}

const Record *inspect_log_find(const InspectLog *log, const char *name)
{
	const size_t shortest = 7, digits = strspn(name, "0123456789");
	const bool is_number = digits == strlen(name) && digits < shortest;
	const gint64 sequence = is_number ? g_ascii_strtoll(name, NULL, 10) : 0;

	for (guint i = 0; i < log->records->len; i++) {
		const Record *record = g_ptr_array_index(log->records, i);
		if (is_number ? record->sequence == sequence
			      : strlen(name) >= shortest && g_str_has_prefix(record->id, name))
			return record;
	}
	return NULL;
}
