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

typedef struct {
	guint planned;
	guint done;
	gint64 duration_ms;
	gint64 sequence; /* of the finish record; 0 when nothing was to be done */
	char *failed;    /* the migration that failed, or NULL */
} DeployResult;

void deploy_result_clear(DeployResult *result);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(DeployResult, deploy_result_clear)

/*
 * Applies what is pending, up to migration `to` when given. The context must be new. ERR_REFUSED:
 * an edited migration, ledgers that do not agree; ERR_FAILED: a migration failed, and the error
 * says what state the database is in. `result` is filled on both ways out.
 */
bool deploy_up(DeployContext *context, const char *to, DeployResult *result, GError **error);

/* Undoes the last `steps` migrations, or all after `to`, with the scripts as they were applied. */
bool deploy_down(DeployContext *context, guint steps, const char *to, DeployResult *result,
		 GError **error);

/*
 * What `down` would undo, newest first, with the migration as it was applied: const Applied* in the
 * result, all scripts checked to exist. For dry runs.
 */
GPtrArray *deploy_down_plan(DeployContext *context, guint steps, const char *to, GError **error);

/*
 * What `up` checks before it begins, on a context whose status was read: edits refused, scripts
 * that stopped half-way, the cut at `to`, and every script judged. For dry runs.
 */
bool deploy_check_plan(DeployContext *context, const char *to, GError **error);
