#include "deploy/write.h"

#include <string.h>

#include "base/error.h"
#include "base/fault.h"
#include "deploy/policy.h"
#include "deploy/snapshot.h"
#include "deploy/state.h"
#include "git/signing.h"
#include "ledger/record.h"

/* ---- records ---- */

/* The server's clock now: records are dated by it, so that no two machines' clocks meet in one
 * ledger. */
static char *server_time(DeployContext *context, GError **error)
{
	g_auto(LedgerState) now = {0};

	if (!ledger_database_state(context->session, &now, error))
		return NULL;
	return g_steal_pointer(&now.time);
}

Record *deploy_record_new(DeployContext *context, RecordAction action, GError **error)
{
	g_autofree char *time = server_time(context, error);
	Record *record;

	if (!time)
		return NULL;
	record = record_new(action);
	record->object = g_strdup(context->target->oid);
	record->environment = g_strdup(context->environment->name);
	record->ledger = g_strdup(context->ledger.ledger);
	record->database = g_strdup(context->ledger.database);
	record->sequence = context->ledger.sequence + 1;
	record->previous = g_strdup(context->ledger.head);
	record->ref = g_strdup(context->ref);
	record->release = g_strdup(context->release);
	record->policy = g_strdup(context->policy_name);
	record->time = g_steal_pointer(&time);
	record->tool = g_strdup("git-migrate/" GIT_MIGRATE_VERSION);
	return record;
}

/* The record as text, signed and read back. */
static Record *sign_record(DeployContext *context, const Record *draft, GError **error)
{
	g_autofree char *tag = ledger_record_tag(draft->environment, draft->sequence);
	g_autofree char *message = ledger_record_message(draft);
	g_autoptr(GBytes) raw = git_sign_text(context->repo, draft->object, tag, message,
					      context->is_signed, error);
	g_autoptr(Record) record = raw ? ledger_record_parse(raw, error) : NULL;

	if (!record || !ledger_audit_own(context->repo, context->policy, record, error))
		return NULL;
	return g_steal_pointer(&record);
}

static void move_head(DeployContext *context, const Record *record)
{
	context->ledger.sequence = record->sequence;
	g_free(context->ledger.head);
	context->ledger.head = g_strdup(record->id);
	g_free(context->head_commit);
	context->head_commit = g_strdup(record->object);
	g_free(context->policy_name);
	context->policy_name = g_strdup(record->policy);
	g_ptr_array_add(context->links, ledger_link_new(record->sequence, record->id,
							record->action == RECORD_RESTORE));
	ledger_audit_remember(context->repo, context->environment->name, record);
}

bool deploy_record_write(DeployContext *context, Record *record, GError **error)
{
	g_autoptr(Record) draft = record;
	g_autoptr(Record) written = sign_record(context, draft, error);

	if (!written || !fault_point("signed", error) ||
	    !ledger_database_add_record(context->session, written, error))
		return false;
	move_head(context, written);
	g_ptr_array_add(context->written, g_steal_pointer(&written));
	return fault_point("recorded", error);
}

/* ---- settling ---- */

