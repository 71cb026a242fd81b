#include <stdio.h>

#include "cmd/all.h"

static const CommandOption options[] = {OPTION_END};

static void print_words(const Command *command)
{
	printf("\t\t%s) words=\"", command->name);
	for (const CommandOption *option = command->options; option && option->name; option++)
		printf("--%s ", option->name);
	printf("--help --verbose --quiet --no-color\" ;;\n");
}

/* git's own completion calls _git_migrate for `git migrate`; the last line serves git-migrate
 * itself. */
static bool run(CommandContext *context, int *status, GError **error)
{
	(void)context;
	(void)status;
	(void)error;
	puts("# bash completion of git-migrate, made by: git migrate completion bash");
	puts("_git_migrate()\n{\n\tlocal word words command i cur=\"${COMP_WORDS[COMP_CWORD]}\"");
	puts("\tfor ((i = 1; i < COMP_CWORD; i++)); do\n\t\tword=\"${COMP_WORDS[i]}\"");
	puts("\t\t[[ $word == migrate || $word == -* ]] || { command=$word; break; }\n\tdone");
	puts("\tcase \"$command\" in");
	for (const Command *const *each = command_table; *each; each++)
		print_words(*each);
	fputs("\t\t*) words=\"", stdout);
	for (const Command *const *each = command_table; *each; each++)
		printf("%s ", (*each)->name);
	puts("\" ;;\n\tesac\n\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n}");
	puts("complete -o bashdefault -o default -F _git_migrate git-migrate");
	return true;
}

const Command command_completion = {
	.name = "completion",
	.summary = "print a completion script for bash",
	.arguments = "bash",
	.arguments_min = 1,
	.arguments_max = 1,
	.options = options,
	.needs = NEEDS_NOTHING,
	.run = run,
};
