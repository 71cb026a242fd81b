/*
 * What the commands that deploy have in common: their options, and how they show
 * what happens.
 */
#pragma once

#include <jansson.h>

#include "cmd/command.h"
#include "deploy/deploy.h"

#define OPTION_AT                                                                       \
	{                                                                               \
		.name = "at", .kind = OPTION_TEXT, .argument = "COMMIT",                \
		.help = "the commit, branch or tag (default: the environment's source)" \
	}
#define OPTION_WAIT                                                           \
	{                                                                     \
		.name = "wait", .kind = OPTION_NUMBER, .argument = "SECONDS", \
		.help = "how long to wait for another deployer"               \
	}
#define OPTION_NO_FETCH                                     \
	{                                                   \
		.name = "no-fetch", .kind = OPTION_FLAG,    \
		.help = "do not ask the remote for records" \
	}
#define OPTION_OVERRIDE                                                                   \
	{                                                                                 \
		.name = "override", .kind = OPTION_TEXT, .argument = "GATE[,GATE]",       \
		.help = "pass over gates, as far as the policy lists them as overridable" \
	}
#define OPTION_REASON                                                      \
	{                                                                  \
		.name = "reason", .kind = OPTION_TEXT, .argument = "TEXT", \
		.help = "why gates are passed over, for the record"        \
	}

#define OPTION_ACCEPT_DRIFT                                                               \
	{                                                                                 \
		.name = "accept-drift", .kind = OPTION_TEXT, .argument = "REASON",        \
		.help = "go on although the schemas differ, with a reason for the record" \
	}

/* Options of a command; those that it does not have keep their defaults. Borrowed from the context.
 */
StandingOptions command_standing_options(const CommandContext *context);

/* Opens an environment with what the command needs (StandingNeed, or-ed) and its own options;
 * events are shown. The caller frees it. */
Standing *command_open(CommandContext *context, unsigned needs, GError **error);

/* The gates to pass over into the options; *list owns them. ERR_USAGE when they come without a
 * reason. */
bool command_overrides(const CommandContext *context, AdmitOptions *options, char ***list,
		       GError **error);

/* ERR_USAGE when '--accept-drift' comes with an empty reason. */
bool command_accepts_drift(const CommandContext *context, GError **error);

/* The JSON document of a command that worked on one environment: its name and the commit are in it
 * already. */
json_t *command_json_new(const CommandContext *context, const Standing *standing);

/* Shows events on the terminal: progress, notices, a line for each migration. Data is the
 * CommandContext. */
Observer command_observer(CommandContext *context);

/* The last line of a deployment, or its JSON document. `verb` is "applied" or "undone". */
void command_print_result(const CommandContext *context, const Standing *standing,
			  const DeployResult *result, const char *verb);
