/* pre-push: what is pushed, against what is applied; and records that only this clone has. */
#include <string.h>

#include "base/error.h"
#include "config/config.h"
#include "guard/guard.h"
#include "history/read.h"
#include "hook/hook.h"
#include "ledger/sync.h"
#include "standing/standing.h"

/* The migrations of what the remote has of the branch, when we know that commit; NULL without error
 * otherwise. */
static bool read_before(GitRepo *repo, const char *remote_oid, const Project *project,
			MigrationSet **before, GError **error)
{
	g_autofree char *known =
		hook_is_zero(remote_oid) ? NULL : git_repo_find_commit(repo, remote_oid);

	*before = known ? history_read(repo, known, project->migrations, error) : NULL;
	return *before || !known;
}

static bool judge_branch(HookContext *context, const char *branch, const char *tip,
			 const char *remote_oid, GPtrArray *findings, GError **error)
{
	g_autoptr(Project) project = config_read_project(context->repo, tip, error);
	g_autoptr(MigrationSet) set =
		project ? history_read(context->repo, tip, project->migrations, error) : NULL;
	g_autoptr(GPtrArray) environments =
		set ? guard_environments(context->repo, tip, branch, error) : NULL;
	g_autoptr(MigrationSet) before = NULL;

	if (!environments || !read_before(context->repo, remote_oid, project, &before, error))
		return false;
	const GuardedChange change = {
		.set = set, .before = before, .commit = tip, .require_down = project->require_down};
	for (guint i = 0; i < environments->len; i++)
		if (!guard_applied(context->repo, &change, g_ptr_array_index(environments, i),
				   findings, error))
			return false;
	/* Work in progress on a branch that feeds nothing is nobody's business. */
	if (environments->len)
		guard_new(context->repo, &change, findings);
	return true;
}

/* LOCAL-REF LOCAL-ID REMOTE-REF REMOTE-ID; a deletion has no local id. */
static bool judge_line(HookContext *context, const char *line, GPtrArray *findings, GError **error)
{
	g_auto(GStrv) word = hook_words(line, 4);
	const char *branch = word ? hook_branch_of(word[2]) : NULL;

	if (!branch || hook_is_zero(word[1]))
		return true;
	return judge_branch(context, branch, word[1], word[3], findings, error);
}

static void tell_unpushed(HookContext *context)
{
	g_auto(LedgerSync) sync = {0};
	guint count;

	if (!standing_sync_prepare(context->repo, &sync, NULL))
		return;
	count = ledger_sync_unpushed(context->repo, &sync);
	if (count)
		g_string_append_printf(
			context->out,
			"git-migrate: %u ledger ref%s not pushed yet: git migrate sync\n", count,
			count == 1 ? " of this clone is" : "s of this clone are");
}

bool hook_pre_push_run(HookContext *context, bool *refused, GError **error)
{
	g_autoptr(GPtrArray) findings = findings_new();

	for (char **line = context->lines; *line; line++)
		if (!judge_line(context, *line, findings, error))
			return false;
	*refused = hook_tell_findings(context, findings,
				      "this push is refused (git push --no-verify passes over it)");
	tell_unpushed(context);
	return true;
}
