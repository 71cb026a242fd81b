/*
 * One script run against the database, with the row that records it.
 *
 * In a transaction: script, verify script and row are one transaction in one or two round trips.
 * Statement by statement: each leaves its mark in the journal, so that a second run goes on where
 * the first one stopped.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "deploy/context.h"
#include "deploy/script.h"

typedef enum { RUN_UP, RUN_DOWN, RUN_SEED } RunDirection; /* a seed leaves no row */

typedef struct {
	DeployContext *context;
	RunDirection direction;
	const Record *begin; /* the deployment's opening record */
	const char *commit;  /* that is deployed */
	guint number, total; /* for progress */
	bool in_outer; /* inside the deployment's own transaction: no BEGIN, no COMMIT of ours */
} RunOptions;

/*
 * Runs the script of a migration and its verify script (NULL: none). On failure nothing of a
 * transaction remains, and the error (ERR_FAILED or ERR_INTERRUPTED) shows file:line:column, the
 * SQL line, the server's words, and what state the database is in.
 */
bool deploy_run_script(const RunOptions *options, const ReadyScript *script,
		       const ReadyScript *verify, GError **error);

/* Runs a verify script (NULL: nothing) by itself: every column of every row that it returns must be
 * true. */
bool deploy_run_verify(const RunOptions *options, const ReadyScript *verify, GError **error);
