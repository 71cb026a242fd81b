/* post-receive: staging or production by push. */
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/proc.h"
#include "config/config.h"
#include "hook/hook.h"

/* Whether what was pushed feeds the environment: its branch, or a tag of its pattern. */
static bool feeds(GitRepo *repo, const char *oid, const char *ref, const char *environment,
		  GError **error)
{
	g_autofree char *commit = git_repo_find_commit(repo, oid);
	g_autoptr(Project) project = commit ? config_read_project(repo, commit, error) : NULL;
	g_autoptr(Policy) found =
		project ? config_read_policy(repo, commit, project, environment, error) : NULL;
	const char *branch = hook_branch_of(ref);

	if (!found)
		return false;
	if (found->source_tags)
		return g_str_has_prefix(ref, "refs/tags/") &&
		       g_pattern_match_simple(found->source_tags, ref + strlen("refs/tags/"));
	return branch && g_strcmp0(found->source_branch, branch) == 0;
}

static char *log_path(GitRepo *repo, const char *environment, GError **error)
{
	g_autoptr(GDateTime) now = g_date_time_new_now_utc();
	g_autofree char *when = g_date_time_format(now, "%Y%m%dT%H%M%SZ");
	g_autofree char *folder =
		g_build_filename(git_repo_common_dir(repo), "git-migrate", "log", NULL);

	if (!file_make_folder(folder, error))
		return NULL;
	return g_strdup_printf("%s/%s-%s-%d.log", folder, environment, when, (int)getpid());
}

/* A deployment of its own that outlives the push: the pusher does not wait, and cannot end it. */
static bool start_in_background(HookContext *context, const char *environment, const char *ref,
				GError **error)
{
	g_autofree char *program = g_file_read_link("/proc/self/exe", NULL);
	const char *const argv[] = {program ? program : "git-migrate",
				    "up",
				    "--env",
				    environment,
				    "--at",
				    ref,
				    "--if-fed",
				    NULL};
	g_auto(GStrv) env =
		g_environ_setenv(g_get_environ(), "GIT_DIR", git_repo_dir(context->repo), TRUE);
	g_autofree char *log = log_path(context->repo, environment, error);
	const ProcSpec spec = {.argv = argv, .env = (const char *const *)env};

	if (!log || !proc_start_detached(&spec, log, error))
		return false;
	g_string_append_printf(
		context->out,
		"git-migrate: '%s' is being deployed in the background; its log: %s\n", environment,
		log);
	return true;
}

static void deliver(HookContext *context, const char *environment, const char *ref)
{
	g_autoptr(GError) why = NULL;

	if (!git_repo_config_bool(context->repo, "migrate.background", false))
		hook_deploy(context, environment, ref, "the push itself is done");
	else if (!start_in_background(context, environment, ref, &why))
		hook_tell_error(context, why, "'%s' was NOT deployed", environment);
}

static void take_update(HookContext *context, char *const *environments, const char *line)
{
	g_auto(GStrv) word = hook_words(line, 3);

	if (!word || hook_is_zero(word[1]))
		return;
	for (; *environments; environments++) {
		g_autoptr(GError) why = NULL;

		if (!**environments)
			continue;
		if (feeds(context->repo, word[1], word[2], *environments, &why))
			deliver(context, *environments, word[2]);
		else if (why && hook_branch_of(word[2]))
			hook_tell_error(context, why, "'%s' is not deployed", *environments);
	}
}

bool hook_post_receive_run(HookContext *context, bool *refused, GError **error)
{
	g_auto(GStrv) environments = hook_deployed_environments(context->repo, error);

	(void)refused;
	for (char **line = context->lines; environments && *line; line++)
		take_update(context, environments, *line);
	return environments;
}
