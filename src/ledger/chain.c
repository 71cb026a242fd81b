#include "ledger/chain.h"

#include <stdarg.h>
#include <string.h>

#include "base/borrow.h"
#include "base/text.h"

LedgerLink *ledger_link_new(gint64 sequence, const char *id, bool restores)
{
	LedgerLink *link = g_new0(LedgerLink, 1);

	link->sequence = sequence;
	link->id = g_strdup(id);
	link->restores = restores;
	return link;
}

void ledger_link_free(LedgerLink *link)
{
	if (!link)
		return;
	g_free(link->id);
	g_free(link);
}

void ledger_problem_free(LedgerProblem *problem)
{
	if (!problem)
		return;
	g_free(problem->text);
	g_free(problem);
}

GPtrArray *ledger_problems_new(void)
{
	return g_ptr_array_new_with_free_func((GDestroyNotify)ledger_problem_free);
}

void ledger_problem_add(GPtrArray *problems, gint64 sequence, const char *format, ...)
{
	LedgerProblem *problem = g_new0(LedgerProblem, 1);
	va_list args;

	va_start(args, format);
	problem->text = g_strdup_vprintf(format, args);
	va_end(args);
	problem->sequence = sequence;
	g_ptr_array_add(problems, problem);
}

void ledger_comparison_free(LedgerComparison *comparison)
{
	if (!comparison)
		return;
	g_ptr_array_unref(comparison->missing_in_notes);
	g_ptr_array_unref(comparison->missing_in_database);
	g_free(comparison);
}

/* ---- two ledgers ---- */

static GHashTable *ids_of(const GPtrArray *links)
{
	GHashTable *ids = g_hash_table_new(g_str_hash, g_str_equal);

	for (guint i = 0; i < links->len; i++) {
		const LedgerLink *link = g_ptr_array_index(links, i);
		g_hash_table_add(ids, link->id);
	}
	return ids;
}

/* A record lies on an abandoned branch when a restore of the database's chain jumped over its
 * sequence. */
static bool is_abandoned(const GPtrArray *database, gint64 sequence)
{
	gint64 before = 0;

	for (guint i = 0; i < database->len; i++) {
		const LedgerLink *link = g_ptr_array_index(database, i);
		if (link->restores && before < sequence && sequence < link->sequence)
			return true;
		before = link->sequence;
	}
	return false;
}

static gint compare_sequences(gconstpointer a, gconstpointer b)
{
	const LedgerLink *const *left = a, *const *right = b;

	if ((*left)->sequence != (*right)->sequence)
		return (*left)->sequence < (*right)->sequence ? -1 : 1;
	return strcmp((*left)->id, (*right)->id);
}

static void find_missing(LedgerComparison *result, const GPtrArray *database,
			 const GPtrArray *notes)
{
	g_autoptr(GHashTable) in_database = ids_of(database);
	g_autoptr(GHashTable) in_notes = ids_of(notes);

	for (guint i = 0; i < database->len; i++) {
		LedgerLink *link = g_ptr_array_index(database, i);
		if (!g_hash_table_contains(in_notes, link->id))
			g_ptr_array_add(result->missing_in_notes, link);
	}
	for (guint i = 0; i < notes->len; i++) {
		LedgerLink *link = g_ptr_array_index(notes, i);
		if (link->sequence > result->last_in_notes) {
			result->last_in_notes = link->sequence;
			result->last_id_in_notes = link->id;
		}
		if (!g_hash_table_contains(in_database, link->id) &&
		    !is_abandoned(database, link->sequence))
			g_ptr_array_add(result->missing_in_database, link);
	}
	g_ptr_array_sort(result->missing_in_database, compare_sequences);
}

/* Whether the database lacks a sequence between two that it has, not explained by a restore. */
static bool has_gap(const GPtrArray *database)
{
	gint64 before = 0;

	for (guint i = 0; i < database->len; i++) {
		const LedgerLink *link = g_ptr_array_index(database, i);
		if (link->sequence != before + 1 && !link->restores)
			return true;
		before = link->sequence;
	}
	return false;
}

static gint64 last_sequence(const GPtrArray *links)
{
	const LedgerLink *last = links->len ? g_ptr_array_index(links, links->len - 1) : NULL;

	return last ? last->sequence : 0;
}

