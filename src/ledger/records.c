#include "ledger/records.h"

#include <string.h>

#include "ledger/database.h"
#include "ledger/record.h"

/* The record's id is the hash of the text that was parsed (ledger/record.h). */
static bool is_linked(const Record *record, const GPtrArray *links, guint index)
{
	const LedgerLink *link = index < links->len ? g_ptr_array_index(links, index) : NULL;

	return !link || strcmp(link->id, record->id) == 0;
}

GPtrArray *ledger_records_read(PgSession *session, const GPtrArray *links, GPtrArray *problems,
			       GError **error)
{
	g_autoptr(GPtrArray) texts = ledger_database_texts(session, 0, error);
	GPtrArray *records;

	if (!texts)
		return NULL;
	records = g_ptr_array_new_with_free_func((GDestroyNotify)record_free);
	for (guint i = 0; i < texts->len; i++) {
		g_autoptr(GError) why = NULL;
		g_autoptr(Record) record = ledger_record_parse(g_ptr_array_index(texts, i), &why);

		if (!record)
			ledger_problem_add(problems, 0,
					   "the database holds a forged or damaged row: %s",
					   why->message);
		else if (!is_linked(record, links, i))
			ledger_problem_add(problems, record->sequence,
					   "the text of record %" G_GINT64_FORMAT
					   " is not the one that its id is the hash of",
					   record->sequence);
		else
			g_ptr_array_add(records, g_steal_pointer(&record));
	}
	return records;
}