static bool refuse_ledgers(const DeployContext *context, GError **error)
{
	g_autofree char *what = ledger_comparison_describe(context->comparison);
	const char *name = context->environment->name;

	error_set(error, ERR_REFUSED, "the ledgers of environment '%s' do not agree: %s", name,
		  what);
	if (context->comparison->relation == LEDGERS_DATABASE_BEHIND)
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
static bool repair_notes(DeployContext *context, GError **error)
{
	const GPtrArray *missing = context->comparison->missing_in_notes;
	g_autoptr(GHashTable) wanted = g_hash_table_new(g_str_hash, g_str_equal);
	g_autoptr(GPtrArray) records = g_ptr_array_new_with_free_func((GDestroyNotify)record_free);
	g_autoptr(GPtrArray) texts = NULL;
	const LedgerLink *first = g_ptr_array_index(missing, 0);

	for (guint i = 0; i < missing->len; i++)
		g_hash_table_add(wanted, ((LedgerLink *)g_ptr_array_index(missing, i))->id);
	texts = ledger_database_texts(context->session, first->sequence, error);
	for (guint i = 0; texts && i < texts->len; i++) {
		g_autoptr(Record) record = ledger_record_parse(g_ptr_array_index(texts, i), error);
		if (!record)
			return false;
		if (g_hash_table_contains(wanted, record->id))
			g_ptr_array_add(records, g_steal_pointer(&record));
	}
	if (!texts ||
	    !ledger_notes_append(context->repo, context->environment->name, records, error))
		return false;
	observer_say(&context->observer, EVENT_NOTE,
		     "repaired the notes: %u of %u records were missing there", missing->len,
		     context->links->len);
	return true;
}

static bool agree(DeployContext *context, GError **error)
{
	switch (context->comparison->relation) {
	case LEDGERS_EQUAL:
		return true;
	case LEDGERS_NOTES_BEHIND:
	case LEDGERS_NOTES_REMOVED:
		return repair_notes(context, error);
	case LEDGERS_DATABASE_BEHIND:
	case LEDGERS_DATABASE_GAP:
	case LEDGERS_FORKED:
		break;
	}
	return refuse_ledgers(context, error);
}

static bool same_database(DeployContext *context, GError **error)
{
	const char *name = context->environment->name;

	if (!context->last || strcmp(context->last->database, context->ledger.database) == 0)
		return true;
	error_set(error, ERR_REFUSED,
		  "this is not the database that the ledger of environment '%s' was written in",
		  name);
	error_detail(error, "recorded: %s\nconnected: %s", context->last->database,
		     context->ledger.database);
	return error_hint(
		error,
		"if it was restored from a backup: git migrate restore --env %s --reason '...'",
		name);
}

static bool audit(DeployContext *context, GError **error)
{
	const LedgerPolicies policies = deploy_policies(context);
	g_autoptr(LedgerAudit) result =
		ledger_audit(context->session, context->repo, &policies, &context->ledger,
			     context->links, false, error);

	if (!result)
		return false;
	if (result->problems->len == 0)
		return true;
	error_set(error, ERR_REFUSED, "the ledger of environment '%s' is not to be trusted",
		  context->environment->name);
	for (guint i = 0; i < result->problems->len; i++)
		error_detail(error, "%s",
			     ((LedgerProblem *)g_ptr_array_index(result->problems, i))->text);
	return error_hint(error, "run 'git migrate verify --env %s' for the whole picture",
			  context->environment->name);
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

/* The context must stand on the open record's commit for the finish to be about the same object. */
static Record *crash_record(DeployContext *context, const Record *open, const AppliedSet *applied,
			    GError **error)
{
	Record *record = deploy_record_new(context, RECORD_FINISH, error);

	if (!record)
		return NULL;
	g_free(record->object);
	record->object = g_strdup(open->object);
	record->begin = g_strdup(open->id);
	g_ptr_array_unref(record->items);
	record->items = seen_items(open, applied);
	record->outcome = OUTCOME_CRASHED;
	deploy_snapshot_record(context);
	record->snapshot = g_strdup(context->schema_tree);
	record->overrides = g_strdupv(open->overrides);
	record->reason = g_strdup(open->reason);
	record->error = g_strdup("the deployer ended without recording the outcome");
	return record;
}

static bool close_crashed(DeployContext *context, GError **error)
{
	const Record *open = deploy_open_record(context);
	g_autoptr(AppliedSet) applied = NULL;
	g_autoptr(Record) record = NULL;
	guint done;

	if (!open)
		return true;
	applied = ledger_database_applied(context->session, true, error);
	record = applied ? crash_record(context, open, applied, error) : NULL;
	if (!record)
		return false;
	done = record->items->len;
	if (!deploy_record_write(context, g_steal_pointer(&record), error)) {
		g_prefix_error(error, "cannot finish the deployment that crashed: ");
		return false;
	}
	observer_say(&context->observer, EVENT_NOTE,
		     "the deployment of record %" G_GINT64_FORMAT
		     " ended without recording its outcome: %u of its %u migrations had run, the "
		     "rest is pending",
		     open->sequence, done, open->items->len);
	return true;
}

bool deploy_make_ledger(DeployContext *context, GError **error)
{
	if (!ledger_database_create(context->session, context->environment->name, error))
		return false;
	ledger_state_clear(&context->ledger);
	return ledger_database_state(context->session, &context->ledger, error);
}

bool deploy_settle_ledgers(DeployContext *context, GError **error)
{
	if (context->ledger.in_recovery) {
		error_set(error, ERR_REFUSED,
			  "the database of environment '%s' is a read-only standby",
			  context->environment->name);
		return error_hint(error,
				  "connect to the primary (target_session_attrs=read-write)");
	}
	if (!context->ledger.present) {
		if (context->notes->links->len)
			return refuse_ledgers(context, error);
		return deploy_make_ledger(context, error);
	}
	return agree(context, error) && same_database(context, error) && audit(context, error) &&
	       close_crashed(context, error);
}

/* ---- publishing ---- */

static void warn_and_clear(DeployContext *context, const char *what, GError **why)
{
	const char *detail = error_get_detail(*why);

	observer_say(&context->observer, EVENT_WARNING, "%s: %s%s%s", what, (*why)->message,
		     detail ? ": " : "", detail ? detail : "");
	g_clear_error(why);
}

static void publish_notes(DeployContext *context)
{
	g_autoptr(GError) why = NULL;

	if (!fault_point("note", &why) ||
	    !ledger_notes_append(context->repo, context->environment->name, context->written,
				 &why)) {
		warn_and_clear(context, "the notes are not written yet, the next command does it",
			       &why);
		return;
	}
	g_ptr_array_set_size(context->written, 0);
}

void deploy_publish(DeployContext *context, const char *summary)
{
	g_autoptr(GError) why = NULL;

	publish_notes(context);
	if (!fault_point("state", &why) || !deploy_state_update(context, summary, &why))
		warn_and_clear(context,
			       "the state commit is not written yet, the next command does it",
			       &why);
	if (!deploy_is_private(context) &&
	    !ledger_sync_push(context->repo, context->environment->name, &context->sync, &why))
		warn_and_clear(context, "the records are not pushed yet", &why);
	if (context->sync.warning)
		observer_say(&context->observer, EVENT_WARNING, "%s", context->sync.warning);
}