static LedgerRelation relation_of(const LedgerComparison *found, const GPtrArray *database)
{
	const LedgerLink *first_extra, *first_missing;
	const guint missing = found->missing_in_notes->len;

	if (has_gap(database))
		return LEDGERS_DATABASE_GAP;
	if (found->missing_in_database->len) {
		first_extra = g_ptr_array_index(found->missing_in_database, 0);
		if (missing || first_extra->sequence <= last_sequence(database))
			return LEDGERS_FORKED;
		return LEDGERS_DATABASE_BEHIND;
	}
	if (!missing)
		return LEDGERS_EQUAL;
	first_missing = g_ptr_array_index(found->missing_in_notes, 0);
	if (first_missing == g_ptr_array_index(database, database->len - missing))
		return LEDGERS_NOTES_BEHIND;
	return LEDGERS_NOTES_REMOVED;
}

LedgerComparison *ledger_compare(const GPtrArray *database, const GPtrArray *notes)
{
	LedgerComparison *result = g_new0(LedgerComparison, 1);

	result->missing_in_notes = g_ptr_array_new();
	result->missing_in_database = g_ptr_array_new();
	find_missing(result, database, notes);
	result->relation = relation_of(result, database);
	return result;
}

char *ledger_comparison_describe(const LedgerComparison *comparison)
{
	static const char *const words[] = {
		[LEDGERS_NOTES_BEHIND] = "the notes lack the last %s of the database",
		[LEDGERS_NOTES_REMOVED] = "%s of the database was removed from the notes",
		[LEDGERS_DATABASE_BEHIND] =
			"the database lacks %s that the notes have: it was restored from a "
			"backup, rolled back or truncated",
		[LEDGERS_DATABASE_GAP] =
			"a record was removed from the middle of the database's ledger (the "
			"notes have %s that it lacks)",
		[LEDGERS_FORKED] =
			"the ledgers have forked: the notes have %s that the database never had",
	};
	const bool notes = comparison->relation == LEDGERS_NOTES_BEHIND ||
			   comparison->relation == LEDGERS_NOTES_REMOVED;
	const GPtrArray *missing =
		notes ? comparison->missing_in_notes : comparison->missing_in_database;
	g_autofree char *count = text_count(missing->len, "record");
	g_auto(GStrv) parts = NULL;

	if (comparison->relation == LEDGERS_EQUAL)
		return NULL;
	parts = g_strsplit(words[comparison->relation], "%s", 2);
	return g_strconcat(parts[0], count, parts[1], NULL);
}

/* ---- one chain ---- */

static bool is_opening(const Record *record)
{
	return record->action == RECORD_BEGIN || record->action == RECORD_REVERT;
}

static void check_link(const Record *before, const Record *record, GPtrArray *problems)
{
	const char *expected = before ? before->id : NULL;
	const gint64 next = before ? before->sequence + 1 : 1;

	if (record->sequence != next &&
	    (record->action != RECORD_RESTORE || record->sequence < next))
		ledger_problem_add(problems, record->sequence,
				   "record %" G_GINT64_FORMAT " follows record %" G_GINT64_FORMAT
				   ": a record between them is missing",
				   record->sequence, next - 1);
	if (g_strcmp0(record->previous, expected) != 0)
		ledger_problem_add(problems, record->sequence,
				   "record %" G_GINT64_FORMAT
				   " does not name the record before it: it says "
				   "%.12s, and that is %.12s",
				   record->sequence, record->previous ? record->previous : "none",
				   expected ? expected : "none");
}

