/*
 * What the files of part run share.
 */
#pragma once

#include "run/runner.h"

/* Adds the script's limits. */
void run_batch_prepare(PgBatch *batch, const Runner *runner, const ReadyScript *script);

/* Adds the row of the migration: written or deleted; and in front of it the question whether the
 * deployers' lock is still ours. Returns the index of that question in the batch; G_MAXUINT, and
 * nothing is added, with RUN_MARK_NONE. */
guint run_batch_row(PgBatch *batch, const Runner *runner, const ReadyScript *script,
		    gint64 duration_ms);

/* What the answers (PgResult*) to a batch with that question say of the run. */
void run_take_outcome(const Runner *runner, const GPtrArray *results, guint guard,
		      RunOutcome *outcome);

/* Explains the failure of a batch in which statement `guard` (counted from 0; G_MAXUINT: none) asks
 * for the lock. Always returns false. */
bool run_explain_guard(const PgSession *session, guint failed, guint guard, GError **error);

/* Runs a verify script (NULL: nothing): every column of every row that it returns must be true. */
bool run_verify(const Runner *runner, const ReadyScript *verify, GError **error);

/* Script, verify script and row in one transaction. */
bool run_transaction(const Runner *runner, const ReadyScript *script, const ReadyScript *verify,
		     RunOutcome *outcome, GError **error);

/*
 * Runs what the journal does not show as finished. An ordinary statement and its mark are one
 * transaction, so it is never in doubt. One that the server refuses in a transaction may have
 * worked although its mark is missing: then the catalog is asked where it can tell (indexes). An
 * index that was left INVALID is dropped and built again when this script made it; one that
 * somebody else left is named with the remedy. A finished statement that was edited since is
 * refused; one that only set up the session is done again, because the session is another one.
 */
bool run_journal(const Runner *runner, const ReadyScript *script, GError **error);
