/*
 * Deployments: `up` and `down`, from the lock to the published outcome.
 *
 * Order of work: lock, fetch, compare ledgers, plan, gates, sign begin, run, sign finish, note and
 * state, push. Each step leaves the database and both ledgers such that the next command of any
 * clone finds out the truth.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "deploy/context.h"
#include "run/script.h"

typedef struct {
	guint planned;
	guint done;
	gint64 duration_ms;
	gint64 sequence; /* of the finish record; 0 when nothing was to be done */
	char *failed;    /* the migration that failed, or NULL */
} DeployResult;

void deploy_result_clear(DeployResult *result);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(DeployResult, deploy_result_clear)

/* The last line of a deployment, for people: "staging: 2 migrations applied in 31 ms at 1234567,
 * record 4, signed". `verb` is "applied" or "undone". The caller frees it. */
char *deploy_result_describe(const DeployContext *context, const DeployResult *result,
			     const char *verb);

/*
 * Applies what is pending, up to migration `to` when given. The context must be new. ERR_REFUSED:
 * an edited migration, ledgers that do not agree; ERR_FAILED: a migration failed, and the error
 * says what state the database is in. `result` is filled on both ways out.
 */
bool deploy_up(DeployContext *context, const char *to, DeployResult *result, GError **error);

/* Undoes the last `steps` migrations, or all after `to`, with the scripts as they were applied. */
bool deploy_down(DeployContext *context, guint steps, const char *to, DeployResult *result,
		 GError **error);

/* The halves that a switch is made of: the lock is held, the ledgers are settled. */

/* Passes the gates and applies the plan, which is in order. */
bool deploy_apply(DeployContext *context, DeployResult *result, GError **error);
/* Whether each of these rows (const Applied*) can be undone: the script as it was applied exists
 * and can run. */
bool deploy_undo_check(DeployContext *context, const GPtrArray *rows, GError **error);
/* Undoes them in this order. */
bool deploy_undo(DeployContext *context, const GPtrArray *rows, DeployResult *result,
		 GError **error);
/* ERR_REFUSED when a script that stopped half-way is not part of the plan: it must be finished
 * first. */
bool deploy_check_partial(const DeployContext *context, GError **error);

/*
 * What `down` would undo, newest first, with the migration as it was applied: const Applied* in the
 * result, all scripts checked to exist. For dry runs.
 */
GPtrArray *deploy_down_plan(DeployContext *context, guint steps, const char *to, GError **error);

/*
 * What is pending, made ready to run (ReadyMigration*, owned by the array), in order. Every script
 * is judged before the first one runs, so that a bad one stops the deployment while nothing has
 * happened. The plan must be in order.
 */
GPtrArray *deploy_ready(DeployContext *context, GError **error);

/*
 * What `up` checks before it begins, on a context whose status was read: edits refused, scripts
 * that stopped half-way, the cut at `to`, every script judged, and the gates asked (their answers
 * are in context->gates; a closed one is no error). For dry runs.
 */
bool deploy_check_plan(DeployContext *context, const char *to, GError **error);
