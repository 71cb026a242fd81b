/* Both ledgers read and compared, and the policy in force. */
#include <string.h>

#include "base/error.h"
#include "config/config.h"
#include "internal.h"
#include "ledger/record.h"
#include "ledger/replay.h"
#include "standing/write.h"

static bool check_environment_name(const Standing *standing, GError **error)
{
	const LedgerState *ledger = &standing->ledgers.state;

	if (strcmp(ledger->environment, standing_name(standing)) == 0)
		return true;
	error_set(error, ERR_REFUSED, "database '%s' is the one of environment '%s', not of '%s'",
		  ledger->database, ledger->environment, standing_name(standing));
	return error_hint(error,
			  "check where '%s' connects to; a copy of another environment's database "
			  "is not taken over",
			  standing_name(standing));
}

static bool read_last_record(Standing *standing, GError **error)
{
	g_autoptr(GPtrArray) texts = NULL;

	if (!standing->ledgers.state.head)
		return true;
	texts = ledger_database_texts(standing->session, standing->ledgers.state.sequence, error);
	if (!texts)
		return false;
	standing->ledgers.last =
		ledger_record_parse(g_ptr_array_index(texts, texts->len - 1), error);
	/* Its text is believed, the policy in force above all: it must be the one that was linked.
	 */
	if (standing->ledgers.last &&
	    strcmp(standing->ledgers.last->id, standing->ledgers.state.head) != 0) {
		g_clear_pointer(&standing->ledgers.last, record_free);
		error_set(error, ERR_LEDGER, "its text is not the one that its id is the hash of");
	}
	if (standing->ledgers.last) {
		standing->ledgers.head_commit = g_strdup(standing->ledgers.last->object);
		return true;
	}
	g_prefix_error(error, "the last record of environment '%s': ", standing_name(standing));
	return error_hint(
		error,
		"somebody changed table git_migrate.record: run 'git migrate verify --env %s'",
		standing_name(standing));
}

bool standing_sync_prepare(GitRepo *repo, LedgerSync *sync, GError **error)
{
	g_autofree char *head = git_repo_find_commit(repo, "HEAD");
	g_autoptr(Project) project = head ? config_read_project(repo, head, error) : NULL;

	if (!head)
		return true;
	sync->excluded = project ? config_list_private(repo, head, project, error) : NULL;
	return sync->excluded;
}

bool standing_fetch(Standing *standing, GError **error)
{
	LedgerSync *sync = &standing->ledgers.sync;

	if (standing->options.no_fetch || standing_is_private(standing))
		return true;
	if (!sync->excluded)
		sync->excluded = config_list_private(standing->repo, standing->target.commit->oid,
						     standing->project, error);
	if (!sync->excluded ||
	    !ledger_sync_fetch(standing->repo, standing_name(standing), sync, error))
		return false;
	if (sync->warning)
		observer_say(&standing->observer, EVENT_WARNING, "%s", sync->warning);
	g_clear_pointer(&sync->warning, g_free);
	return true;
}

/* ---- the policy in force ---- */

static bool is_proposed(const Standing *standing)
{
	g_autofree char *own = standing_policy_of_target(standing);

	return g_strcmp0(own, standing->policy_name) == 0 ||
	       policy_is_same(standing->policy, standing->proposed);
}

bool standing_read_policy(Standing *standing, GError **error)
{
	const Record *last = standing->ledgers.last;

	g_free(standing->policy_name);
	standing->policy_name = last ? g_strdup(last->policy) : standing_policy_of_target(standing);
	/* Of what a newer version wrote only reading commands make use. */
	standing->policy = last && !last->is_newer ? policy_store_find(standing->policies,
								       standing->policy_name, error)
						   : standing->proposed;
	if (!standing->policy)
		return false;
	/* What was signed once stays signed. */
	standing->is_signed =
		standing->policy->sign || standing->proposed->sign || (last && last->is_signed);
	standing->brings_policy = last && !is_proposed(standing);
	return true;
}

/* ---- reading ---- */

bool standing_read_ledgers(Standing *standing, GError **error)
{
	const char *name = standing_name(standing);

	if (standing->ledgers.state.present) {
		if (!check_environment_name(standing, error))
			return false;
		standing->ledgers.links = ledger_database_links(standing->session, error);
		if (!standing->ledgers.links || !read_last_record(standing, error))
			return false;
	} else {
		standing->ledgers.links =
			g_ptr_array_new_with_free_func((GDestroyNotify)ledger_link_free);
	}
	standing->ledgers.notes = ledger_notes_read(standing->repo, name, false, error);
	if (!standing->ledgers.notes)
		return false;
	standing->ledgers.comparison =
		ledger_compare(standing->ledgers.links, standing->ledgers.notes->links);
	return standing_read_policy(standing, error);
}

static bool refuse_open(const Standing *standing, const Record *open, GError **error)
{
	error_set(error, ERR_REFUSED,
		  "a deployment of '%s' is under way, or crashed: record %" G_GINT64_FORMAT
		  " has no outcome",
		  standing_name(standing), open->sequence);
	return error_hint(error, "wait for it; the next deployment records what a crashed one did");
}

bool standing_read_notes(Standing *standing, GError **error)
{
	const char *name = standing_name(standing);
	g_autoptr(GPtrArray) chain = NULL;
	const Record *open = NULL, *last;
	bool broken;

	standing->ledgers.notes = ledger_notes_read(standing->repo, name, true, error);
	if (!standing->ledgers.notes)
		return false;
	chain = ledger_chain_of(standing->ledgers.notes->records, &broken);
	if (broken) {
		error_set(error, ERR_REFUSED, "the notes of '%s' lack records that others name",
			  name);
		return error_hint(
			error, "git migrate sync fetches them; the next deployment completes them");
	}
	standing->noted = ledger_replay(chain, &open);
	if (open)
		return refuse_open(standing, open, error);
	last = chain->len ? g_ptr_array_index(chain, chain->len - 1) : NULL;
	if (last) {
		standing->ledgers.last = ledger_record_parse(last->raw, error);
		if (!standing->ledgers.last)
			return false;
		standing->ledgers.head_commit = g_strdup(last->object);
		standing->ledgers.state.head = g_strdup(last->id);
		standing->ledgers.state.sequence = last->sequence;
	}
	return standing_read_policy(standing, error);
}
