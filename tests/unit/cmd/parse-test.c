/* The command line: options in every form that is taken, and the words of each that is not. */
#include "cmd/parse.h"

#include <string.h>

#include "base/error.h"

static const char *const colours[] = {"red", "green", NULL};
static const CommandOption paint_options[] = {
	{.short_name = 'c',
	 .name = "colour",
	 .kind = OPTION_CHOICE,
	 .argument = "COLOUR",
	 .help = "its colour",
	 .choices = colours},
	{.short_name = 'n',
	 .name = "count",
	 .kind = OPTION_NUMBER,
	 .argument = "N",
	 .help = "how many"},
	{.short_name = 'r',
	 .name = "reason",
	 .kind = OPTION_TEXT,
	 .argument = "TEXT",
	 .help = "why"},
	{.short_name = 'w', .name = "wet", .kind = OPTION_FLAG, .help = "do not wait"},
	{.name = "no-fetch", .kind = OPTION_FLAG, .help = "ask nobody"},
	OPTION_FORMAT,
	OPTION_END,
};
static const Command paint = {
	.name = "paint",
	.summary = "paint walls",
	.arguments = "WALL [WALL]",
	.arguments_min = 1,
	.arguments_max = 2,
	.options = paint_options,
};
static const Command bare = {.name = "bare", .summary = "do nothing", .arguments = ""};

/* The words of a line, parted by '|'; parses them. */
static bool parse(CommandContext *context, const Command *command, const char *line,
		  bool *wants_help, GError **error)
{
	g_auto(GStrv) words = g_strsplit(line, "|", -1);

	if (!*line)
		g_clear_pointer(&words[0], g_free);
	*context = (CommandContext){.command = command};
	return command_parse(context, words, wants_help, error);
}

/* All that was understood, in one line. */
static char *understood(const CommandContext *context, bool wants_help)
{
	static const char *const names[] = {"colour", "count",    "reason",
					    "wet",    "no-fetch", "no-color"};
	g_autofree char *arguments = g_strjoinv(",", context->arguments);
	GString *text = g_string_new(arguments);

	for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
		const char *value = g_hash_table_lookup(context->values, names[i]);
		if (value)
			g_string_append_printf(text, " %s=%s", names[i], value);
	}
	if (context->verbosity)
		g_string_append_printf(text, " v%d", context->verbosity);
	if (wants_help)
		g_string_append(text, " help");
	return g_string_free(text, FALSE);
}

/* ---- what is taken ---- */

static const struct {
	const char *line, *understood;
} good[] = {
	{"a", "a"},
	{"a|b", "a,b"},
	{"--colour=red|a", "a colour=red"},
	{"--colour|green|a", "a colour=green"},
	{"-cred|a", "a colour=red"},
	{"-c|red|a", "a colour=red"},
	{"a|-c|red|b", "a,b colour=red"},
	{"-c|red|--colour=green|a", "a colour=green"},
	{"--count=0|a", "a count=0"},
	{"--count=007|a", "a count=007"},
	{"-n999999999|a", "a count=999999999"},
	{"--reason=|a", "a reason="},
	{"--reason||a", "a reason="},
	{"--reason=a=b|a", "a reason=a=b"},
	{"--reason|--wet|a", "a reason=--wet"},
	{"--reason|--|a", "a reason=--"},
	{"-r=x|a", "a reason==x"},
	{"-r|-w|a", "a reason=-w"},
	{"--wet|a", "a wet=yes"},
	{"-w|a", "a wet=yes"},
	{"--no-wet|a", "a wet="},
	{"--wet|--no-wet|a", "a wet="},
	{"--no-wet|--wet|a", "a wet=yes"},
	{"--no-fetch|a", "a no-fetch=yes"},
	{"--no-no-fetch|a", "a no-fetch="},
	{"--no-color|a", "a no-color=yes"},
	{"-wn5|a", "a count=5 wet=yes"},
	{"-wn|5|a", "a count=5 wet=yes"},
	{"-wrn5|a", "a reason=n5 wet=yes"},
	{"-v|a", "a v1"},
	{"--quiet|a", "a v-1"},
	{"-vq|a", "a v-1"},
	{"-qv|a", "a v1"},
	{"-q|--no-quiet|a", "a"},
	{"-v|--no-verbose|a", "a"},
	{"-wv|a", "a wet=yes v1"},
	{"--|a", "a"},
	{"--|--wet|-x", "--wet,-x"},
	{"a|--|--", "a,--"},
	{"-|a", "-,a"},
	{"|a", ",a"},
	{"-h", " help"},
	{"--help|a|b|c", "a,b,c help"},
	{"-wh", " wet=yes help"},
};

static void test_good(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(good); i++) {
		CommandContext context;
		g_autoptr(GError) error = NULL;
		g_autofree char *found = NULL;
		bool wants_help = true;

		parse(&context, &paint, good[i].line, &wants_help, &error);
		g_test_message("%s", good[i].line);
		g_assert_no_error(error);
		found = understood(&context, wants_help);
		g_assert_cmpstr(found, ==, good[i].understood);
		command_context_clear(&context);
		g_assert_null(context.values);
	}
}

