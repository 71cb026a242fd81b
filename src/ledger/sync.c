#include "ledger/sync.h"

#include <string.h>

#include "base/error.h"
#include "base/fault.h"
#include "git/notes.h"
#include "git/sync.h"
#include "ledger/notes.h"
#include "ledger/state.h"

void ledger_sync_clear(LedgerSync *sync)
{
	g_free(sync->remote);
	g_free(sync->warning);
	*sync = (LedgerSync){0};
}

static void warn(LedgerSync *sync, const char *what, const GError *why)
{
	const char *detail = why ? error_get_detail(why) : NULL;

	g_free(sync->warning);
	sync->warning =
		g_strdup_printf("%s '%s'%s%s%s%s", what, sync->remote, why ? ": " : "",
				why ? why->message : "", detail ? ": " : "", detail ? detail : "");
	sync->outcome = LEDGER_SYNC_UNREACHABLE;
}

static char *tracking_ref(const char *remote, const char *kind, const char *environment)
{
	return g_strdup_printf("refs/migrate/remotes/%s/%s/%s", remote, kind, environment);
}

/* Moves a local ref to a remote's tip; somebody else having moved it in between is fine: the next
 * command joins again. */
static bool take_over(GitRepo *repo, const char *ref, const char *local, const char *theirs,
		      GError **error)
{
	bool moved;

	return git_ref_move(repo, ref, theirs, local, "git migrate: fetched", &moved, error);
}

/* How a local tip and a remote's stand to each other. */
typedef enum { TIPS_NOTHING_NEW, TIPS_FORWARD, TIPS_DIVERGED } Tips;

static bool compare_tips(GitRepo *repo, const char *local, const char *theirs, Tips *tips,
			 GError **error)
{
	guint ahead, behind;

	*tips = TIPS_NOTHING_NEW;
	if (!theirs || g_strcmp0(local, theirs) == 0)
		return true;
	*tips = TIPS_FORWARD;
	if (!local)
		return true;
	if (!git_repo_ahead_behind(repo, local, theirs, &ahead, &behind, error))
		return false;
	if (behind == 0)
		*tips = TIPS_NOTHING_NEW;
	else if (ahead > 0)
		*tips = TIPS_DIVERGED;
	return true;
}

/* The records that `ours` has and `theirs` lacks: borrowed from `ours`. */
static GPtrArray *records_only_in(const LedgerNotes *ours, const LedgerNotes *theirs)
{
	g_autoptr(GHashTable) known = g_hash_table_new(g_str_hash, g_str_equal);
	GPtrArray *only = g_ptr_array_new();

	for (guint i = 0; i < theirs->links->len; i++)
		g_hash_table_add(known, ((LedgerLink *)g_ptr_array_index(theirs->links, i))->id);
	for (guint i = 0; ours->records && i < ours->records->len; i++) {
		Record *record = g_ptr_array_index(ours->records, i);
		if (!g_hash_table_contains(known, record->id))
			g_ptr_array_add(only, record);
	}
	return only;
}

/* Both sides have records: the remote's tip becomes ours, and what only we had is appended on top
 * of it, byte for byte. */
static bool join_notes(GitRepo *repo, const char *environment, const char *local,
		       const char *theirs, GError **error)
{
	g_autofree char *ref = ledger_notes_ref(environment);
	g_autoptr(LedgerNotes) ours = ledger_notes_read(repo, environment, true, error);
	g_autoptr(LedgerNotes) after = NULL;
	g_autoptr(GPtrArray) only_ours = NULL;

	if (!ours || !take_over(repo, ref, local, theirs, error))
		return false;
	after = ledger_notes_read(repo, environment, true, error);
	if (!after)
		return false;
	only_ours = records_only_in(ours, after);
	return ledger_notes_append(repo, environment, only_ours, error);
}

