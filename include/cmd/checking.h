/*
 * What the commands that check a commit have in common: their formats, and how they end.
 */
#pragma once

#include "cmd/command.h"
#include "model/check.h"

extern const char *const checking_formats[]; /* text, json, tap, github */

#define OPTION_CHECK_AT                                                                           \
	{                                                                                         \
		0, "at", OPTION_TEXT, "COMMIT", "the commit, branch or tag (default: HEAD)", NULL \
	}
#define OPTION_CHECK_FORMAT                                                                      \
	{                                                                                        \
		0, "format", OPTION_CHOICE, "FORMAT", "how to print: text, json, tap or github", \
			checking_formats                                                         \
	}

/* Prints the report (with -q only when something was found) and sets the status: 1 with findings.
 */
void command_print_check(const CommandContext *context, const CheckReport *report, int *status);
