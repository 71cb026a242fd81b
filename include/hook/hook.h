/*
 * What runs when git calls a hook: `git migrate hook NAME ARGUMENT...`.
 *
 * Each hook is a function in a table. A hook that was there before ours runs first, with the same
 * arguments and input. What people should read is collected in `out` and printed by the caller.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "git/repo.h"
#include "model/event.h"

typedef struct {
	GitRepo *repo;
	char *const *arguments; /* as git gave them */
	char **lines;           /* of standard input, for the hooks that have one; else empty */
	Observer observer;
	GString *out;
} HookContext;

typedef struct {
	const char *name;
	const char *text; /* the file that is installed */
	bool has_input;   /* git writes to its standard input */
	bool on_server;   /* belongs to a repository that is pushed to */
	bool may_refuse;  /* git looks at its exit status before it goes on */
	/* False with *error for what could not be found out; *refused when git must not go on. */
	bool (*run)(HookContext *context, bool *refused, GError **error);
} Hook;

/* All hooks that we know; ends with a NULL name. */
extern const Hook hook_table[];

/* NULL when there is none of this name. */
const Hook *hook_find(const char *name);

/*
 * Runs what was there before, then ours. *status is what the hook must exit with: not 0 only where
 * git goes on by it, or where what was there before said so. What ours has to say is in
 * context->out, an error that stopped it included.
 */
bool hook_run(HookContext *context, const Hook *hook, int *status, GError **error);

/* ---- shared by the hooks ---- */

/* One line "OLD NEW REF" (receive) or "LOCAL-REF LOCAL-ID REMOTE-REF REMOTE-ID" (pre-push) as
 * words; g_strfreev. */
char **hook_words(const char *line, guint count);

/* Whether an id is all zeros: there is no such object. */
bool hook_is_zero(const char *oid);

/* The name of a branch's ref, or NULL for another ref; inside the text. */
const char *hook_branch_of(const char *ref);

/* Writes findings, grouped by file, below a headline; returns whether there were any. */
bool hook_tell_findings(HookContext *context, const GPtrArray *findings, const char *headline);

/* Writes a headline and below it the error, with its place, detail and hint. */
void hook_tell_error(HookContext *context, const GError *why, const char *format, ...)
	G_GNUC_PRINTF(3, 4);

/* The environments of migrate.autoDeploy, the setting by which this clone deploys; g_strfreev.
 * ERR_CONFIG when it comes from a file inside the work tree. */
char **hook_deployed_environments(GitRepo *repo, GError **error);

/* Deploys a ref to an environment, and says loudly how it went; false when it failed. `what` is
 * what git has done already. */
bool hook_deploy(HookContext *context, const char *environment, const char *at, const char *what);

/* Says what a commit means for the developer's own database, or follows it when the clone is set
 * to. */
void hook_follow(HookContext *context, const char *commit);

/* The hooks. */
bool hook_pre_commit_run(HookContext *context, bool *refused, GError **error);

/* Lines LOCAL-REF LOCAL-ID REMOTE-REF REMOTE-ID: what is pushed against what is applied. */
bool hook_pre_push_run(HookContext *context, bool *refused, GError **error);

/* Argument FLAG: deploys what the merged branch feeds. */
bool hook_post_merge_run(HookContext *context, bool *refused, GError **error);

/* Arguments OLD NEW FLAG: the developer's own database follows a moved HEAD. */
bool hook_post_checkout_run(HookContext *context, bool *refused, GError **error);

/* As after a checkout: HEAD is another commit. */
bool hook_post_rewrite_run(HookContext *context, bool *refused, GError **error);

/* Lines OLD NEW REF: a push judged before any ref moves. */
bool hook_pre_receive_run(HookContext *context, bool *refused, GError **error);

/* Lines OLD NEW REF: deploys what was pushed. */
bool hook_post_receive_run(HookContext *context, bool *refused, GError **error);