static bool join_ref(GitRepo *repo, const char *remote, const char *kind, const char *environment,
		     GError **error)
{
	const bool is_notes = strcmp(kind, "notes") == 0;
	g_autofree char *ref =
		is_notes ? ledger_notes_ref(environment) : ledger_state_ref(environment);
	g_autofree char *tracking = tracking_ref(remote, kind, environment);
	g_autofree char *local = git_ref_read(repo, ref, NULL);
	g_autofree char *theirs = git_ref_read(repo, tracking, NULL);
	Tips tips;

	if (!compare_tips(repo, local, theirs, &tips, error))
		return false;
	if (tips == TIPS_NOTHING_NEW)
		return true;
	/* A diverged state is only a picture: the remote's is taken, and the next deployment draws
	 * it anew. */
	if (tips == TIPS_DIVERGED && is_notes)
		return join_notes(repo, environment, local, theirs, error);
	return take_over(repo, ref, local, theirs, error);
}

/* The environments that the remote's tracking copies hold, or just the one asked for. */
static char **environments_to_join(GitRepo *repo, const char *remote, const char *environment,
				   GError **error)
{
	g_autofree char *prefix = tracking_ref(remote, "notes", "");
	char **refs;

	if (environment)
		return g_strsplit(environment, "\n", 1);
	refs = git_ref_list(repo, prefix, error);
	for (guint i = 0; refs && refs[i]; i++) {
		char *name = g_strdup(refs[i] + strlen(prefix));
		g_free(refs[i]);
		refs[i] = name;
	}
	return refs;
}

static bool join_all(GitRepo *repo, const char *remote, const char *environment, GError **error)
{
	g_auto(GStrv) names = environments_to_join(repo, remote, environment, error);

	if (!names)
		return false;
	for (guint i = 0; names[i]; i++)
		if (!join_ref(repo, remote, "notes", names[i], error) ||
		    !join_ref(repo, remote, "state", names[i], error))
			return false;
	return true;
}

static bool fetch_tracking(GitRepo *repo, const char *remote, GError **error)
{
	g_autofree char *notes =
		g_strdup_printf("+refs/notes/migrate/*:refs/migrate/remotes/%s/notes/*", remote);
	g_autofree char *state =
		g_strdup_printf("+refs/migrate/state/*:refs/migrate/remotes/%s/state/*", remote);
	const char *const refspecs[] = {notes, state, NULL};

	return git_sync_fetch(repo, remote, refspecs, error);
}

/* Whether the remote's notes were rewritten: the tip we knew is no ancestor of the one it has now.
 */
static bool was_rewritten(GitRepo *repo, const char *before, const char *after)
{
	guint ahead = 0, behind = 0;

	if (!before || g_strcmp0(before, after) == 0)
		return false;
	return !after || !git_repo_ahead_behind(repo, before, after, &ahead, &behind, NULL) ||
	       ahead > 0;
}

bool ledger_sync_fetch(GitRepo *repo, const char *environment, LedgerSync *sync, GError **error)
{
	g_autoptr(GError) why = NULL;
	g_autofree char *tracking = NULL;
	g_autofree char *before = NULL;
	g_autofree char *after = NULL;

	sync->remote = git_sync_remote(repo);
	if (!sync->remote)
		return true;
	tracking = environment ? tracking_ref(sync->remote, "notes", environment) : NULL;
	before = tracking ? git_ref_read(repo, tracking, NULL) : NULL;
	if (!fetch_tracking(repo, sync->remote, &why)) {
		warn(sync, "cannot fetch records from", why);
		return true;
	}
	after = tracking ? git_ref_read(repo, tracking, NULL) : NULL;
	sync->outcome = LEDGER_SYNC_DONE;
	if (was_rewritten(repo, before, after)) {
		warn(sync, "somebody rewrote the records (a forced push) on", NULL);
		sync->outcome = LEDGER_SYNC_DONE;
	}
	return join_all(repo, sync->remote, environment, error);
}

