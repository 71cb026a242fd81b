/* post-merge: staging by `git pull`. */
#include <string.h>

#include "base/error.h"
#include "config/config.h"
#include "git/tag.h"
#include "hook/hook.h"

/* The commit of the branch's upstream, or NULL when it has none here. */
static char *upstream_of(GitRepo *repo, const char *branch)
{
	g_autofree char *revision = g_strdup_printf("refs/heads/%s@{upstream}", branch);

	return git_repo_find_commit(repo, revision);
}

static bool is_fed_by(GitRepo *repo, const char *head, const char *environment, const char *branch,
		      GError **error)
{
	g_autoptr(Project) project = config_read_project(repo, head, error);
	g_autoptr(Policy) found =
		project ? config_read_policy(repo, head, project, environment, error) : NULL;

	return found && g_strcmp0(found->source_branch, branch) == 0 && !found->source_tags;
}

/* What was merged here and is not on the remote was reviewed by nobody. */
static bool is_published(HookContext *context, const char *head, const char *branch)
{
	g_autofree char *upstream = upstream_of(context->repo, branch);
	g_autoptr(GError) why = NULL;
	bool is_in = false;

	if (!upstream) {
		g_string_append_printf(
			context->out,
			"git-migrate: nothing deployed: branch '%s' has no upstream here\n",
			branch);
		return false;
	}
	if (git_commit_is_in(context->repo, head, upstream, &is_in, &why) && is_in)
		return true;
	if (why)
		hook_tell_error(context, why, "nothing deployed");
	else
		g_string_append_printf(
			context->out,
			"git-migrate: nothing deployed: '%s' has commits that its upstream has "
			"not\n",
			branch);
	return false;
}

static void deploy_fed(HookContext *context, char *const *environments, const char *head,
		       const char *branch)
{
	g_autofree char *ref = g_strconcat("refs/heads/", branch, NULL);
	bool published = false, asked = false;

	for (; *environments; environments++) {
		g_autoptr(GError) why = NULL;

		if (!**environments)
			continue;
		if (!is_fed_by(context->repo, head, *environments, branch, &why)) {
			if (why)
				hook_tell_error(context, why, "'%s' is not deployed",
						*environments);
			continue;
		}
		if (!asked)
			published = is_published(context, head, branch);
		asked = true;
		if (published)
			hook_deploy(context, *environments, ref, "the merge itself is done");
	}
}

/* FLAG: 1 after --squash, which commits nothing. */
bool hook_post_merge_run(HookContext *context, bool *refused, GError **error)
{
	g_auto(GStrv) environments = NULL;
	g_autofree char *head = git_repo_find_commit(context->repo, "HEAD");
	g_autofree char *branch = git_repo_branch(context->repo);

	(void)refused;
	if (!head || g_strcmp0(context->arguments[0], "1") == 0)
		return true;
	environments = hook_deployed_environments(context->repo, error);
	if (!environments)
		return false;
	if (branch)
		deploy_fed(context, environments, head, branch);
	hook_follow(context, head);
	return true;
}
