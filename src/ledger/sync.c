#include "ledger/sync.h"

#include <string.h>

#include "base/error.h"
#include "base/fault.h"
#include "git/notes.h"
#include "git/sync.h"
#include "ledger/approval.h"
#include "ledger/notes.h"
#include "ledger/state.h"

void ledger_sync_clear(LedgerSync *sync)
{
	g_free(sync->remote);
	g_free(sync->warning);
	g_strfreev(sync->excluded);
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

/* What travels, by the name of its tracking copies. */
typedef enum { KIND_NOTES, KIND_APPROVALS, KIND_STATE } Kind;
#define KINDS (KIND_STATE + 1)

static const struct {
	const char *name;   /* refs/migrate/remotes/REMOTE/NAME/ENVIRONMENT */
	const char *prefix; /* of the ref itself */
	char *(*ref)(const char *environment);
} kinds[KINDS] = {
	[KIND_NOTES] = {"notes", "refs/notes/migrate/", ledger_notes_ref},
	[KIND_APPROVALS] = {"approvals", "refs/notes/migrate-approvals/", ledger_approvals_ref},
	[KIND_STATE] = {"state", "refs/migrate/state/", ledger_state_ref},
};

static char *tracking_ref(const char *remote, Kind kind, const char *environment)
{
	return g_strdup_printf("refs/migrate/remotes/%s/%s/%s", remote, kinds[kind].name,
			       environment);
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
	guint ahead = 0, behind = 0;

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

/* Approvals are a set of texts: theirs, and those of ours that they lack. */
static bool join_approvals(GitRepo *repo, const char *environment, const char *local,
			   const char *theirs, GError **error)
{
	g_autofree char *ref = ledger_approvals_ref(environment);
	g_autoptr(GPtrArray) ours = ledger_approvals_read(repo, environment, error);
	g_autoptr(GPtrArray) after = NULL;
	g_autoptr(GPtrArray) only_ours = g_ptr_array_new();
	g_autoptr(GHashTable) known = g_hash_table_new(g_str_hash, g_str_equal);

	if (!ours || !take_over(repo, ref, local, theirs, error))
		return false;
	after = ledger_approvals_read(repo, environment, error);
	if (!after)
		return false;
	for (guint i = 0; i < after->len; i++)
		g_hash_table_add(known, ((Approval *)g_ptr_array_index(after, i))->id);
	for (guint i = 0; i < ours->len; i++) {
		Approval *approval = g_ptr_array_index(ours, i);
		if (!g_hash_table_contains(known, approval->id))
			g_ptr_array_add(only_ours, approval);
	}
	return ledger_approvals_append(repo, environment, only_ours, error);
}

static bool join_ref(GitRepo *repo, LedgerSync *sync, Kind kind, const char *environment,
		     GError **error)
{
	g_autofree char *ref = kinds[kind].ref(environment);
	g_autofree char *tracking = tracking_ref(sync->remote, kind, environment);
	g_autofree char *local = git_ref_find(repo, ref);
	g_autofree char *theirs = git_ref_find(repo, tracking);
	Tips tips;

	if (!compare_tips(repo, local, theirs, &tips, error))
		return false;
	if (tips == TIPS_NOTHING_NEW)
		return true;
	sync->joined++;
	if (tips == TIPS_DIVERGED && kind == KIND_NOTES)
		return join_notes(repo, environment, local, theirs, error);
	if (tips == TIPS_DIVERGED && kind == KIND_APPROVALS)
		return join_approvals(repo, environment, local, theirs, error);
	/* A diverged state is only a picture: the remote's is taken, and the next deployment draws
	 * it anew. */
	return take_over(repo, ref, local, theirs, error);
}

/* Adds the names below a prefix to a set. */
static bool add_names(GitRepo *repo, const char *prefix, GHashTable *names, GError **error)
{
	g_auto(GStrv) refs = git_ref_list(repo, prefix, error);

	for (char **ref = refs; ref && *ref; ref++)
		g_hash_table_add(names, g_strdup(*ref + strlen(prefix)));
	return refs;
}

/* The environments of which this clone has refs of its own or tracking copies. */
static GHashTable *known_environments(GitRepo *repo, const LedgerSync *sync, GError **error)
{
	g_autoptr(GHashTable) names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (Kind kind = KIND_NOTES; kind < KINDS; kind++) {
		g_autofree char *tracked = tracking_ref(sync->remote, kind, "");

		if (!add_names(repo, kinds[kind].prefix, names, error) ||
		    !add_names(repo, tracked, names, error))
			return NULL;
	}
	for (char **name = sync->excluded; name && *name; name++)
		g_hash_table_remove(names, *name);
	return g_steal_pointer(&names);
}

static bool join_environment(GitRepo *repo, LedgerSync *sync, const char *environment,
			     GError **error)
{
	for (Kind kind = KIND_NOTES; kind < KINDS; kind++)
		if (!join_ref(repo, sync, kind, environment, error))
			return false;
	return true;
}

static bool join_all(GitRepo *repo, LedgerSync *sync, GError **error)
{
	g_autoptr(GHashTable) names = known_environments(repo, sync, error);
	GHashTableIter each;
	gpointer name;

	if (!names)
		return false;
	g_hash_table_iter_init(&each, names);
	while (g_hash_table_iter_next(&each, &name, NULL))
		if (!join_environment(repo, sync, name, error))
			return false;
	return true;
}

static bool fetch_tracking(GitRepo *repo, const char *remote, GError **error)
{
	g_autoptr(GPtrArray) refspecs = g_ptr_array_new_with_free_func(g_free);

	for (Kind kind = KIND_NOTES; kind < KINDS; kind++)
		g_ptr_array_add(refspecs,
				g_strdup_printf("+%s*:refs/migrate/remotes/%s/%s/*",
						kinds[kind].prefix, remote, kinds[kind].name));
	g_ptr_array_add(refspecs, NULL);
	return git_sync_fetch(repo, remote, (const char *const *)refspecs->pdata, error);
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
	tracking = environment ? tracking_ref(sync->remote, KIND_NOTES, environment) : NULL;
	before = tracking ? git_ref_find(repo, tracking) : NULL;
	if (!fetch_tracking(repo, sync->remote, &why)) {
		warn(sync, "cannot fetch records from", why);
		return true;
	}
	after = tracking ? git_ref_find(repo, tracking) : NULL;
	sync->outcome = LEDGER_SYNC_DONE;
	if (was_rewritten(repo, before, after)) {
		warn(sync, "somebody rewrote the records (a forced push) on", NULL);
		sync->outcome = LEDGER_SYNC_DONE;
	}
	return join_all(repo, sync, error);
}

/* Adds SRC:SRC for a ref that the tracking copy does not show as we have it. */
static void add_refspec(GitRepo *repo, const char *ref, const char *tracking, GPtrArray *refspecs)
{
	g_autofree char *local = git_ref_find(repo, ref);
	g_autofree char *theirs = git_ref_find(repo, tracking);

	if (local && g_strcmp0(local, theirs) != 0)
		g_ptr_array_add(refspecs, g_strdup_printf("%s:%s", ref, ref));
}

static void add_environment(GitRepo *repo, const char *remote, const char *environment,
			    GPtrArray *refspecs)
{
	for (Kind kind = KIND_NOTES; kind < KINDS; kind++) {
		g_autofree char *ref = kinds[kind].ref(environment);
		g_autofree char *tracking = tracking_ref(remote, kind, environment);

		add_refspec(repo, ref, tracking, refspecs);
	}
}

/* Of one environment, or of all with NULL. */
static GPtrArray *refspecs_to_push(GitRepo *repo, const LedgerSync *sync, const char *environment)
{
	GPtrArray *refspecs = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GHashTable) names = NULL;
	GHashTableIter each;
	gpointer name;

	if (environment) {
		add_environment(repo, sync->remote, environment, refspecs);
		return refspecs;
	}
	names = known_environments(repo, sync, NULL);
	if (!names)
		return refspecs;
	g_hash_table_iter_init(&each, names);
	while (g_hash_table_iter_next(&each, &name, NULL))
		add_environment(repo, sync->remote, name, refspecs);
	return refspecs;
}

guint ledger_sync_unpushed(GitRepo *repo, LedgerSync *sync)
{
	g_autoptr(GPtrArray) refspecs = NULL;

	if (!sync->remote)
		sync->remote = git_sync_remote(repo);
	if (!sync->remote)
		return 0;
	refspecs = refspecs_to_push(repo, sync, NULL);
	return refspecs->len;
}

/* The tracking copies follow what was pushed, so that the next command sees nothing to push. */
static void note_pushed(GitRepo *repo, const char *ref, const char *tracking)
{
	g_autofree char *local = git_ref_find(repo, ref);
	g_autofree char *known = git_ref_find(repo, tracking);
	bool moved;

	if (local && g_strcmp0(local, known) != 0)
		git_ref_move(repo, tracking, local, known, "git migrate: pushed", &moved, NULL);
}

/* After a push of these refspecs, each REF:REF. */
static void note_all_pushed(GitRepo *repo, const char *remote, const GPtrArray *refspecs)
{
	for (guint i = 0; i + 1 < refspecs->len; i++) {
		const char *refspec = g_ptr_array_index(refspecs, i);
		g_autofree char *ref = g_strndup(refspec, (gsize)(strchr(refspec, ':') - refspec));

		for (Kind kind = KIND_NOTES; kind < KINDS; kind++) {
			g_autofree char *tracking = NULL;

			if (!g_str_has_prefix(ref, kinds[kind].prefix))
				continue;
			tracking = tracking_ref(remote, kind, ref + strlen(kinds[kind].prefix));
			note_pushed(repo, ref, tracking);
		}
	}
}

/* One attempt: *again is set when the remote was ahead of us and its records are now joined. */
static bool push_once(GitRepo *repo, const char *environment, LedgerSync *sync, bool *again,
		      GError **error)
{
	g_autoptr(GPtrArray) refspecs = refspecs_to_push(repo, sync, environment);
	g_autoptr(GError) why = NULL;

	*again = false;
	if (refspecs->len == 0)
		return true;
	g_ptr_array_add(refspecs, NULL);
	switch (git_sync_push(repo, sync->remote, (const char *const *)refspecs->pdata, &why)) {
	case GIT_SYNC_DONE:
		note_all_pushed(repo, sync->remote, refspecs);
		sync->pushed += refspecs->len - 1;
		return true;
	case GIT_SYNC_BEHIND:
		*again = true;
		return !fetch_tracking(repo, sync->remote, NULL) || join_all(repo, sync, error);
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