/* ---- what is not ---- */

#define LISTS "git migrate paint -h lists the options"
#define SHOWS "git migrate paint -h shows the usage"

static const struct {
	const char *line, *message, *hint;
} bad[] = {
	{"--color=red|a", "unknown option '--color=red'", "did you mean '--colour'?"},
	{"--clour|a", "unknown option '--clour'", "did you mean '--colour'?"},
	{"--colou|red|a", "unknown option '--colou'", "did you mean '--colour'?"},
	{"--wett|a", "unknown option '--wett'", "did you mean '--wet'?"},
	{"--nofetch|a", "unknown option '--nofetch'", "did you mean '--no-fetch'?"},
	{"--helpp|a", "unknown option '--helpp'", "did you mean '--help'?"},
	{"--no-count|a", "unknown option '--no-count'", "did you mean '--count'?"},
	{"--no-wet=1|a", "unknown option '--no-wet=1'", "did you mean '--wet'?"},
	{"--something-else|a", "unknown option '--something-else'", LISTS},
	{"-x|a", "unknown option '-x'", LISTS},
	{"-wx|a", "unknown option '-wx'", LISTS},
	{"--=x|a", "unknown option '--=x'", "did you mean '--wet'?"},
	{"a|--wet=yes", "'--wet' takes no value", NULL},
	{"a|--help=yes", "'--help' takes no value", NULL},
	{"a|--no-fetch=", "'--no-fetch' takes no value", NULL},
	{"a|--reason", "'--reason' needs a value", NULL},
	{"a|-r", "'--reason' needs a value", NULL},
	{"a|-wr", "'--reason' needs a value", NULL},
	{"a|--count", "'--count' needs a value", NULL},
	{"a|--count=", "'--count' needs a whole number, not ''", NULL},
	{"a|--count=-1", "'--count' needs a whole number, not '-1'", NULL},
	{"a|--count|-1", "'--count' needs a whole number, not '-1'", NULL},
	{"a|--count=+1", "'--count' needs a whole number, not '+1'", NULL},
	{"a|--count=1.5", "'--count' needs a whole number, not '1.5'", NULL},
	{"a|--count=1s", "'--count' needs a whole number, not '1s'", NULL},
	{"a|--count= 1", "'--count' needs a whole number, not ' 1'", NULL},
	{"a|-n1000000000", "'--count' needs a whole number, not '1000000000'", NULL},
	{"a|--colour=blue", "'--colour' is one of red, green, not 'blue'", NULL},
	{"a|--colour=", "'--colour' is one of red, green, not ''", NULL},
	{"a|-cRed", "'--colour' is one of red, green, not 'Red'", NULL},
	{"a|--format=yaml", "'--format' is one of text, json, not 'yaml'", NULL},
	{"", "an argument is missing: git migrate paint WALL [WALL]", SHOWS},
	{"--", "an argument is missing: git migrate paint WALL [WALL]", SHOWS},
	{"-w", "an argument is missing: git migrate paint WALL [WALL]", SHOWS},
	{"a|b|c", "unexpected argument 'c'", SHOWS},
	{"a|b|c|d", "unexpected argument 'c'", SHOWS},
	{"a|b|--|-w", "unexpected argument '-w'", SHOWS},
	{"a|b|", "unexpected argument ''", SHOWS},
};

static void test_bad(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
		CommandContext context;
		g_autoptr(GError) error = NULL;
		bool wants_help = true;

		g_assert_false(parse(&context, &paint, bad[i].line, &wants_help, &error));
		g_test_message("%s", bad[i].line);
		g_assert_error(error, BASE_ERROR, ERR_USAGE);
		g_assert_cmpstr(error->message, ==, bad[i].message);
		g_assert_cmpstr(error_get_hint(error), ==, bad[i].hint);
		g_assert_false(wants_help);
		g_assert_null(context.arguments);
		command_context_clear(&context);
	}
}

static void test_without_options(void)
{
	CommandContext context;
	g_autoptr(GError) error = NULL;
	bool wants_help = true;

	g_assert_true(parse(&context, &bare, "-v", &wants_help, &error));
	g_assert_no_error(error);
	g_assert_cmpint(context.verbosity, ==, 1);
	g_assert_cmpuint(g_strv_length(context.arguments), ==, 0);
	command_context_clear(&context);
	g_assert_false(parse(&context, &bare, "x", &wants_help, &error));
	g_assert_cmpstr(error->message, ==, "unexpected argument 'x'");
	g_assert_cmpstr(error_get_hint(error), ==, "git migrate bare -h shows the usage");
	command_context_clear(&context);
}

/* ---- asking ---- */

