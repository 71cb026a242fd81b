/* pre-receive: a push is judged before any ref moves. Nothing is written: what was pushed is under
 * quarantine. */
#include <string.h>

#include "base/error.h"
#include "config/config.h"
#include "git/tag.h"
#include "guard/guard.h"
#include "history/read.h"
#include "hook/hook.h"
#include "ledger/notes.h"

/* One line of a push. */
typedef struct {
	const char *old_oid, *new_oid, *ref;
} Update;

static bool creates(const Update *update)
{
	return hook_is_zero(update->old_oid);
}

static bool deletes(const Update *update)
{
	return hook_is_zero(update->new_oid);
}

/* ---- branches ---- */

/* The environments fed by the branch as it was and as it will be: a push cannot take one out of the
 * guard. */
static bool add_environments(HookContext *context, const char *commit, const char *branch,
			     GHashTable *all, GError **error)
{
	g_autoptr(GPtrArray) some = guard_environments(context->repo, commit, branch, error);

	for (guint i = 0; some && i < some->len; i++) {
		GuardedEnvironment *guarded = g_ptr_array_index(some, i);

		if (g_hash_table_contains(all, guarded->name))
			continue;
		some->pdata[i] = NULL;
		g_hash_table_insert(all, guarded->name, guarded);
	}
	return some;
}

/* What was deployed must stay on the branch: the order of what lands later is counted from it. */
static bool check_history(HookContext *context, const Update *update,
			  const GuardedEnvironment *guarded, GPtrArray *findings, GError **error)
{
	bool forward = true, was_on = false, stays_on = true;

	if (creates(update) || !guarded->deployed)
		return true;
	if (!git_commit_is_in(context->repo, update->old_oid, update->new_oid, &forward, error))
		return false;
	if (forward ||
	    !git_commit_is_in(context->repo, guarded->deployed, update->old_oid, &was_on, NULL) ||
	    !was_on)
		return true;
	if (!git_commit_is_in(context->repo, guarded->deployed, update->new_oid, &stays_on, error))
		return false;
	if (!stays_on)
		finding_add(findings, NULL, "merge instead of rewriting",
			    "commit %.12s is deployed to '%s' and would not be on %s any more",
			    guarded->deployed, guarded->name, update->ref);
	return true;
}

static bool judge_environments(HookContext *context, const Update *update,
			       const GuardedChange *change, GHashTable *environments,
			       GPtrArray *findings, GError **error)
{
	GHashTableIter each;
	gpointer guarded;

	g_hash_table_iter_init(&each, environments);
	while (g_hash_table_iter_next(&each, NULL, &guarded))
		if (!guard_applied(context->repo, change, guarded, findings, error) ||
		    !check_history(context, update, guarded, findings, error))
			return false;
	return true;
}

/* Whether any environment of the commit is fed by the branch, deployed to or not. */
static bool feeds_any(GitRepo *repo, const char *commit, const Project *project, const char *branch)
{
	g_auto(GStrv) names = config_list_environments(repo, commit, project, NULL);

	for (char **name = names; name && *name; name++) {
		g_autoptr(Policy) policy = config_read_policy(repo, commit, project, *name, NULL);
		if (policy && g_strcmp0(policy->source_branch, branch) == 0)
			return true;
	}
	return false;
}

static bool judge_branch(HookContext *context, const Update *update, const char *branch,
			 GPtrArray *findings, GError **error)
{
	g_autoptr(GHashTable) environments = g_hash_table_new_full(
		g_str_hash, g_str_equal, NULL, (GDestroyNotify)guarded_environment_free);
	g_autoptr(Project) project = config_read_project(context->repo, update->new_oid, error);
	g_autoptr(MigrationSet) set =
		project ? history_read(context->repo, update->new_oid, project->migrations, error)
			: NULL;
	g_autoptr(MigrationSet) before = NULL;

	if (!set || !add_environments(context, update->new_oid, branch, environments, error))
		return false;
	if (!creates(update)) {
		before = history_read(context->repo, update->old_oid, project->migrations, error);
		if (!before ||
		    !add_environments(context, update->old_oid, branch, environments, error))
			return false;
	}
	const GuardedChange change = {.set = set,
				      .before = before,
				      .commit = update->new_oid,
				      .require_down = project->require_down};
	if (g_hash_table_size(environments) ||
	    feeds_any(context->repo, update->new_oid, project, branch))
		guard_new(context->repo, &change, findings);
	return judge_environments(context, update, &change, environments, findings, error);
}

/* ---- tags ---- */

/* The record of any environment that deployed this tag's ref as `release`, or as another object. */
static bool find_deployed(HookContext *context, const Update *update, GPtrArray *findings,
			  GError **error)
{
	static const char prefix[] = "refs/notes/migrate/";
	g_auto(GStrv) refs = git_ref_list(context->repo, prefix, error);

	for (char **ref = refs; ref && *ref; ref++) {
		const char *environment = *ref + strlen(prefix);
		g_autoptr(LedgerNotes) notes =
			ledger_notes_read(context->repo, environment, true, error);

		if (!notes)
			return false;
		for (guint i = 0; notes->records && i < notes->records->len; i++) {
			const Record *record = g_ptr_array_index(notes->records, i);

			if (g_strcmp0(record->ref, update->ref) != 0 ||
			    g_strcmp0(record->release ? record->release : record->object,
				      update->new_oid) == 0)
				continue;
			finding_add(findings, NULL, "make a new tag: a release never moves",
				    "%s was deployed to '%s' as %.12s, record %" G_GINT64_FORMAT,
				    update->ref, environment,
				    record->release ? record->release : record->object,
				    record->sequence);
			break;
		}
	}
	return refs;
}

/* ---- our own refs ---- */

static bool is_ledger_ref(const char *ref)
{
	static const char *const prefixes[] = {
		"refs/notes/migrate/", "refs/notes/migrate-approvals/", "refs/migrate/state/"};

	for (guint i = 0; i < G_N_ELEMENTS(prefixes); i++)
		if (g_str_has_prefix(ref, prefixes[i]))
			return true;
	return false;
}

/* Records are only ever appended. */
static bool judge_ledger(HookContext *context, const Update *update, GPtrArray *findings,
			 GError **error)
{
	bool forward = false;

	if (creates(update))
		return true;
	if (!deletes(update) &&
	    !git_commit_is_in(context->repo, update->old_oid, update->new_oid, &forward, error))
		return false;
	if (!forward)
		finding_add(findings, NULL, "git migrate sync joins what both sides have",
			    deletes(update) ? "%s holds records and cannot be deleted"
					    : "%s holds records, and a forced push would lose some",
			    update->ref);
	return true;
}

/* ---- the push ---- */

static bool judge_update(HookContext *context, const char *line, GPtrArray *findings,
			 GError **error)
{
	g_auto(GStrv) word = hook_words(line, 3);
	const Update update = {word ? word[0] : "", word ? word[1] : "", word ? word[2] : ""};
	const char *branch = hook_branch_of(update.ref);

	if (branch && !deletes(&update))
		return judge_branch(context, &update, branch, findings, error);
	if (g_str_has_prefix(update.ref, "refs/tags/"))
		return find_deployed(context, &update, findings, error);
	return !is_ledger_ref(update.ref) || judge_ledger(context, &update, findings, error);
}

bool hook_pre_receive_run(HookContext *context, bool *refused, GError **error)
{
	g_autoptr(GPtrArray) findings = findings_new();

	for (char **line = context->lines; *line; line++)
		if (!judge_update(context, *line, findings, error))
			return false;
	*refused =
		hook_tell_findings(context, findings, "this push is refused, nothing was changed");
	return true;
}
