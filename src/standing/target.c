/* What is to be deployed: found by what the environment is fed from, and read as the commit has it.
 */
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "config/config.h"
#include "internal.h"

/* The newest tag that matches the pattern, by version order; NULL with an error when none does. */
static char *newest_tag(GitRepo *repo, const char *pattern, GError **error)
{
	static const char prefix[] = "refs/tags/";
	g_auto(GStrv) tags = git_ref_list(repo, prefix, error);
	const char *newest = NULL;

	if (!tags)
		return NULL;
	for (char **tag = tags; *tag; tag++)
		if (g_pattern_match_simple(pattern, *tag + strlen(prefix)) &&
		    (!newest || text_compare_versions(*tag, newest) > 0))
			newest = *tag;
	if (newest)
		return g_strdup(newest);
	error_set(error, ERR_REPOSITORY,
		  "no tag matches '%s', from which this environment is deployed", pattern);
	error_hint(error, "make a release: git tag -s v1.0 (or name a commit with --at)");
	return NULL;
}

/* The local branch, or the one that was last fetched when this clone has no branch of that name. */
static char *branch_ref(GitRepo *repo, const char *branch, GError **error)
{
	g_autofree char *local = g_strconcat("refs/heads/", branch, NULL);
	g_autofree char *remote = g_strconcat("refs/remotes/origin/", branch, NULL);
	g_autofree char *at_local = git_ref_find(repo, local);
	g_autofree char *at_remote = git_ref_find(repo, remote);

	if (at_local)
		return g_steal_pointer(&local);
	if (at_remote)
		return g_steal_pointer(&remote);
	error_set(error, ERR_REPOSITORY,
		  "there is no branch '%s', from which this environment is deployed", branch);
	return NULL;
}

/* The full name of the ref that a revision names, or NULL for anything else. */
static char *full_name(GitRepo *repo, const char *revision)
{
	static const char *const patterns[] = {"%s", "refs/tags/%s", "refs/heads/%s",
					       "refs/remotes/%s"};

	for (guint i = 0; i < G_N_ELEMENTS(patterns); i++) {
		g_auto(GStrv) around = g_strsplit(patterns[i], "%s", 2);
		g_autofree char *name = g_strconcat(around[0], revision, around[1], NULL);
		g_autofree char *oid =
			g_str_has_prefix(name, "refs/") ? git_ref_find(repo, name) : NULL;
		if (oid)
			return g_steal_pointer(&name);
	}
	return NULL;
}

static char *head_ref(GitRepo *repo)
{
	g_autofree char *branch = git_repo_branch(repo);

	return branch ? g_strconcat("refs/heads/", branch, NULL) : NULL;
}

/* Sets the target's ref (may stay NULL) and returns the revision to deploy. `source` is the
 * environment's file as HEAD has it. */
static char *find_source(Standing *standing, const Policy *source, GError **error)
{
	GitRepo *repo = standing->repo;
	Target *target = &standing->target;

	if (standing->options.at) {
		target->ref = full_name(repo, standing->options.at);
		return g_strdup(standing->options.at);
	}
	if (source->source_tags)
		target->ref = newest_tag(repo, source->source_tags, error);
	else if (source->source_branch)
		target->ref = branch_ref(repo, source->source_branch, error);
	else {
		target->ref = head_ref(repo);
		return g_strdup("HEAD");
	}
	return g_strdup(target->ref);
}

/* The id of the tag object when a tag is deployed; a lightweight tag has none. */
static char *release_of(const Standing *standing)
{
	const Target *target = &standing->target;
	g_autofree char *oid = NULL;

	if (!target->ref || !g_str_has_prefix(target->ref, "refs/tags/"))
		return NULL;
	oid = git_ref_find(standing->repo, target->ref);
	return g_strcmp0(oid, target->commit->oid) == 0 ? NULL : g_steal_pointer(&oid);
}

static char *find_revision(Standing *standing, GError **error)
{
	const char *first = standing->options.at ? standing->options.at : "HEAD";
	g_autoptr(GitRevision) start = git_repo_commit(standing->repo, first, error);
	g_autoptr(Project) here =
		start ? config_read_project(standing->repo, start->oid, error) : NULL;
	g_autoptr(Policy) source = here ? config_read_policy(standing->repo, start->oid, here,
							     standing->options.environment, error)
					: NULL;

	return source ? find_source(standing, source, error) : NULL;
}

bool standing_read_target(Standing *standing, GError **error)
{
	GitRepo *repo = standing->repo;
	const char *name = standing->options.environment;
	g_autofree char *revision = find_revision(standing, error);
	const char *commit;

	if (!revision)
		return false;
	standing->target.commit = git_repo_commit(repo, revision, error);
	if (!standing->target.commit)
		return false;
	commit = standing->target.commit->oid;
	standing->target.release = release_of(standing);
	standing->project = config_read_project(repo, commit, error);
	if (!standing->project)
		return false;
	if (!config_read_environment(repo, commit, standing->project, name,
				     !standing->options.offline, &standing->settings,
				     &standing->proposed, error))
		return false;
	standing->policies =
		policy_store_new(repo, standing->settings->name, standing->project->environments);
	return true;
}
