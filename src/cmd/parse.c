#include "cmd/parse.h"

#include <string.h>

#include "base/error.h"
#include "base/text.h"

/* What every command has. */
static const CommandOption common_options[] = {
	{.short_name = 'h', .name = "help", .kind = OPTION_FLAG, .help = "show this usage"},
	{.short_name = 'v', .name = "verbose", .kind = OPTION_FLAG, .help = "say more"},
	{.short_name = 'q', .name = "quiet", .kind = OPTION_FLAG, .help = "say only what is wrong"},
	{.name = "no-color", .kind = OPTION_FLAG, .help = "no colour, even on a terminal"},
	OPTION_END,
};

const char *const command_formats[] = {"text", "json", NULL};

/* ---- finding options ---- */

static const CommandOption *find_in(const CommandOption *options, const char *name, size_t length)
{
	for (; options && options->name; options++)
		if (strlen(options->name) == length && strncmp(options->name, name, length) == 0)
			return options;
	return NULL;
}

static const CommandOption *find_long(const Command *command, const char *name, size_t length)
{
	const CommandOption *found = find_in(command->options, name, length);

	return found ? found : find_in(common_options, name, length);
}

static const CommandOption *find_short(const Command *command, char letter)
{
	const CommandOption *const tables[] = {command->options, common_options};

	for (guint i = 0; i < G_N_ELEMENTS(tables); i++)
		for (const CommandOption *option = tables[i]; option && option->name; option++)
			if (option->short_name == letter)
				return option;
	return NULL;
}

static bool unknown_option(const Command *command, const char *word, GError **error)
{
	const CommandOption *const tables[] = {command->options, common_options};
	g_autofree char *name = g_strndup(word, strcspn(word, "="));
	const char *nearest = NULL;
	guint best = 4;

	for (guint i = 0; i < G_N_ELEMENTS(tables); i++)
		for (const CommandOption *option = tables[i]; option && option->name; option++) {
			const guint distance = g_str_has_prefix(name, "--")
						       ? text_edit_distance(name + 2, option->name)
						       : best;
			if (distance < best) {
				best = distance;
				nearest = option->name;
			}
		}
	error_set(error, ERR_USAGE, "unknown option '%s'", word);
	if (nearest)
		return error_hint(error, "did you mean '--%s'?", nearest);
	return error_hint(error, "git migrate %s -h lists the options", command->name);
}

/* ---- taking them ---- */

typedef struct {
	CommandContext *context;
	char **argv;
	guint at;
	GPtrArray *arguments;
	bool *wants_help;
} Parser;

static char *join(const char *const *words)
{
	GString *list = g_string_new(NULL);

	for (const char *const *word = words; *word; word++)
		g_string_append_printf(list, "%s%s", word == words ? "" : ", ", *word);
	return g_string_free(list, FALSE);
}

static bool check_value(const CommandOption *option, const char *value, GError **error)
{
	if (option->kind == OPTION_NUMBER &&
	    (!*value || value[strspn(value, "0123456789")] || strlen(value) > 9))
		return error_set(error, ERR_USAGE, "'--%s' needs a whole number, not '%s'",
				 option->name, value);
	if (option->kind == OPTION_CHOICE && !g_strv_contains(option->choices, value)) {
		g_autofree char *list = join(option->choices);
		return error_set(error, ERR_USAGE, "'--%s' is one of %s, not '%s'", option->name,
				 list, value);
	}
	return true;
}

static void take_flag(Parser *parser, const CommandOption *option, bool yes)
{
	if (strcmp(option->name, "help") == 0)
		*parser->wants_help = true;
	else if (strcmp(option->name, "verbose") == 0)
		parser->context->verbosity = yes ? 1 : 0;
	else if (strcmp(option->name, "quiet") == 0)
		parser->context->verbosity = yes ? -1 : 0;
	else
		g_hash_table_replace(parser->context->values, g_strdup(option->name),
				     g_strdup(yes ? "yes" : ""));
}

/* `value` is what stands behind '=' or a short option, or NULL: then the next word is the value. */
static bool take_option(Parser *parser, const CommandOption *option, const char *value,
			GError **error)
{
	if (option->kind == OPTION_FLAG) {
		if (value)
			return error_set(error, ERR_USAGE, "'--%s' takes no value", option->name);
		take_flag(parser, option, true);
		return true;
	}
	if (!value)
		value = parser->argv[++parser->at];
	if (!value)
		return error_set(error, ERR_USAGE, "'--%s' needs a value", option->name);
	if (!check_value(option, value, error))
		return false;
	g_hash_table_replace(parser->context->values, g_strdup(option->name), g_strdup(value));
	return true;
}

