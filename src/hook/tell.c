#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "deploy/deploy.h"
#include "hook/hook.h"
#include "model/finding.h"

/* What is to be done for a row of findings is said once, behind the last. */
static bool has_same_remedy(const GPtrArray *findings, guint index, const char *remedy)
{
	const Finding *next = index < findings->len ? g_ptr_array_index(findings, index) : NULL;

	return next && g_strcmp0(next->remedy, remedy) == 0;
}

bool hook_tell_findings(HookContext *context, const GPtrArray *findings, const char *headline)
{
	const char *path = NULL;

	if (findings->len == 0)
		return false;
	g_string_append_printf(context->out, "git-migrate: %s\n", headline);
	for (guint i = 0; i < findings->len; i++) {
		const Finding *finding = g_ptr_array_index(findings, i);

		if (finding->path && g_strcmp0(path, finding->path) != 0)
			g_string_append_printf(context->out, "  %s\n", finding->path);
		path = finding->path;
		g_string_append_printf(context->out, "    %s\n", finding->text);
		if (finding->remedy && !has_same_remedy(findings, i + 1, finding->remedy))
			g_string_append_printf(context->out, "      %s\n", finding->remedy);
	}
	return true;
}

void hook_tell_error(HookContext *context, const GError *why, const char *format, ...)
{
	g_autofree char *text = error_format(why, "error", false);
	va_list args;

	g_string_append(context->out, "git-migrate: ");
	va_start(args, format);
	g_string_append_vprintf(context->out, format, args);
	va_end(args);
	g_string_append_printf(context->out, "\n%s", text);
}

char **hook_deployed_environments(GitRepo *repo, GError **error)
{
	const char *setting = git_repo_config(repo, "migrate.autoDeploy");

	if (setting && git_repo_config_is_tracked(repo, "migrate.autoDeploy")) {
		error_set(
			error, ERR_CONFIG,
			"git setting 'migrate.autoDeploy' comes from a file inside the work tree");
		error_hint(error, "set it for this clone: git migrate hooks install --deploy NAME");
		return NULL;
	}
	return g_strsplit_set(setting ? setting : "", " ,", -1);
}

/* git drops the exit status of a hook that comes after the fact: the words must be seen. */
static void tell_failure(HookContext *context, const char *environment, const char *what,
			 const GError *why)
{
	static const char rule[] =
		"----------------------------------------------------------------";
	g_autofree char *text = error_format(why, "error", false);

	g_string_append_printf(context->out, "%s\ngit-migrate: '%s' was NOT deployed; %s\n%s", rule,
			       environment, what, text);
	g_string_append_printf(
		context->out,
		"look: git migrate status --env %s\nagain: git migrate up --env %s\n%s\n",
		environment, environment, rule);
}

bool hook_deploy(HookContext *context, const char *environment, const char *at, const char *what)
{
	const StandingOptions options = {
		.environment = environment, .at = at, .command = "hook", .wait_ms = -1};
	const AdmitOptions admit = {.if_fed = true};
	g_auto(DeployResult) result = {0};
	g_autoptr(GError) why = NULL;
	g_autoptr(Standing) standing =
		deploy_up(context->repo, &options, &admit, &context->observer, NULL, &result, &why);
	g_autofree char *line = NULL;

	if (!standing) {
		tell_failure(context, environment, what, why);
		return false;
	}
	line = deploy_result_describe(standing, &result, "applied");
	g_string_append_printf(context->out, "git-migrate: %s\n", line);
	return true;
}
