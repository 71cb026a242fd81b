#include <string.h>

#include "base/error.h"
#include "cmd/all.h"
#include "cmd/deploying.h"
#include "deploy/doctor.h"
#include "hook/install.h"
#include "report/checks.h"
#include "report/json.h"

static const CommandOption options[] = {
	OPTION_ENV,
	OPTION_AT,
	OPTION_FORMAT,
	OPTION_END,
};

static CheckState state_of(DoctorState state)
{
	static const CheckState states[] = {[DOCTOR_OK] = CHECK_OK,
					    [DOCTOR_WARNING] = CHECK_WARNING,
					    [DOCTOR_FAILED] = CHECK_FAILED,
					    [DOCTOR_SKIPPED] = CHECK_SKIPPED};

	return states[state];
}

static void on_finding(const char *name, DoctorState state, const char *found, const char *hint,
		       void *data)
{
	check_add(data, name, state_of(state), hint, "%s", found);
}

/* A hook that another tool has pushed out does not run any more, and nobody is told otherwise. */
static void examine_hooks(CommandContext *context, GPtrArray *checks)
{
	g_autoptr(GPtrArray) statuses = hook_statuses(context->repo, NULL);
	const char *deploys = git_repo_config(context->repo, "migrate.autoDeploy");
	guint installed = 0;

	for (guint i = 0; statuses && i < statuses->len; i++) {
		const HookStatus *status = g_ptr_array_index(statuses, i);

		installed += status->state != HOOK_ABSENT && status->state != HOOK_FOREIGN;
		if (status->state == HOOK_LOST)
			check_add(checks, "hooks", CHECK_WARNING, "git migrate hooks install",
				  "%s is %s", status->name, hook_state_name(status->state));
	}
	check_add(checks, "hooks", installed ? CHECK_OK : CHECK_SKIPPED, NULL, "%u installed%s%s",
		  installed, deploys ? ", deploys " : "", deploys ? deploys : "");
}

static bool run(CommandContext *context, int *status, GError **error)
{
	const int found = 1;
	const DeployOptions chosen = command_deploy_options(context);
	g_autoptr(DeployContext) deploy = deploy_context_new(context->repo, &chosen, NULL);
	g_autoptr(GPtrArray) checks = g_ptr_array_new_with_free_func((GDestroyNotify)check_free);

	(void)error;
	if (!deploy_doctor(deploy, on_finding, checks))
		*status = found;
	examine_hooks(context, checks);
	if (command_wants_json(context)) {
		json_t *document = report_json_new("doctor");
		json_object_set_new(document, "checks", report_checks_json(checks));
		report_json_print(document, stdout);
	} else {
		report_checks_text(checks, stdout);
	}
	return true;
}

const Command command_doctor = {
	.name = "doctor",
	.summary = "say what was found where, and test repository, signing and connection",
	.arguments = "",
	.options = options,
	.needs = NEEDS_REPOSITORY,
	.run = run,
};
