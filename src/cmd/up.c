#include "base/error.h"
#include "base/text.h"
#include "cmd/all.h"
#include "cmd/deploying.h"
#include "config/config.h"
#include "deploy/status.h"
#include "history/read.h"
#include "report/gates.h"
#include "report/json.h"
#include "report/status.h"

static const CommandOption options[] = {
	OPTION_ENV,
	OPTION_AT,
	{0, "to", OPTION_TEXT, "ID|COMMIT", "stop behind this migration, or at this commit", NULL},
	{'n', "dry-run", OPTION_FLAG, NULL, "show what would run, change nothing", NULL},
	OPTION_OVERRIDE,
	OPTION_REASON,
	OPTION_WAIT,
	OPTION_NO_FETCH,
	OPTION_FORMAT,
	OPTION_END,
};

/* Reads and judges all that `up` would, and prints the plan. */
static bool dry_run(CommandContext *context, DeployContext *deploy, const char *to, GError **error)
{
	g_autoptr(StatusReport) report = deploy_status(deploy, !deploy->options.no_fetch, error);

	if (!report || !deploy_check_plan(deploy, to, error))
		return false;
	g_ptr_array_set_size(report->pending, (gint)deploy->plan->pending->len);
	g_ptr_array_unref(report->gates);
	report->gates = g_ptr_array_ref(deploy->gates);
	if (command_wants_json(context)) {
		report_json_print(report_plan_json(report), stdout);
		return true;
	}
	report_plan_text(report, stdout);
	report_gates_text(report->gates, stdout);
	return true;
}

/* Whether `to` is a commit: a revision that no migration of the last commit has for its id. */
static bool names_commit(CommandContext *context, const char *to)
{
	g_autofree char *commit = git_repo_resolve(context->repo, to, true, NULL);
	g_autoptr(Project) project =
		commit ? config_read_project(context->repo, "HEAD", NULL) : NULL;
	g_autoptr(MigrationSet) set =
		project ? history_read(context->repo, "HEAD", project->migrations, NULL) : NULL;

	return commit && !(set && migration_set_get(set, to));
}

static bool run(CommandContext *context, int *status, GError **error)
{
	DeployOptions chosen = command_deploy_options(context);
	g_auto(GStrv) overrides = NULL;
	const char *to = command_text(context, "to");
	const bool to_commit = to && names_commit(context, to);
	const Observer observer = command_observer(context);
	g_autoptr(DeployContext) deploy = NULL;
	g_auto(DeployResult) result = {0};

	(void)status;
	if (!command_overrides(context, &chosen, &overrides, error))
		return false;
	if (to_commit && chosen.at)
		return error_set(error, ERR_USAGE, "'--to %s' names a commit, and so does '--at'",
				 to);
	if (to_commit)
		chosen.at = to;
	deploy = deploy_context_new(context->repo, &chosen, &observer);
	if (command_flag(context, "dry-run"))
		return dry_run(context, deploy, to_commit ? NULL : to, error);
	if (!deploy_up(deploy, to_commit ? NULL : to, &result, error))
		return false;
	command_print_result(context, deploy, &result, "applied");
	return true;
}

const Command command_up = {
	.name = "up",
	.summary = "apply pending migrations",
	.arguments = "",
	.options = options,
	.needs = NEEDS_REPOSITORY,
	.run = run,
};
