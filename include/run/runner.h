/*
 * The one runner of scripts: of deployments, of sample data, and of everything that is tried out on
 * scratch databases. What a run leaves in the ledger is its only difference.
 *
 * In a transaction: script, verify script and row are one transaction in one or two round trips.
 * Statement by statement: each leaves its mark in the journal, so that a second run goes on where
 * the first one stopped.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "model/event.h"
#include "model/record.h"
#include "pg/session.h"
#include "run/script.h"

typedef enum { RUN_UP, RUN_DOWN } RunDirection;

/* What a run leaves in the ledger. */
typedef enum {
	RUN_MARK_NONE, /* nothing: scratch databases, sample data */
	RUN_MARK_ROW,  /* the migration's row; a journal while it runs statement by statement */
} RunMark;

/* How long things may take, in milliseconds; 0 for no limit. A script's own directives come first.
 */
typedef struct {
	gint64 migration_timeout_ms;
	gint64 statement_timeout_ms;
	gint64 lock_timeout_ms;
} RunLimits;

/* A runner borrows all that it names. */
typedef struct {
	PgSession *session;
	RunLimits limits;
	RunDirection direction;
	RunMark mark;
	const Record *begin;      /* RUN_MARK_ROW: the deployment's opening record */
	const char *commit;       /* RUN_MARK_ROW: that is deployed */
	bool in_outer;            /* inside a transaction that the caller began, and ends */
	const Observer *observer; /* or NULL */
} Runner;

/* What a run that went well says of itself. */
typedef struct {
	char *undone_at; /* RUN_DOWN with a row: the server's clock, ISO 8601 in UTC; else NULL */
} RunOutcome;

/* Frees what it holds; it is all zero afterwards. */
void run_outcome_clear(RunOutcome *outcome);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(RunOutcome, run_outcome_clear)

/*
 * Runs a script and the verify script behind it (NULL: none), on a session that is as if it were
 * new. On failure nothing of a transaction remains, and the error (ERR_FAILED or ERR_INTERRUPTED)
 * shows file:line:column, the SQL line and the server's words. ERR_LOCKED: the script had freed the
 * deployers' lock, and another deployer took over. `outcome` must be zeroed; the caller clears it.
 */
bool runner_run(const Runner *runner, const ReadyScript *script, const ReadyScript *verify,
		RunOutcome *outcome, GError **error);

/*
 * Runs one statement of a script (from 0) as it is, COPY data included, and explains its failure.
 * For those who build from files and decide themselves what may fail.
 */
bool runner_statement(PgSession *session, const ReadyScript *script, guint index, GError **error);
