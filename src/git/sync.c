#include "git/sync.h"

#include <string.h>

#include "base/borrow.h"
#include "base/error.h"
#include "base/proc.h"
#include "internal.h"

/* ---- which remote ---- */

static char **list_remotes(GitRepo *repo)
{
	git_strarray remotes = {0};
	char **names;

	if (git_remote_list(&remotes, repo->handle) != 0)
		return g_new0(char *, 1);
	names = g_new0(char *, remotes.count + 1);
	for (size_t i = 0; i < remotes.count; i++)
		names[i] = g_strdup(remotes.strings[i]);
	git_strarray_dispose(&remotes);
	return names;
}

static char *branch_remote(GitRepo *repo)
{
	g_autofree char *branch = git_repo_branch(repo);
	g_autofree char *key = branch ? g_strdup_printf("branch.%s.remote", branch) : NULL;
	const char *name = key ? git_repo_config(repo, key) : NULL;

	return name && strcmp(name, ".") != 0 ? g_strdup(name) : NULL;
}

char *git_sync_remote(GitRepo *repo)
{
	g_auto(GStrv) names = list_remotes(repo);
	const char *chosen = git_repo_config(repo, "migrate.remote");
	char *tracked;

	if (chosen)
		return *chosen ? g_strdup(chosen) : NULL;
	if (!names[0])
		return NULL;
	tracked = branch_remote(repo);
	if (tracked)
		return tracked;
	if (g_strv_contains((const char *const *)names, "origin"))
		return g_strdup("origin");
	return names[1] ? NULL : g_strdup(names[0]);
}

/* ---- fetch and push ---- */

static bool run_transport(GitRepo *repo, const char *const *words, const char *remote,
			  const char *const *refspecs, ProcResult *result, GError **error)
{
	g_autoptr(GPtrArray) argv = g_ptr_array_new();
	g_autofree char *dir = g_strconcat("--git-dir=", repo->dir, NULL);
	g_auto(GStrv) env = g_environ_setenv(g_get_environ(), "LC_ALL", "C", TRUE);

	env = g_environ_setenv(env, "GIT_TERMINAL_PROMPT", "0", TRUE);
	/* A hook of ours that runs because of this must know that it does. */
	env = g_environ_setenv(env, "GIT_MIGRATE_IN_HOOK", "1", TRUE);
	borrow_add(argv, "git");
	g_ptr_array_add(argv, dir);
	for (; *words; words++)
		borrow_add(argv, *words);
	borrow_add(argv, remote);
	for (; *refspecs; refspecs++)
		borrow_add(argv, *refspecs);
	g_ptr_array_add(argv, NULL);
	const ProcSpec spec = {.argv = (const char *const *)argv->pdata,
			       .env = (const char *const *)env};
	return proc_run(&spec, result, error);
}

static bool said_error(const ProcResult *result, const char *what, const char *remote,
		       GError **error)
{
	error_set(error, ERR_REPOSITORY, "git cannot %s '%s'", what, remote);
	g_strchomp(result->err->str);
	return error_detail(error, "%s", result->err->str);
}

bool git_sync_fetch(GitRepo *repo, const char *remote, const char *const *refspecs, GError **error)
{
	const bool partial = git_internal_is_partial(repo);
	const char *const plain[] = {
		"fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-auto-gc", NULL};
	/* A partial clone would leave the notes' texts out. */
	const char *const whole[] = {
		"fetch",        "--quiet",     "--no-tags", "--no-write-fetch-head",
		"--no-auto-gc", "--no-filter", NULL};
	g_auto(ProcResult) result = {0};

	if (!run_transport(repo, partial ? whole : plain, remote, refspecs, &result, error))
		return false;
	return result.status == 0 || said_error(&result, "fetch from", remote, error);
}

/* Hooks print to the same stream: only lines of the form FLAG<tab>FROM:TO<tab>SUMMARY count. */
static bool line_says_behind(const char *line)
{
	static const char *const busy[] = {"[rejected]",  "failed to update ref", "cannot lock ref",
					   "fetch first", "non-fast-forward",     "stale info"};

	if (!g_str_has_prefix(line, "!\t"))
		return false;
	for (guint i = 0; i < G_N_ELEMENTS(busy); i++)
		if (strstr(line, busy[i]))
			return true;
	return false;
}

static GitSyncOutcome judge_push(const ProcResult *result, const char *remote, GError **error)
{
	g_auto(GStrv) lines = g_strsplit(result->out->str, "\n", -1);

	if (result->status == 0)
		return GIT_SYNC_DONE;
	for (char **line = lines; *line; line++)
		if (line_says_behind(*line))
			return GIT_SYNC_BEHIND;
	said_error(result, "push to", remote, error);
	return GIT_SYNC_FAILED;
}

GitSyncOutcome git_sync_push(GitRepo *repo, const char *remote, const char *const *refspecs,
			     GError **error)
{
	const char *const words[] = {"push", "--porcelain", "--no-verify", NULL};
	g_auto(ProcResult) result = {0};

	if (!run_transport(repo, words, remote, refspecs, &result, error))
		return GIT_SYNC_FAILED;
	return judge_push(&result, remote, error);
}
