#include "ledger/replay.h"

#include <string.h>

#include "ledger/chain.h"

/* An item that is applied, and by which record. */
typedef struct {
	const RecordItem *item;
	gint64 record;
	gint64 position;
	const char *at;
	const char *commit;
} Expected;

static GHashTable *items_by_id(const Record *record)
{
	GHashTable *items = g_hash_table_new(g_str_hash, g_str_equal);

	for (guint i = 0; i < record->items->len; i++) {
		RecordItem *item = g_ptr_array_index(record->items, i);
		g_hash_table_insert(items, item->id, item);
	}
	return items;
}

static Expected *expect(GHashTable *expected, const RecordItem *item, const Record *record)
{
	Expected *entry = g_new0(Expected, 1);

	entry->item = item;
	entry->record = record->sequence;
	entry->commit = record->object;
	entry->at = record->time;
	g_hash_table_replace(expected, item->id, entry);
	return entry;
}

/* Positions only need to rise: a finish's sequence and the place in its list do. */
static gint64 position_of(const Record *record, guint index)
{
	const gint64 most_items = 1 << 24;

	return record->sequence * most_items + index;
}

static void follow_finish(GHashTable *expected, const Record *opening, const Record *finish)
{
	g_autoptr(GHashTable) planned = items_by_id(opening);

	for (guint i = 0; i < finish->items->len; i++) {
		const RecordItem *done = g_ptr_array_index(finish->items, i);
		const RecordItem *item = g_hash_table_lookup(planned, done->id);

		if (opening->action == RECORD_REVERT)
			g_hash_table_remove(expected, done->id);
		else if (item) {
			Expected *entry = expect(expected, item, opening);
			entry->at = done->at;
			entry->position = position_of(finish, i);
		}
	}
}

/* An accept changes the text that an applied migration stands for, not the record that applied it.
 */
static void follow_accept(GHashTable *expected, const Record *accept)
{
	for (guint i = 0; i < accept->items->len; i++) {
		const RecordItem *item = g_ptr_array_index(accept->items, i);
		Expected *before = g_hash_table_lookup(expected, item->id);

		if (before) {
			before->item = item;
			before->commit = accept->object;
		}
	}
}

static void follow_baseline(GHashTable *expected, const Record *baseline)
{
	for (guint i = 0; i < baseline->items->len; i++)
		expect(expected, g_ptr_array_index(baseline->items, i), baseline)->position =
			position_of(baseline, i);
}

/* Returns the opening record that is left without a finish, or NULL. */
static const Record *follow(const GPtrArray *records, GHashTable *expected)
{
	const Record *opening = NULL;

	for (guint i = 0; i < records->len; i++) {
		const Record *record = g_ptr_array_index(records, i);

		switch (record->action) {
		case RECORD_BEGIN:
		case RECORD_REVERT:
			opening = record;
			break;
		case RECORD_FINISH:
			if (opening)
				follow_finish(expected, opening, record);
			opening = NULL;
			break;
		case RECORD_ACCEPT:
			follow_accept(expected, record);
			break;
		case RECORD_BASELINE:
			follow_baseline(expected, record);
			break;
		case RECORD_RESTORE:
			opening = NULL;
			break;
		case RECORD_ADOPT:
		case RECORD_CHECKPOINT:
		case RECORD_UNKNOWN:
			break;
		}
	}
	return opening;
}

static gint compare_positions(gconstpointer a, gconstpointer b)
{
	const Applied *const *left = a, *const *right = b;

	return (*left)->position < (*right)->position ? -1 : (*left)->position > (*right)->position;
}

static Applied *applied_of(const Expected *entry)
{
	Applied *applied = g_new0(Applied, 1);

	applied->id = g_strdup(entry->item->id);
	applied->blob = g_strdup(entry->item->blob);
	applied->content = g_strdup(entry->item->content);
	applied->path = g_strdup(entry->item->path);
	applied->position = entry->position;
	applied->record = entry->record;
	applied->applied_at = g_strdup(entry->at);
	applied->commit = g_strdup(entry->commit);
	return applied;
}

