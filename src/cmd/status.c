#include <string.h>

#include "base/error.h"
#include "base/term.h"
#include <stdio.h>

#include "cmd/all.h"
#include "cmd/deploying.h"
#include "config/config.h"
#include "inspect/status.h"
#include "report/json.h"
#include "report/status.h"

static const CommandOption options[] = {
	OPTION_ENV,
	{.short_name = 'a', .name = "all", .kind = OPTION_FLAG, .help = "all environments"},
	OPTION_AT,
	{.name = "exit-code",
	 .kind = OPTION_FLAG,
	 .help = "exit with 1 when something is pending or wrong"},
	{.name = "fetch", .kind = OPTION_FLAG, .help = "ask the remote for records first"},
	OPTION_FORMAT,
	OPTION_END,
};

/* One environment's status; with --all, one that cannot be read is a report of its own and *unknown
 * is set. */
static StatusReport *status_of(CommandContext *context, const char *name, bool *unknown,
			       GError **error)
{
	const unsigned fetch = command_flag(context, "fetch") ? STANDING_FETCH : 0;
	const Observer observer = command_observer(context);
	StandingOptions chosen = command_standing_options(context);
	g_autoptr(Standing) standing = NULL;
	g_autoptr(GError) why = NULL;
	StatusReport *report;

	if (name)
		chosen.environment = name;
	standing = standing_open(context->repo, &chosen, &observer, INSPECT_STATUS_NEEDS | fetch,
				 &why);
	report = standing ? inspect_status(standing, &why) : NULL;
	if (report)
		return report;
	if (!unknown) {
		g_propagate_error(error, g_steal_pointer(&why));
		return NULL;
	}
	*unknown = true;
	report = status_report_new(name);
	report->problem = g_strdup(why->message);
	report->hint = g_strdup(error_get_hint(why));
	return report;
}

static char **all_names(CommandContext *context, GError **error)
{
	const char *at = command_text(context, "at");
	g_autofree char *commit = git_repo_resolve(context->repo, at ? at : "HEAD", error);
	g_autoptr(Project) project =
		commit ? config_read_project(context->repo, commit, error) : NULL;

	return project ? config_list_environments(context->repo, commit, project, error) : NULL;
}

static void print_reports(const CommandContext *context, const GPtrArray *reports)
{
	json_t *document = command_wants_json(context) ? report_json_new("status") : NULL;
	json_t *list = document ? json_array() : NULL;

	for (guint i = 0; i < reports->len; i++) {
		const StatusReport *report = g_ptr_array_index(reports, i);

		if (document) {
			json_array_append_new(list, report_status_json(report));
			continue;
		}
		if (i)
			putchar('\n');
		report_status_text(report, context->verbosity > 0, stdout);
	}
	if (document) {
		json_object_set_new(document, "environments", list);
		report_json_print(document, stdout);
	}
}

static bool has_news(const GPtrArray *reports)
{
	for (guint i = 0; i < reports->len; i++) {
		const StatusReport *report = g_ptr_array_index(reports, i);
		if (report->pending->len || report->partial[0] ||
		    status_report_has_findings(report))
			return true;
	}
	return false;
}

static bool collect(CommandContext *context, GPtrArray *reports, bool *unknown, GError **error)
{
	g_auto(GStrv) names = NULL;

	if (!command_flag(context, "all")) {
		StatusReport *report = status_of(context, NULL, NULL, error);
		if (report)
			g_ptr_array_add(reports, report);
		return report;
	}
	names = all_names(context, error);
	if (!names)
		return false;
	for (char **name = names; *name; name++)
		g_ptr_array_add(reports, status_of(context, *name, unknown, NULL));
	return true;
}

static bool run(CommandContext *context, int *status, GError **error)
{
	const int found = 1, could_not_tell = 2;
	g_autoptr(GPtrArray) reports =
		g_ptr_array_new_with_free_func((GDestroyNotify)status_report_free);
	bool unknown = false;

	if (command_flag(context, "all") && command_text(context, "env"))
		return error_set(error, ERR_USAGE, "'--all' and '--env' cannot both be given");
	if (!collect(context, reports, &unknown, error))
		return false;
	print_reports(context, reports);
	if (unknown)
		*status = could_not_tell;
	else if (command_flag(context, "exit-code") && has_news(reports))
		*status = found;
	return true;
}

const Command command_status = {
	.name = "status",
	.summary = "show what is applied, pending, edited and recorded",
	.arguments = "",
	.options = options,
	.needs = NEEDS_REPOSITORY,
	.run = run,
};
