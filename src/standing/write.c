#include "standing/write.h"

#include "base/error.h"
#include "base/fault.h"
#include "git/signing.h"
#include "ledger/record.h"
#include "ledger/state.h"

char *standing_policy_of_target(const Standing *standing)
{
	const char *blob = standing->settings->blob;

	return blob ? g_strdup_printf("%s:%s", standing->target.commit->oid, blob) : NULL;
}

bool standing_refuse_newer(const Standing *standing, GError **error)
{
	const Record *last = standing->ledgers.last;

	if (!last || !last->is_newer)
		return true;
	error_set(error, ERR_LEDGER,
		  "record %" G_GINT64_FORMAT " of environment '%s' was written by a newer version "
		  "of git-migrate (format %" G_GINT64_FORMAT ")",
		  last->sequence, standing_name(standing), last->format);
	return error_hint(error, "install a newer git-migrate: this one may only read");
}

/* The server's clock now: records are dated by it, so that no two machines' clocks meet in one
 * ledger. */
static char *server_time(Standing *standing, GError **error)
{
	g_auto(LedgerState) now = {0};

	if (!ledger_database_state(standing->session, &now, error))
		return NULL;
	return g_steal_pointer(&now.time);
}

Record *standing_record_new(Standing *standing, RecordAction action, GError **error)
{
	g_autofree char *time =
		standing_refuse_newer(standing, error) ? server_time(standing, error) : NULL;
	Record *record;

	if (!time)
		return NULL;
	record = record_new(action);
	record->object = g_strdup(standing->target.commit->oid);
	record->environment = g_strdup(standing_name(standing));
	record->ledger = g_strdup(standing->ledgers.state.ledger);
	record->database = g_strdup(standing->ledgers.state.database);
	record->sequence = standing->ledgers.state.sequence + 1;
	record->previous = g_strdup(standing->ledgers.state.head);
	record->ref = g_strdup(standing->target.ref);
	record->release = g_strdup(standing->target.release);
	record->policy = g_strdup(standing->policy_name);
	record->time = g_steal_pointer(&time);
	record->tool = g_strdup("git-migrate/" GIT_MIGRATE_VERSION);
	return record;
}

/* The record as text, signed and read back. */
static Record *sign_record(Standing *standing, const Record *draft, GError **error)
{
	g_autofree char *tag = ledger_record_tag(draft->environment, draft->sequence);
	g_autofree char *message = ledger_record_message(draft);
	g_autoptr(GBytes) raw = git_sign_text(standing->repo, draft->object, tag, message,
					      standing->is_signed, error);
	g_autoptr(Record) record = raw ? ledger_record_parse(raw, error) : NULL;

	if (!record || !ledger_audit_own(standing->repo, standing->policy, record, error))
		return NULL;
	return g_steal_pointer(&record);
}

static void move_head(Standing *standing, const Record *record)
{
	standing->ledgers.state.sequence = record->sequence;
	g_free(standing->ledgers.state.head);
	standing->ledgers.state.head = g_strdup(record->id);
	g_free(standing->ledgers.head_commit);
	standing->ledgers.head_commit = g_strdup(record->object);
	g_free(standing->policy_name);
	standing->policy_name = g_strdup(record->policy);
	g_ptr_array_add(standing->ledgers.links, ledger_link_new(record->sequence, record->id,
								 record->action == RECORD_RESTORE));
	ledger_audit_remember(standing->repo, standing_name(standing), record);
}

/* A record that is about no look at the schema (an acceptance, a repair) keeps the trees that the
 * state has, if they are those of the record before it. */
static Trees kept_trees(const Standing *standing)
{
	const Record *last = standing->ledgers.last;
	g_autofree char *ref = ledger_state_ref(standing_name(standing));
	g_autofree char *tip = git_ref_find(standing->repo, ref);
	g_autofree char *shown = NULL;

	if (!tip || !ledger_state_record(standing->repo, standing_name(standing), &shown, NULL))
		return (Trees){0};
	if (!last || g_strcmp0(shown, last->id) != 0)
		return (Trees){0};
	return (Trees){.schema = git_repo_path_find(standing->repo, tip, LEDGER_STATE_SCHEMA),
		       .order = git_repo_path_find(standing->repo, tip, LEDGER_STATE_ORDER),
		       .access = git_repo_path_find(standing->repo, tip, LEDGER_STATE_ACCESS)};
}

static void take_trees(Standing *standing, Trees *trees)
{
	Ledgers *ledgers = &standing->ledgers;

	/* What an earlier record of this command saw stays, unless this one has looked itself. */
	if (!trees && ledgers->written->len > 0)
		return;
	trees_clear(&ledgers->trees);
	ledgers->trees = trees ? *trees : kept_trees(standing);
	if (trees)
		*trees = (Trees){0};
}

bool standing_record_write(Standing *standing, Record *record, Trees *trees, GError **error)
{
	g_autoptr(Record) draft = record;
	g_autoptr(Record) written = sign_record(standing, draft, error);

	if (!written || !fault_point("signed", error) ||
	    !ledger_database_add_record(standing->session, written, error))
		return false;
	move_head(standing, written);
	take_trees(standing, trees);
	g_ptr_array_add(standing->ledgers.written, g_steal_pointer(&written));
	return fault_point("recorded", error);
}

bool standing_make_ledger(Standing *standing, GError **error)
{
	if (!ledger_database_create(standing->session, standing_name(standing), error))
		return false;
	ledger_state_clear(&standing->ledgers.state);
	return ledger_database_state(standing->session, &standing->ledgers.state, error);
}
