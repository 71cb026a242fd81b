/*
 * The command line against a command's options.
 *
 * Exact names only; `--name=value`, `--name value`, `-n value`, `-nvalue`, joined flags `-vq`; `--`
 * ends options; options and arguments may be mixed.
 */
#pragma once

#include <stdio.h>

#include "cmd/command.h"

/*
 * Parses argv (without the program and the command's name) into context->arguments, values and
 * verbosity. *wants_help is set for -h and --help. ERR_USAGE names the word, and the nearest option
 * as hint.
 */
bool command_parse(CommandContext *context, char **argv, bool *wants_help, GError **error);

/* Frees what it holds; it is all zero afterwards. */
void command_context_clear(CommandContext *context);

/* The usage of a command, and that of the whole program, as -h prints them. */
void command_print_usage(const Command *command, FILE *out);

/* The list of commands, as -h without a command shows it. */
void command_print_overview(FILE *out);