static void test_values(void)
{
	CommandContext context;
	bool wants_help = true;

	g_assert_true(parse(&context, &paint, "-w|-n|12|--format=json|--no-no-fetch|a", &wants_help,
			    NULL));
	g_assert_true(command_flag(&context, "wet"));
	g_assert_false(command_flag(&context, "no-fetch"));
	g_assert_false(command_flag(&context, "no-color"));
	g_assert_cmpint(command_number(&context, "count", 3), ==, 12);
	g_assert_null(command_text(&context, "reason"));
	g_assert_cmpstr(command_text(&context, "format"), ==, "json");
	g_assert_true(command_wants_json(&context));
	command_context_clear(&context);

	g_assert_true(parse(&context, &paint, "--reason=|--format|text|a", &wants_help, NULL));
	g_assert_false(command_flag(&context, "wet"));
	g_assert_cmpint(command_number(&context, "count", 3), ==, 3);
	g_assert_cmpstr(command_text(&context, "reason"), ==, "");
	g_assert_false(command_wants_json(&context));
	command_context_clear(&context);
}

/* ---- usage ---- */

typedef struct {
	char *bytes;
	size_t length;
	FILE *file;
} Stream;

static FILE *stream_open(Stream *stream)
{
	*stream = (Stream){0};
	stream->file = open_memstream(&stream->bytes, &stream->length);
	return stream->file;
}

static const char paint_usage[] = "usage: git migrate paint [options] WALL [WALL]\n"
				  "\n"
				  "paint walls\n"
				  "\n"
				  "    -c, --colour COLOUR       its colour\n"
				  "    -n, --count N             how many\n"
				  "    -r, --reason TEXT         why\n"
				  "    -w, --wet                 do not wait\n"
				  "    --no-fetch                ask nobody\n"
				  "    --format FORMAT           how to print: text or json\n"
				  "    -h, --help                show this usage\n"
				  "    -v, --verbose             say more\n"
				  "    -q, --quiet               say only what is wrong\n"
				  "    --no-color                no colour, even on a terminal\n";

static const char bare_usage[] = "usage: git migrate bare [options]\n"
				 "\n"
				 "do nothing\n"
				 "\n"
				 "    -h, --help                show this usage\n"
				 "    -v, --verbose             say more\n"
				 "    -q, --quiet               say only what is wrong\n"
				 "    --no-color                no colour, even on a terminal\n";

static void test_usage(void)
{
	const struct {
		const Command *command;
		const char *usage;
	} cases[] = {{&paint, paint_usage}, {&bare, bare_usage}};

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		Stream stream;

		command_print_usage(cases[i].command, stream_open(&stream));
		fclose(stream.file);
		g_assert_cmpstr(stream.bytes, ==, cases[i].usage);
		free(stream.bytes);
	}
}

static void test_overview(void)
{
	Stream stream;
	g_auto(GStrv) lines = NULL;
	guint commands = 0;

	command_print_overview(stream_open(&stream));
	fclose(stream.file);
	lines = g_strsplit(stream.bytes, "\n", -1);
	g_assert_cmpstr(lines[0], ==, "usage: git migrate COMMAND [options]");
	for (; command_table[commands]; commands++) {
		g_autofree char *line =
			g_strdup_printf("    %-12s %s", command_table[commands]->name,
					command_table[commands]->summary);
		g_assert_cmpstr(lines[2 + commands], ==, line);
	}
	g_assert_cmpuint(commands, >, 20);
	g_assert_cmpuint(g_strv_length(lines), ==, commands + 5);
	free(stream.bytes);
}

/* ---- the program's own commands ---- */

/* No option hides another one, every value has its word, and every number of arguments its text. */
static void test_table(void)
{
	for (const Command *const *each = command_table; *each; each++) {
		g_autoptr(GHashTable) seen =
			g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

		g_assert_cmpuint((*each)->arguments_min, <=, (*each)->arguments_max);
		g_assert_cmpint(*(*each)->arguments != '\0', ==, (*each)->arguments_max > 0);
		for (const CommandOption *option = (*each)->options; option && option->name;
		     option++) {
			g_test_message("%s --%s", (*each)->name, option->name);
			g_assert_true(g_hash_table_add(seen, g_strdup(option->name)));
			if (option->short_name)
				g_assert_true(g_hash_table_add(
					seen, g_strdup_printf("-%c", option->short_name)));
			if (option->kind != OPTION_FLAG)
				g_assert_nonnull(option->argument);
			g_assert_nonnull(option->help);
			g_assert_cmpint(option->kind == OPTION_CHOICE, ==, option->choices != NULL);
			g_assert_null(strstr("help verbose quiet no-color", option->name));
			if (option->short_name)
				g_assert_null(strchr("hvq", option->short_name));
		}
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/cmd/parse/options and arguments in every form", test_good);
	g_test_add_func("/cmd/parse/each mistake has its message and hint", test_bad);
	g_test_add_func("/cmd/parse/a command without options has the common ones",
			test_without_options);
	g_test_add_func("/cmd/parse/values are asked for by name", test_values);
	g_test_add_func("/cmd/parse/the usage of a command", test_usage);
	g_test_add_func("/cmd/parse/the overview lists every command", test_overview);
	g_test_add_func("/cmd/parse/no command's option hides another", test_table);
	return g_test_run();
}
