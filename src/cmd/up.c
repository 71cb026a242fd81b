#include "base/error.h"
#include "base/text.h"
#include "cmd/all.h"
#include "cmd/deploying.h"
#include "config/config.h"
#include "history/read.h"
#include "inspect/status.h"
#include "plan/plan.h"
#include "report/gates.h"
#include "report/json.h"
#include "report/status.h"

static const CommandOption options[] = {
	OPTION_ENV,
	OPTION_AT,
	{.name = "to",
	 .kind = OPTION_TEXT,
	 .argument = "ID|COMMIT",
	 .help = "stop behind this migration, or at this commit"},
	{.short_name = 'n',
	 .name = "dry-run",
	 .kind = OPTION_FLAG,
	 .help = "show what would run, change nothing"},
	{.name = "allow-existing",
	 .kind = OPTION_FLAG,
	 .help = "also where a database without records has objects already"},
	{.name = "if-fed",
	 .kind = OPTION_FLAG,
	 .help = "only what feeds the environment by its policy in force"},
	OPTION_OVERRIDE,
	OPTION_REASON,
	OPTION_WAIT,
	OPTION_NO_FETCH,
	OPTION_FORMAT,
	OPTION_END,
};

/* Reads and judges all that `up` would, and prints the plan. */
static bool dry_run(CommandContext *context, const StandingOptions *chosen,
		    const AdmitOptions *admit, const char *to, GError **error)
{
	const Observer observer = command_observer(context);
	g_autoptr(Standing) standing = standing_open(context->repo, chosen, &observer,
						     INSPECT_STATUS_NEEDS | STANDING_FETCH, error);
	g_autoptr(StatusReport) report = standing ? inspect_status(standing, error) : NULL;
	g_autoptr(GPtrArray) order = NULL;
	g_autoptr(Verdicts) verdicts = NULL;

	if (!report)
		return false;
	order = to ? plan_through(standing->order->migrations, standing->lineup->applied, to, error)
		   : g_ptr_array_ref(standing->order->migrations);
	verdicts = order ? deploy_check(standing, order, admit, error) : NULL;
	if (!verdicts)
		return false;
	g_ptr_array_set_size(report->pending, (gint)order->len);
	g_ptr_array_unref(report->gates);
	report->gates = g_ptr_array_ref(verdicts->gates);
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
	g_autofree char *commit = git_repo_find_commit(context->repo, to);
	g_autoptr(Project) project =
		commit ? config_read_project(context->repo, "HEAD", NULL) : NULL;
	g_autoptr(MigrationSet) set =
		project ? history_read(context->repo, "HEAD", project->migrations, NULL) : NULL;

	return commit && !(set && migration_set_get(set, to));
}

static bool apply(CommandContext *context, const StandingOptions *chosen, const AdmitOptions *admit,
		  const char *to, GError **error)
{
	const Observer observer = command_observer(context);
	g_auto(DeployResult) result = {0};
	g_autoptr(Standing) standing =
		deploy_up(context->repo, chosen, admit, &observer, to, &result, error);

	if (standing)
		command_print_result(context, standing, &result, "applied");
	return standing;
}

static bool run(CommandContext *context, int *status, GError **error)
{
	StandingOptions chosen = command_standing_options(context);
	AdmitOptions admit = {0};
	g_auto(GStrv) overrides = NULL;
	const char *to = command_text(context, "to");
	const bool to_commit = to && names_commit(context, to);

	(void)status;
	chosen.allow_existing = command_flag(context, "allow-existing");
	admit.if_fed = command_flag(context, "if-fed");
	if (!command_overrides(context, &admit, &overrides, error))
		return false;
	if (to_commit && chosen.at)
		return error_set(error, ERR_USAGE, "'--to %s' names a commit, and so does '--at'",
				 to);
	if (to_commit) {
		chosen.at = to;
		to = NULL;
	}
	return command_flag(context, "dry-run") ? dry_run(context, &chosen, &admit, to, error)
						: apply(context, &chosen, &admit, to, error);
}

const Command command_up = {
	.name = "up",
	.summary = "apply pending migrations",
	.arguments = "",
	.options = options,
	.needs = NEEDS_REPOSITORY,
	.run = run,
};