static bool take_long(Parser *parser, const char *word, GError **error)
{
	const char *name = word + 2;
	const char *equals = strchr(name, '=');
	const size_t length = equals ? (size_t)(equals - name) : strlen(name);
	const CommandOption *option = find_long(parser->context->command, name, length);
	const CommandOption *negated = NULL;

	if (option)
		return take_option(parser, option, equals ? equals + 1 : NULL, error);
	if (g_str_has_prefix(name, "no-") && !equals)
		negated = find_long(parser->context->command, name + 3, length - 3);
	if (!negated || negated->kind != OPTION_FLAG)
		return unknown_option(parser->context->command, word, error);
	take_flag(parser, negated, false);
	return true;
}

/* -v, -vq, -n5, -n 5 */
static bool take_short(Parser *parser, const char *word, GError **error)
{
	for (const char *letter = word + 1; *letter; letter++) {
		const CommandOption *option = find_short(parser->context->command, *letter);

		if (!option)
			return unknown_option(parser->context->command, word, error);
		if (option->kind != OPTION_FLAG)
			return take_option(parser, option, letter[1] ? letter + 1 : NULL, error);
		take_flag(parser, option, true);
	}
	return true;
}

static bool check_arguments(const Command *command, const GPtrArray *arguments, GError **error)
{
	if (arguments->len > command->arguments_max)
		error_set(error, ERR_USAGE, "unexpected argument '%s'",
			  (char *)g_ptr_array_index(arguments, command->arguments_max));
	else if (arguments->len < command->arguments_min)
		error_set(error, ERR_USAGE, "an argument is missing: git migrate %s %s",
			  command->name, command->arguments);
	else
		return true;
	return error_hint(error, "git migrate %s -h shows the usage", command->name);
}

static bool take_words(Parser *parser, GError **error)
{
	bool only_arguments = false;

	for (; parser->argv[parser->at]; parser->at++) {
		const char *word = parser->argv[parser->at];
		bool ok = true;

		if (only_arguments || *word != '-' || !word[1])
			g_ptr_array_add(parser->arguments, g_strdup(word));
		else if (strcmp(word, "--") == 0)
			only_arguments = true;
		else
			ok = word[1] == '-' ? take_long(parser, word, error)
					    : take_short(parser, word, error);
		if (!ok)
			return false;
	}
	return true;
}

bool command_parse(CommandContext *context, char **argv, bool *wants_help, GError **error)
{
	g_autoptr(GPtrArray) arguments = g_ptr_array_new_with_free_func(g_free);
	Parser parser = {context, argv, 0, arguments, wants_help};

	*wants_help = false;
	context->values = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	if (!take_words(&parser, error) ||
	    (!*wants_help && !check_arguments(context->command, arguments, error)))
		return false;
	g_ptr_array_add(arguments, NULL);
	context->arguments = (char **)g_ptr_array_free(g_steal_pointer(&arguments), FALSE);
	return true;
}

void command_context_clear(CommandContext *context)
{
	git_repo_free(context->repo);
	g_strfreev(context->arguments);
	g_clear_pointer(&context->values, g_hash_table_unref);
	*context = (CommandContext){0};
}

/* ---- asking ---- */

const char *command_text(const CommandContext *context, const char *option)
{
	/* A name that the command does not have is a slip of ours, not of the user. */
	g_assert(find_long(context->command, option, strlen(option)));
	return g_hash_table_lookup(context->values, option);
}

bool command_flag(const CommandContext *context, const char *option)
{
	const char *value = command_text(context, option);

	return value && *value;
}

gint64 command_number(const CommandContext *context, const char *option, gint64 otherwise)
{
	const char *value = command_text(context, option);

	return value ? g_ascii_strtoll(value, NULL, 10) : otherwise;
}

bool command_wants_json(const CommandContext *context)
{
	/* A command without --format (hook) prints text. */
	return g_strcmp0(g_hash_table_lookup(context->values, "format"), "json") == 0;
}

/* ---- usage ---- */

#define USAGE_COLUMN 26

static void print_options(const CommandOption *options, FILE *out)
{
	for (; options && options->name; options++) {
		g_autoptr(GString) left = g_string_new(NULL);

		if (options->short_name)
			g_string_append_printf(left, "-%c, ", options->short_name);
		g_string_append_printf(left, "--%s", options->name);
		if (options->kind != OPTION_FLAG)
			g_string_append_printf(left, " %s", options->argument);
		fprintf(out, "    %-*s%s%s\n", USAGE_COLUMN, left->str,
			left->len >= USAGE_COLUMN ? "  " : "", options->help);
	}
}

void command_print_usage(const Command *command, FILE *out)
{
	fprintf(out, "usage: git migrate %s [options]%s%s\n\n%s\n\n", command->name,
		*command->arguments ? " " : "", command->arguments, command->summary);
	print_options(command->options, out);
	print_options(common_options, out);
}

void command_print_overview(FILE *out)
{
	fputs("usage: git migrate COMMAND [options]\n\n", out);
	for (const Command *const *each = command_table; *each; each++)
		fprintf(out, "    %-12s %s\n", (*each)->name, (*each)->summary);
	fputs("\ngit migrate COMMAND -h shows a command's options, git help migrate the manual\n",
	      out);
}
