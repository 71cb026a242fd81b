#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/term.h"
#include "base/text.h"
#include "cmd/command.h"
#include "cmd/parse.h"

#define STATUS_USAGE 129

static int report(const GError *error)
{
	const bool usage = error_is(error, ERR_USAGE);
	g_autofree char *text =
		error_format(error, usage ? "usage" : "error", term_has_colour(stderr));

	term_progress_clear();
	fflush(stdout);
	fputs(text, stderr);
	return error_exit_status(error);
}

/* What could not be printed was not said: a full disk behind a pipe must not look like success. */
static bool finish_output(GError **error)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return true;
	return error_set(error, ERR_SYSTEM, "cannot write the output: %s", g_strerror(errno));
}

static bool run(CommandContext *context, char **argv, int *status, GError **error)
{
	bool wants_help;

	if (!command_parse(context, argv, &wants_help, error))
		return false;
	if (wants_help) {
		command_print_usage(context->command, stdout);
		return true;
	}
	if (g_hash_table_contains(context->values, "no-color"))
		term_no_color();
	if (context->command->needs == NEEDS_REPOSITORY && !(context->repo = git_repo_open(error)))
		return false;
	return context->command->run(context, status, error);
}

static const Command *find_command(const char *name, GError **error)
{
	const char *nearest = NULL;
	guint best = 3;

	for (const Command *const *each = command_table; *each; each++) {
		const guint distance = text_edit_distance(name, (*each)->name);

		if (distance == 0)
			return *each;
		if (distance < best) {
			best = distance;
			nearest = (*each)->name;
		}
	}
	error_set(error, ERR_USAGE, "unknown command '%s'", name);
	if (nearest)
		error_hint(error, "did you mean 'git migrate %s'?", nearest);
	else
		error_hint(error, "git migrate -h lists the commands");
	return NULL;
}

static int run_command(char **argv)
{
	g_autoptr(GError) error = NULL;
	CommandContext context = {.command = find_command(argv[0], &error)};
	int status = 0;

	if (context.command && run(&context, argv + 1, &status, &error))
		finish_output(&error);
	if (error)
		status = report(error);
	command_context_clear(&context);
	return status;
}

int command_main(int argc, char **argv)
{
	setlocale(LC_CTYPE, "");
	interrupt_install();
	if (argc < 2) {
		command_print_overview(stderr);
		return STATUS_USAGE;
	}
	if (strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "--help") == 0 ||
	    strcmp(argv[1], "help") == 0) {
		command_print_overview(stdout);
		return 0;
	}
	if (strcmp(argv[1], "--version") == 0) {
		puts("git-migrate " GIT_MIGRATE_VERSION);
		return 0;
	}
	return run_command(argv + 1);
}