/* Adds SRC:SRC for a ref that the tracking copy does not show as we have it. */
static void add_refspec(GitRepo *repo, const char *ref, const char *tracking, GPtrArray *refspecs)
{
	g_autofree char *local = git_ref_read(repo, ref, NULL);
	g_autofree char *theirs = git_ref_read(repo, tracking, NULL);

	if (local && g_strcmp0(local, theirs) != 0)
		g_ptr_array_add(refspecs, g_strdup_printf("%s:%s", ref, ref));
}

static GPtrArray *refspecs_to_push(GitRepo *repo, const char *remote, const char *environment)
{
	g_autofree char *notes = ledger_notes_ref(environment);
	g_autofree char *state = ledger_state_ref(environment);
	g_autofree char *their_notes = tracking_ref(remote, "notes", environment);
	g_autofree char *their_state = tracking_ref(remote, "state", environment);
	GPtrArray *refspecs = g_ptr_array_new_with_free_func(g_free);

	add_refspec(repo, notes, their_notes, refspecs);
	add_refspec(repo, state, their_state, refspecs);
	return refspecs;
}

/* The tracking copies follow what was pushed, so that the next command sees nothing to push. */
static void note_pushed(GitRepo *repo, const char *ref, const char *tracking)
{
	g_autofree char *local = git_ref_read(repo, ref, NULL);
	g_autofree char *known = git_ref_read(repo, tracking, NULL);
	bool moved;

	if (local && g_strcmp0(local, known) != 0)
		git_ref_move(repo, tracking, local, known, "git migrate: pushed", &moved, NULL);
}

static void note_all_pushed(GitRepo *repo, const char *remote, const char *environment)
{
	g_autofree char *notes = ledger_notes_ref(environment);
	g_autofree char *state = ledger_state_ref(environment);
	g_autofree char *their_notes = tracking_ref(remote, "notes", environment);
	g_autofree char *their_state = tracking_ref(remote, "state", environment);

	note_pushed(repo, notes, their_notes);
	note_pushed(repo, state, their_state);
}

/* One attempt: *again is set when the remote was ahead of us and its records are now joined. */
static bool push_once(GitRepo *repo, const char *environment, LedgerSync *sync, bool *again,
		      GError **error)
{
	g_autoptr(GPtrArray) refspecs = refspecs_to_push(repo, sync->remote, environment);
	g_autoptr(GError) why = NULL;

	*again = false;
	if (refspecs->len == 0)
		return true;
	g_ptr_array_add(refspecs, NULL);
	switch (git_sync_push(repo, sync->remote, (const char *const *)refspecs->pdata, &why)) {
	case GIT_SYNC_DONE:
		note_all_pushed(repo, sync->remote, environment);
		return true;
	case GIT_SYNC_BEHIND:
		*again = true;
		return !fetch_tracking(repo, sync->remote, NULL) ||
		       join_all(repo, sync->remote, environment, error);
	case GIT_SYNC_FAILED:
		break;
	}
	warn(sync, "the records are not pushed yet: cannot push to", why);
	return true;
}

bool ledger_sync_push(GitRepo *repo, const char *environment, LedgerSync *sync, GError **error)
{
	const int attempts = 12;
	bool again = true;

	if (!sync->remote)
		sync->remote = git_sync_remote(repo);
	if (!sync->remote)
		return true;
	if (!fault_point("push", error))
		return false;
	sync->outcome = LEDGER_SYNC_DONE;
	for (int i = 0; again && i < attempts; i++) {
		/* Writers that collide wait for different times, so that one of them gets through.
		 */
		if (i > 0)
			g_usleep((gulong)g_random_int_range(1000, 20000 << (i < 5 ? i : 5)));
		if (!push_once(repo, environment, sync, &again, error))
			return false;
	}
	if (again)
		warn(sync, "the records are not pushed yet: other writers kept coming first on",
		     NULL);
	return true;
}
