/*
 * What the commands that check a commit have in common: their formats, and how they end.
 */
#pragma once

#include "cmd/command.h"
#include "model/check.h"

extern const char *const checking_formats[]; /* text, json, tap, github */

#define OPTION_CHECK_AT                                                  \
	{                                                                \
		.name = "at", .kind = OPTION_TEXT, .argument = "COMMIT", \
		.help = "the commit, branch or tag (default: HEAD)"      \
	}
#define OPTION_CHECK_FORMAT                                                                    \
	{                                                                                      \
		.name = "format", .kind = OPTION_CHOICE, .argument = "FORMAT",                 \
		.help = "how to print: text, json, tap or github", .choices = checking_formats \
	}

/* Prints the report (with -q only when something was found) and sets the status: 1 with findings.
 */
void command_print_check(const CommandContext *context, const CheckReport *report, int *status);