static void check_identity(const Record *before, const Record *record,
			   const LedgerExpectation *expected, GPtrArray *problems)
{
	if (strcmp(record->environment, expected->environment) != 0)
		ledger_problem_add(problems, record->sequence,
				   "record %" G_GINT64_FORMAT
				   " belongs to environment '%s', not '%s': replayed",
				   record->sequence, record->environment, expected->environment);
	if (expected->ledger && strcmp(record->ledger, expected->ledger) != 0)
		ledger_problem_add(problems, record->sequence,
				   "record %" G_GINT64_FORMAT " belongs to another ledger (%s)",
				   record->sequence, record->ledger);
	if (before && strcmp(before->database, record->database) != 0 &&
	    record->action != RECORD_RESTORE && record->action != RECORD_ADOPT)
		ledger_problem_add(problems, record->sequence,
				   "record %" G_GINT64_FORMAT " was made on another database (%s)",
				   record->sequence, record->database);
	if (before && before->is_signed && !record->is_signed)
		ledger_problem_add(problems, record->sequence,
				   "record %" G_GINT64_FORMAT " is not signed", record->sequence);
	if (before && strcmp(before->time, record->time) > 0)
		ledger_problem_add(problems, record->sequence,
				   "record %" G_GINT64_FORMAT
				   " is dated before the record in front of it",
				   record->sequence);
}

/* A finish closes the begin or revert right before it, and nothing else may stand between them. */
static void check_turn(const Record *before, const Record *record, GPtrArray *problems)
{
	const bool open = before && is_opening(before);

	if (record->action == RECORD_FINISH && (!open || strcmp(record->begin, before->id) != 0))
		ledger_problem_add(problems, record->sequence,
				   "record %" G_GINT64_FORMAT
				   " finishes a deployment that did not begin there",
				   record->sequence);
	if (record->action != RECORD_FINISH && record->action != RECORD_RESTORE && open)
		ledger_problem_add(problems, record->sequence,
				   "record %" G_GINT64_FORMAT
				   " follows a deployment that was not finished",
				   record->sequence);
}

/* A deployment that went well brings its commit's policy into force; nothing else changes it. */
static void check_policy(const Record *before, const Record *record, GPtrArray *problems)
{
	const bool may_change = before && before->action == RECORD_BEGIN &&
				record->action == RECORD_FINISH && record->outcome == OUTCOME_DONE;

	if (!before || g_strcmp0(before->policy, record->policy) == 0)
		return;
	if (!may_change)
		ledger_problem_add(problems, record->sequence,
				   "record %" G_GINT64_FORMAT
				   " changes the policy, which only a finished deployment does",
				   record->sequence);
	else if (record->policy && !g_str_has_prefix(record->policy, record->object))
		ledger_problem_add(problems, record->sequence,
				   "record %" G_GINT64_FORMAT
				   " takes its policy from another commit than it deployed",
				   record->sequence);
}

void ledger_chain_check(const Record *before, const GPtrArray *records,
			const LedgerExpectation *expected, GPtrArray *problems)
{
	for (guint i = 0; i < records->len; i++) {
		const Record *record = g_ptr_array_index(records, i);

		check_link(before, record, problems);
		check_identity(before, record, expected, problems);
		/* What a newer version may do is not for this one to judge. */
		if (!record->is_newer && !(before && before->is_newer)) {
			check_turn(before, record, problems);
			check_policy(before, record, problems);
		}
		before = record;
	}
}

/* ---- the chain among records ---- */

static const Record *highest_of(const GPtrArray *records)
{
	const Record *highest = NULL;

	for (guint i = 0; i < records->len; i++) {
		const Record *record = g_ptr_array_index(records, i);
		if (!highest || record->sequence > highest->sequence)
			highest = record;
	}
	return highest;
}

static void reverse(GPtrArray *records)
{
	for (guint i = 0; i < records->len / 2; i++) {
		gpointer *left = &g_ptr_array_index(records, i);
		gpointer *right = &g_ptr_array_index(records, records->len - 1 - i);
		gpointer kept = *left;

		*left = *right;
		*right = kept;
	}
}

GPtrArray *ledger_chain_of(const GPtrArray *records, bool *broken)
{
	g_autoptr(GHashTable) by_id = g_hash_table_new(g_str_hash, g_str_equal);
	const Record *record = highest_of(records);
	GPtrArray *chain = g_ptr_array_new();

	for (guint i = 0; i < records->len; i++) {
		Record *each = g_ptr_array_index(records, i);
		g_hash_table_insert(by_id, each->id, each);
	}
	if (broken)
		*broken = false;
	while (record) {
		borrow_add(chain, record);
		g_hash_table_remove(by_id, record->id);
		if (!record->previous)
			break;
		record = g_hash_table_lookup(by_id, record->previous);
		if (!record && broken)
			*broken = true;
	}
	reverse(chain);
	return chain;
}
