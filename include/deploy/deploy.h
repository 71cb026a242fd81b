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

#include "admit/admit.h"
#include "standing/standing.h"

typedef struct {
	guint planned;
	guint done;
	gint64 duration_ms;
	gint64 sequence; /* of the finish record; 0 when nothing was to be done */
	char *failed;    /* the migration that failed, or NULL */
} DeployResult;

/* Frees what it holds; it is all zero afterwards. */
void deploy_result_clear(DeployResult *result);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(DeployResult, deploy_result_clear)

/* The last line of a deployment, for people: "staging: 2 migrations applied in 31 ms at 1234567,
 * record 4, signed". `verb` is "applied" or "undone". The caller frees it. */
char *deploy_result_describe(const Standing *standing, const DeployResult *result,
			     const char *verb);

/*
 * Applies what is pending, up to migration `to` when given. NULL with ERR_REFUSED: an edited
 * migration, ledgers that do not agree, a closed gate; with ERR_FAILED: a migration failed, and the
 * error says what state the database is in. `result` is filled on both ways out. The standing that
 * was deployed is the caller's to free.
 */
Standing *deploy_up(GitRepo *repo, const StandingOptions *options, const AdmitOptions *admit,
		    const Observer *observer, const char *to, DeployResult *result, GError **error);

/* Undoes the last `steps` migrations, or all after `to`, with the scripts as they were applied;
 * else as deploy_up(). */
Standing *deploy_down(GitRepo *repo, const StandingOptions *options, const Observer *observer,
		      guint steps, const char *to, DeployResult *result, GError **error);

/* ---- the halves that a switch is made of: the lock is held, the ledgers are settled ---- */

/* Passes the gates and applies these migrations (const Migration*) in their order. */
bool deploy_apply(Standing *standing, const GPtrArray *order, const AdmitOptions *admit,
		  DeployResult *result, GError **error);

typedef struct DeployUndo DeployUndo;

/*
 * The down scripts of these rows (const Applied*), as they were applied, found and judged; NULL
 * with an error when one is not there or cannot run. With `reasons` (char*, else NULL) every row is
 * looked at, and what stands in the way of each is added there instead of an error. The caller
 * frees it.
 */
DeployUndo *deploy_undo_read(const Standing *standing, const GPtrArray *rows, GPtrArray *reasons,
			     GError **error);

/* Frees it; NULL is fine. */
void deploy_undo_free(DeployUndo *undo);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DeployUndo, deploy_undo_free)

/* Undoes them in the order of their rows; none: nothing is done and recorded. */
bool deploy_undo_run(Standing *standing, const DeployUndo *undo, DeployResult *result,
		     GError **error);

/* ---- dry runs ---- */

/*
 * What `down` would undo, newest first, with the migration as it was applied: const Applied* in the
 * result, which is the caller's; all scripts are checked to exist. The standing has its rows.
 */
GPtrArray *deploy_down_plan(const Standing *standing, guint steps, const char *to, GError **error);

/*
 * What `up` checks before it begins, on a standing with its order: objects that nobody recorded,
 * rows that the records contradict, edits refused, scripts that stopped half-way, every script
 * judged, and the gates asked (a closed one is no error). `order` (const Migration*) is what would
 * run. The caller frees the verdicts.
 */
Verdicts *deploy_check(Standing *standing, const GPtrArray *order, const AdmitOptions *admit,
		       GError **error);
