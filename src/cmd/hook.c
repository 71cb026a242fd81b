#include <stdio.h>

#include "base/error.h"
#include "base/term.h"
#include "cmd/all.h"
#include "cmd/deploying.h"
#include "hook/hook.h"

static const CommandOption options[] = {OPTION_END};

static bool run(CommandContext *context, int *status, GError **error)
{
	const Hook *hook = hook_find(context->arguments[0]);
	g_autoptr(GString) out = g_string_new(NULL);
	HookContext work = {.repo = context->repo,
			    .arguments = context->arguments + 1,
			    .observer = command_observer(context),
			    .out = out};
	bool ok;

	if (!hook) {
		error_set(error, ERR_USAGE, "there is no hook '%s'", context->arguments[0]);
		return error_hint(error, "git migrate hooks status lists them");
	}
	ok = hook_run(&work, hook, status, error);
	term_progress_clear();
	fflush(stdout);
	fputs(out->str, stderr);
	g_strfreev(work.lines);
	return ok;
}

const Command command_hook = {
	.name = "hook",
	.summary = "what git's hooks call; see git-migrate-hooks(1)",
	.arguments = "NAME [ARGUMENT ...]",
	.arguments_min = 1,
	.arguments_max = G_MAXUINT,
	.options = options,
	.needs = NEEDS_REPOSITORY,
	.run = run,
};
