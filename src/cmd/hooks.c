#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/term.h"
#include "cmd/all.h"
#include "hook/install.h"
#include "report/json.h"

static const CommandOption options[] = {
	{.name = "deploy",
	 .kind = OPTION_TEXT,
	 .argument = "NAME[,NAME]",
	 .help = "install: environments that this clone deploys"},
	{.name = "server",
	 .kind = OPTION_FLAG,
	 .help = "install: for a repository that is pushed to"},
	{.name = "background",
	 .kind = OPTION_FLAG,
	 .help = "install: deployments by push do not keep the pusher waiting"},
	{.name = "follow",
	 .kind = OPTION_FLAG,
	 .help = "install: your own database goes where HEAD goes"},
	{.name = "force", .kind = OPTION_FLAG, .help = "install: into core.hooksPath, too"},
	OPTION_FORMAT,
	OPTION_END,
};

static TermStyle style_of(HookState state)
{
	switch (state) {
	case HOOK_STUB:
	case HOOK_CHAINED:
	case HOOK_SETTING:
	case HOOK_CALLED:
		return TERM_GOOD;
	case HOOK_LOST:
	case HOOK_FOREIGN:
		return TERM_WARN;
	case HOOK_ABSENT:
		break;
	}
	return TERM_DIM;
}

static void print_text(const GPtrArray *statuses)
{
	for (guint i = 0; i < statuses->len; i++) {
		const HookStatus *status = g_ptr_array_index(statuses, i);
		const TermStyle style = style_of(status->state);

		printf("%-14s %s%s%s\n", status->name, term_begin(stdout, style),
		       hook_state_name(status->state), term_end(stdout, style));
		if (status->line)
			printf("%-14s add to %s: %s\n", "", status->path, status->line);
	}
}

static void print_json(const CommandContext *context, const GPtrArray *statuses)
{
	json_t *document = report_json_new("hooks");
	json_t *list = json_array();

	for (guint i = 0; i < statuses->len; i++) {
		const HookStatus *status = g_ptr_array_index(statuses, i);
		json_t *entry = json_object();

		json_object_set_new(entry, "hook", report_json_text(status->name));
		json_object_set_new(entry, "state",
				    report_json_text(hook_state_name(status->state)));
		json_object_set_new(entry, "path", report_json_text(status->path));
		json_object_set_new(entry, "to_add", report_json_text(status->line));
		json_array_append_new(list, entry);
	}
	json_object_set_new(document, "hooks", list);
	json_object_set_new(document, "deploys",
			    report_json_text(git_repo_config(context->repo, "migrate.autoDeploy")));
	report_json_print(document, stdout);
}

static void print(const CommandContext *context, const GPtrArray *statuses, const char *deploys)
{
	if (command_wants_json(context)) {
		print_json(context, statuses);
		return;
	}
	if (context->verbosity < 0)
		return;
	print_text(statuses);
	if (deploys)
		printf("deploys        %s\n", deploys);
}

static bool install(CommandContext *context, GPtrArray **statuses, GError **error)
{
	const HookInstallation wanted = {.server = command_flag(context, "server"),
					 .deploy = command_text(context, "deploy"),
					 .background = command_flag(context, "background"),
					 .follow = command_flag(context, "follow"),
					 .force = command_flag(context, "force")};

	if (wanted.server && wanted.follow)
		return error_set(error, ERR_USAGE, "'--follow' is for a clone that people work in");
	return hook_install(context->repo, &wanted, statuses, error);
}

/* Hooks that must be called by another tool's configuration are not installed yet. */
static bool needs_hand(const GPtrArray *statuses)
{
	for (guint i = 0; i < statuses->len; i++)
		if (((HookStatus *)g_ptr_array_index(statuses, i))->line)
			return true;
	return false;
}

static bool run(CommandContext *context, int *status, GError **error)
{
	const char *what = context->arguments[0];
	const char *deploys = git_repo_config(context->repo, "migrate.autoDeploy");
	g_autoptr(GPtrArray) statuses = NULL;

	if (strcmp(what, "install") == 0) {
		if (!install(context, &statuses, error))
			return false;
		deploys =
			command_text(context, "deploy") ? command_text(context, "deploy") : deploys;
		*status = needs_hand(statuses);
	} else if (strcmp(what, "uninstall") == 0) {
		if (!hook_uninstall(context->repo, &statuses, error))
			return false;
		if (context->verbosity >= 0 && !command_wants_json(context))
			printf("%u hooks removed\n", statuses->len);
		return true;
	} else if (strcmp(what, "status") == 0) {
		statuses = hook_statuses(context->repo, error);
	} else {
		error_set(error, ERR_USAGE, "'%s' is none of install, status and uninstall", what);
	}
	if (!statuses)
		return false;
	print(context, statuses, deploys);
	return true;
}

const Command command_hooks = {
	.name = "hooks",
	.summary = "install, show or remove the hooks of this repository",
	.arguments = "install|status|uninstall",
	.arguments_min = 1,
	.arguments_max = 1,
	.options = options,
	.needs = NEEDS_REPOSITORY,
	.run = run,
};
