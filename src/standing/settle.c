/*
 * Ledgers that a deployment may stand on: they agree, or the difference is repaired; signatures and
 * chain are audited; what a crashed deployment left is recorded.
 */
#include <string.h>

#include "base/error.h"
#include "internal.h"
#include "ledger/record.h"
#include "standing/snapshot.h"
#include "standing/write.h"

static bool refuse_ledgers(const Standing *standing, GError **error)
{
	g_autofree char *what = ledger_comparison_describe(standing->ledgers.comparison);
	const char *name = standing_name(standing);

	error_set(error, ERR_REFUSED, "the ledgers of environment '%s' do not agree: %s", name,
		  what);
	if (standing->ledgers.comparison->relation == LEDGERS_DATABASE_BEHIND)
		return error_hint(
			error,
			"if the database was restored from a backup, say so: git migrate restore "
			"--env %s "
			"--reason '...'; otherwise find out who changed schema git_migrate",
			name);
	return error_hint(error,
			  "run 'git migrate verify --env %s' and find out who changed which ledger",
			  name);
}

/* Appends what the notes lack, byte for byte from the database. */
static bool repair_notes(Standing *standing, GError **error)
{
	const GPtrArray *missing = standing->ledgers.comparison->missing_in_notes;
	g_autoptr(GHashTable) wanted = g_hash_table_new(g_str_hash, g_str_equal);
	g_autoptr(GPtrArray) records = g_ptr_array_new_with_free_func((GDestroyNotify)record_free);
	g_autoptr(GPtrArray) texts = NULL;
	const LedgerLink *first = g_ptr_array_index(missing, 0);

	for (guint i = 0; i < missing->len; i++)
		g_hash_table_add(wanted, ((LedgerLink *)g_ptr_array_index(missing, i))->id);
	texts = ledger_database_texts(standing->session, first->sequence, error);
	for (guint i = 0; texts && i < texts->len; i++) {
		g_autoptr(Record) record = ledger_record_parse(g_ptr_array_index(texts, i), error);
		if (!record)
			return false;
		if (g_hash_table_contains(wanted, record->id))
			g_ptr_array_add(records, g_steal_pointer(&record));
	}
	if (!texts || !ledger_notes_append(standing->repo, standing_name(standing), records, error))
		return false;
	observer_say(&standing->observer, EVENT_NOTE,
		     "repaired the notes: %u of %u records were missing there", missing->len,
		     standing->ledgers.links->len);
	return true;
}

static bool agree(Standing *standing, GError **error)
{
	switch (standing->ledgers.comparison->relation) {
	case LEDGERS_EQUAL:
		return true;
	case LEDGERS_NOTES_BEHIND:
	case LEDGERS_NOTES_REMOVED:
		return repair_notes(standing, error);
	case LEDGERS_DATABASE_BEHIND:
	case LEDGERS_DATABASE_GAP:
	case LEDGERS_FORKED:
		break;
	}
	return refuse_ledgers(standing, error);
}

static bool same_database(Standing *standing, GError **error)
{
	const char *name = standing_name(standing);

	if (!standing->ledgers.last ||
	    strcmp(standing->ledgers.last->database, standing->ledgers.state.database) == 0)
		return true;
	error_set(error, ERR_REFUSED,
		  "this is not the database that the ledger of environment '%s' was written in",
		  name);
	error_detail(error, "recorded: %s\nconnected: %s", standing->ledgers.last->database,
		     standing->ledgers.state.database);
	return error_hint(
		error,
		"if it was restored from a backup: git migrate restore --env %s --reason '...'",
		name);
}

