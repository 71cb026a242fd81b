#include <string.h>

#include "base/error.h"
#include "cmd/all.h"
#include "cmd/deploying.h"
#include "hook/install.h"
#include "inspect/doctor.h"
#include "report/doctor.h"
#include "report/json.h"

static const CommandOption options[] = {
	OPTION_ENV,
	OPTION_AT,
	OPTION_FORMAT,
	OPTION_END,
};

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
			doctor_check_add(checks, "hooks", DOCTOR_WARNING,
					 "git migrate hooks install", "%s is %s", status->name,
					 hook_state_name(status->state));
	}
	doctor_check_add(checks, "hooks", installed ? DOCTOR_OK : DOCTOR_SKIPPED, NULL,
			 "%u installed%s%s", installed, deploys ? ", deploys " : "",
			 deploys ? deploys : "");
}

static bool run(CommandContext *context, int *status, GError **error)
{
	const int found = 1;
	const StandingOptions chosen = command_standing_options(context);
	g_autoptr(Standing) standing = standing_new(context->repo, &chosen, NULL);
	g_autoptr(GPtrArray) checks = doctor_checks_new();

	(void)error;
	inspect_doctor(standing, checks);
	if (doctor_checks_count(checks, DOCTOR_FAILED))
		*status = found;
	examine_hooks(context, checks);
	if (command_wants_json(context)) {
		json_t *document = report_json_new("doctor");
		json_object_set_new(document, "checks", report_doctor_json(checks));
		report_json_print(document, stdout);
	} else {
		report_doctor_text(checks, stdout);
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