AppliedSet *ledger_replay(const GPtrArray *records, const Record **open)
{
	g_autoptr(GHashTable) expected =
		g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
	g_autoptr(GPtrArray) rows = g_ptr_array_new();
	const Record *opening = follow(records, expected);
	AppliedSet *set = applied_set_new();
	GHashTableIter each;
	gpointer entry;

	g_hash_table_iter_init(&each, expected);
	while (g_hash_table_iter_next(&each, NULL, &entry))
		g_ptr_array_add(rows, applied_of(entry));
	g_ptr_array_sort(rows, compare_positions);
	for (guint i = 0; i < rows->len; i++) {
		Applied *applied = g_ptr_array_index(rows, i);

		applied->position = i + 1;
		applied_set_add(set, applied);
	}
	if (open)
		*open = opening;
	return set;
}

/* Whether an unfinished deployment explains that a row is there, or is not. */
static bool is_under_way(const Record *opening, const char *id)
{
	if (!opening)
		return false;
	for (guint i = 0; i < opening->items->len; i++)
		if (strcmp(((RecordItem *)g_ptr_array_index(opening->items, i))->id, id) == 0)
			return true;
	return false;
}

static void check_row(const Applied *row, GHashTable *expected, const Record *opening,
		      GPtrArray *problems)
{
	const Expected *entry = g_hash_table_lookup(expected, row->id);

	if (!entry) {
		if (!is_under_way(opening, row->id))
			ledger_problem_add(problems, row->record,
					   "the database says '%s' is applied, and no record does: "
					   "a forged row",
					   row->id);
		return;
	}
	if (is_under_way(opening, row->id))
		return;
	if (strcmp(entry->item->blob, row->blob) != 0 ||
	    strcmp(entry->item->content, row->content) != 0)
		ledger_problem_add(problems, row->record,
				   "the database's row of '%s' names another script (%.12s) than "
				   "its record (%.12s)",
				   row->id, row->blob, entry->item->blob);
	else if (entry->record != row->record)
		ledger_problem_add(problems, row->record,
				   "the database's row of '%s' names record %" G_GINT64_FORMAT
				   ", and record %" G_GINT64_FORMAT " applied it",
				   row->id, row->record, entry->record);
}

static gint compare_expected(gconstpointer a, gconstpointer b)
{
	const Expected *const *left = a, *const *right = b;

	return (*left)->position < (*right)->position ? -1 : (*left)->position > (*right)->position;
}

/* What is expected and has no row, in the order in which it was applied; Expected*, borrowed. */
static GPtrArray *find_gone(GHashTable *expected, const AppliedSet *applied, const Record *opening)
{
	GPtrArray *gone = g_ptr_array_new();
	GHashTableIter each;
	gpointer id, entry;

	g_hash_table_iter_init(&each, expected);
	while (g_hash_table_iter_next(&each, &id, &entry))
		if (!applied_set_get(applied, id) && !is_under_way(opening, id))
			g_ptr_array_add(gone, entry);
	g_ptr_array_sort(gone, compare_expected);
	return gone;
}

void ledger_replay_check(const GPtrArray *records, const AppliedSet *applied, GPtrArray *problems)
{
	g_autoptr(GHashTable) expected =
		g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
	const Record *opening = follow(records, expected);
	g_autoptr(GPtrArray) gone = find_gone(expected, applied, opening);

	for (guint i = 0; i < applied->all->len; i++)
		check_row(g_ptr_array_index(applied->all, i), expected, opening, problems);
	for (guint i = 0; i < gone->len; i++) {
		const Expected *entry = g_ptr_array_index(gone, i);

		ledger_problem_add(problems, entry->record,
				   "record %" G_GINT64_FORMAT
				   " applied '%s', and the database's row of it is gone",
				   entry->record, entry->item->id);
	}
}
