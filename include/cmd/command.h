/*
 * Commands as values: name, summary, options and a function. From one table of them come parsing,
 * -h, completion and the tests that every command has its manual page.
 *
 * A command's file defines one `const Command command_NAME`; cmd/table.c lists them. The dispatcher
 * parses the command line, opens what the command needs, prints its error, and turns it into the
 * exit status.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "git/repo.h"

typedef enum {
	OPTION_FLAG,   /* --name and --no-name */
	OPTION_TEXT,   /* --name VALUE or --name=VALUE */
	OPTION_NUMBER, /* a whole number from 0 */
	OPTION_CHOICE, /* one of `choices` */
} OptionKind;

typedef struct {
	char short_name;  /* or 0 */
	const char *name; /* exact: no abbreviations, so that a later option breaks no script */
	OptionKind kind;
	const char *argument;       /* the word for its value in -h and the manual: "ID" */
	const char *help;           /* a few words, lower case */
	const char *const *choices; /* OPTION_CHOICE: NULL-terminated */
} CommandOption;

/* The end of an option table. */
#define OPTION_END           \
	{                    \
		.name = NULL \
	}

/* Options that several commands have, each in one wording. */
#define OPTION_ENV                                                                         \
	{                                                                                  \
		.short_name = 'e', .name = "env", .kind = OPTION_TEXT, .argument = "NAME", \
		.help = "the environment (default: local, or default_environment)"         \
	}
#define OPTION_FORMAT                                                            \
	{                                                                        \
		.name = "format", .kind = OPTION_CHOICE, .argument = "FORMAT",   \
		.help = "how to print: text or json", .choices = command_formats \
	}
extern const char *const command_formats[]; /* text, json */

typedef enum { NEEDS_NOTHING, NEEDS_REPOSITORY } CommandNeeds;

typedef struct CommandContext CommandContext;

typedef struct {
	const char *name;
	const char *summary;   /* for the list of commands and the manual: "show what is applied and
				  what is pending" */
	const char *arguments; /* as in the synopsis: "[COMMIT]", or "" */
	guint arguments_min, arguments_max;
	const CommandOption
		*options; /* own options; -h, -v, -q and --no-color come from the dispatcher */
	CommandNeeds needs;
	/* Returns false with *error, or true with *status set (0 on entry). */
	bool (*run)(CommandContext *context, int *status, GError **error);
} Command;

struct CommandContext {
	const Command *command;
	GitRepo *repo;      /* NEEDS_REPOSITORY */
	char **arguments;   /* those that are no options; NULL-terminated */
	GHashTable *values; /* option name to text */
	int verbosity;      /* -1 with -q, 0, 1 with -v */
};

/* All commands, NULL-terminated, in the order in which -h lists them. */
extern const Command *const command_table[];

/* Values of options; asking for one that the command does not have is a bug and aborts. */
bool command_flag(const CommandContext *context, const char *option);
const char *command_text(const CommandContext *context,
			 const char *option); /* NULL when not given */
gint64 command_number(const CommandContext *context, const char *option, gint64 otherwise);

/* Whether `--format=json` was given. */
bool command_wants_json(const CommandContext *context);

/* Runs the program: returns the exit status. */
int command_main(int argc, char **argv);
