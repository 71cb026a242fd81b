/* After HEAD moved: the developer's own database. */
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "config/config.h"
#include "deploy/switch.h"
#include "guard/guard.h"
#include "history/edit.h"
#include "history/read.h"
#include "hook/hook.h"
#include "lineup/lineup.h"

/* The name of the environment that is the developer's own: the default one, when it follows; or
 * NULL. */
static char *own_environment(GitRepo *repo, const char *commit, const Project *project)
{
	g_autoptr(Policy) policy = config_read_policy(repo, commit, project, NULL, NULL);

	return policy && policy->mode == MODE_FOLLOW ? g_strdup(policy->environment) : NULL;
}

static guint count_real_edits(GitRepo *repo, const Plan *plan)
{
	guint count = 0;

	for (guint i = 0; i < plan->edits->len; i++) {
		PlanEdit *edit = g_ptr_array_index(plan->edits, i);

		if (!history_edit_classify(repo, edit, NULL) || edit->kind == EDIT_REAL ||
		    edit->kind == EDIT_UNKNOWN)
			count++;
	}
	return count;
}

static void append_count(GString *line, guint count, const char *what)
{
	if (count)
		g_string_append_printf(line, "%s%u %s", line->len ? ", " : "", count, what);
}

/* From the state commit alone: no database is asked, or started, for a message. */
static void tell(HookContext *context, const GuardedEnvironment *guarded, const MigrationSet *set)
{
	g_autoptr(Plan) plan = lineup_plan(context->repo, set, guarded->applied);
	g_autoptr(GString) line = g_string_new(NULL);

	append_count(line, plan->removed->len, "applied that this commit does not have");
	append_count(line, count_real_edits(context->repo, plan), "applied with another text");
	append_count(line, plan->pending->len, "pending");
	if (line->len)
		g_string_append_printf(context->out,
				       "git-migrate: database '%s': %s (git migrate switch)\n",
				       guarded->name, line->str);
}

static void go_there(HookContext *context, const char *environment, const char *commit)
{
	const StandingOptions options = {.environment = environment,
					 .at = commit,
					 .command = "hook",
					 .wait_ms = -1,
					 .no_fetch = true};
	g_autoptr(GError) why = NULL;
	SwitchResult result = {0};
	g_autoptr(Standing) standing =
		deploy_switch(context->repo, &options, &context->observer, &result, &why);

	if (standing) {
		if (result.undone + result.applied)
			g_string_append_printf(
				context->out,
				"git-migrate: database '%s' is at %.7s: %u undone, %u applied\n",
				environment, commit, result.undone, result.applied);
		return;
	}
	hook_tell_error(context, why, "database '%s' did not follow to %.7s", environment, commit);
}

void hook_follow(HookContext *context, const char *commit)
{
	GitRepo *repo = context->repo;
	g_autoptr(Project) project = config_read_project(repo, commit, NULL);
	g_autofree char *name = project ? own_environment(repo, commit, project) : NULL;
	g_autoptr(MigrationSet) set = NULL;
	GuardedEnvironment *guarded = NULL;

	if (!name)
		return;
	if (git_repo_config_bool(repo, "migrate.follow", false) &&
	    !git_repo_config_is_tracked(repo, "migrate.follow")) {
		go_there(context, name, commit);
		return;
	}
	set = guard_environment(repo, project, name, &guarded, NULL) && guarded
		      ? history_read(repo, commit, project->migrations, NULL)
		      : NULL;
	if (set)
		tell(context, guarded, set);
	guarded_environment_free(guarded);
}

static void follow_head(HookContext *context)
{
	g_autofree char *head = git_repo_find_commit(context->repo, "HEAD");

	if (head)
		hook_follow(context, head);
}

/* OLD NEW FLAG: flag 1 is a branch or commit, 0 only files. */
bool hook_post_checkout_run(HookContext *context, bool *refused, GError **error)
{
	char *const *argument = context->arguments;

	(void)refused;
	(void)error;
	if (argument[0] && argument[1] && argument[2] && !argument[3] &&
	    strcmp(argument[2], "1") == 0 && strcmp(argument[0], argument[1]) != 0)
		follow_head(context);
	return true;
}

bool hook_post_rewrite_run(HookContext *context, bool *refused, GError **error)
{
	(void)refused;
	(void)error;
	follow_head(context);
	return true;
}