static bool audit(Standing *standing, GError **error)
{
	const LedgerPolicies policies =
		policy_store_for_audit(standing->policies, standing->is_signed);
	g_autoptr(LedgerAudit) result =
		ledger_audit(standing->session, standing->repo, &policies, &standing->ledgers.state,
			     standing->ledgers.links, false, error);

	if (!result)
		return false;
	if (result->problems->len == 0)
		return true;
	error_set(error, ERR_REFUSED, "the ledger of environment '%s' is not to be trusted",
		  standing_name(standing));
	for (guint i = 0; i < result->problems->len; i++)
		error_detail(error, "%s",
			     ((LedgerProblem *)g_ptr_array_index(result->problems, i))->text);
	return error_hint(error, "run 'git migrate verify --env %s' for the whole picture",
			  standing_name(standing));
}

/* ---- a crashed deployment ---- */

/* What a begin is seen to have applied, or a revert to have undone. */
static GPtrArray *seen_items(const Record *open, const AppliedSet *applied)
{
	GPtrArray *items = g_ptr_array_new_with_free_func((GDestroyNotify)record_item_free);

	for (guint i = 0; i < open->items->len; i++) {
		const RecordItem *planned = g_ptr_array_index(open->items, i);
		const Applied *row = applied_set_get(applied, planned->id);
		const bool is_ours = row && row->record == open->sequence;
		RecordItem *item;

		if (open->action == RECORD_BEGIN ? !is_ours : row != NULL)
			continue;
		item = record_item_new(planned->id);
		item->at = g_strdup(is_ours ? row->applied_at : open->time);
		item->duration_ms = is_ours ? row->duration_ms : 0;
		g_ptr_array_add(items, item);
	}
	return items;
}

/* The standing must stand on the open record's commit for the finish to be about the same object.
 */
static Record *crash_record(Standing *standing, const Record *open, const AppliedSet *applied,
			    const Trees *trees, GError **error)
{
	Record *record = standing_record_new(standing, RECORD_FINISH, error);

	if (!record)
		return NULL;
	g_free(record->object);
	record->object = g_strdup(open->object);
	record->begin = g_strdup(open->id);
	g_ptr_array_unref(record->items);
	record->items = seen_items(open, applied);
	record->outcome = OUTCOME_CRASHED;
	record->snapshot = g_strdup(trees->schema);
	record->overrides = g_strdupv(open->overrides);
	record->reason = g_strdup(open->reason);
	record->error = g_strdup("the deployer ended without recording the outcome");
	return record;
}

static bool close_crashed(Standing *standing, GError **error)
{
	const Record *open = standing_open_record(standing);
	g_autoptr(AppliedSet) applied = NULL;
	g_autoptr(Record) record = NULL;
	g_auto(Trees) trees = {0};
	guint done;

	if (!open)
		return true;
	applied = ledger_database_applied(standing->session, true, error);
	if (!applied)
		return false;
	trees = standing_trees(standing);
	record = crash_record(standing, open, applied, &trees, error);
	if (!record)
		return false;
	done = record->items->len;
	if (!standing_record_write(standing, g_steal_pointer(&record), &trees, error)) {
		g_prefix_error(error, "cannot finish the deployment that crashed: ");
		return false;
	}
	observer_say(&standing->observer, EVENT_NOTE,
		     "the deployment of record %" G_GINT64_FORMAT
		     " ended without recording its outcome: %u of its %u migrations had run, the "
		     "rest is pending",
		     open->sequence, done, open->items->len);
	return true;
}

bool standing_settle(Standing *standing, GError **error)
{
	if (!standing_refuse_newer(standing, error))
		return false;
	if (standing->ledgers.state.in_recovery) {
		error_set(error, ERR_REFUSED,
			  "the database of environment '%s' is a read-only standby",
			  standing_name(standing));
		return error_hint(error,
				  "connect to the primary (target_session_attrs=read-write)");
	}
	if (!standing->ledgers.state.present) {
		if (standing->ledgers.notes->links->len)
			return refuse_ledgers(standing, error);
		return standing_refuse_unrecorded(standing, error) &&
		       standing_make_ledger(standing, error);
	}
	return standing_refuse_unrecorded(standing, error) && agree(standing, error) &&
	       same_database(standing, error) && audit(standing, error) &&
	       close_crashed(standing, error);
}
