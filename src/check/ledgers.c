#include "base/error.h"
#include "base/text.h"
#include "git/tag.h"
#include "guard/guard.h"
#include "lineup/lineup.h"
#include "parts.h"

/* Whether the commit is newer than what was deployed: an older commit only has not got yet what it
 * lacks. A shallow clone that cannot tell is an error, for silence would pass the removal. */
static bool judge_age(GitRepo *repo, const char *commit, const GuardedEnvironment *guarded,
		      bool *is_newer, GError **error)
{
	g_autoptr(GError) why = NULL;

	*is_newer = false;
	if (!guarded->deployed ||
	    git_commit_is_in(repo, guarded->deployed, commit, is_newer, &why) ||
	    !git_repo_is_shallow(repo))
		return true;
	g_propagate_error(error, g_steal_pointer(&why));
	return false;
}

static bool find_removed(GitRepo *repo, const char *commit, const MigrationSet *set,
			 const GuardedEnvironment *guarded, CheckPart *part, GError **error)
{
	g_autoptr(Plan) plan = lineup_plan(repo, set, guarded->applied);
	bool is_newer = false;

	if (plan->removed->len == 0)
		return true;
	if (!judge_age(repo, commit, guarded, &is_newer, error))
		return false;
	if (!is_newer)
		return true;
	for (guint i = 0; i < plan->removed->len; i++) {
		const Applied *row = g_ptr_array_index(plan->removed, i);
		finding_add(part->findings, row->path,
			    "put it back, or undo it there first: git migrate down",
			    "removed, and it is applied to '%s'", guarded->name);
	}
	return true;
}

bool check_ledgers(GitRepo *repo, const char *commit, const MigrationSet *set, CheckPart *part,
		   GError **error)
{
	g_autoptr(GPtrArray) environments = guard_environments(repo, commit, NULL, error);
	const GuardedChange change = {.set = set, .commit = commit};
	g_autofree char *migrations = text_count(set->all->len, "migration");
	g_autofree char *ledgers = NULL;

	if (!environments)
		return false;
	for (guint i = 0; i < environments->len; i++) {
		const GuardedEnvironment *guarded = g_ptr_array_index(environments, i);

		if (!guard_applied(repo, &change, guarded, part->findings, error) ||
		    !find_removed(repo, commit, set, guarded, part, error))
			return false;
	}
	ledgers = text_count(environments->len, "environment");
	check_part_done(part, "%s against what is applied in %s", migrations, ledgers);
	if (environments->len == 0)
		check_part_skip(part, "no state of any environment is here (git migrate sync)");
	return true;
}
