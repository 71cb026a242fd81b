/* What stands around a script: the session made ready in front of it, its mark in the ledger
 * behind. */
#include "base/error.h"
#include "internal.h"
#include "ledger/database.h"

/* ---- in front ---- */

static gint64 lock_timeout_of(const Runner *runner, const Migration *migration)
{
	const Directives *directives = migration->directives;

	if (directives && directives->lock_timeout_ms >= 0)
		return directives->lock_timeout_ms;
	return runner->limits.lock_timeout_ms;
}

void run_batch_prepare(PgBatch *batch, const Runner *runner, const ReadyScript *script)
{
	g_autofree char *lock =
		g_strdup_printf("%" G_GINT64_FORMAT, lock_timeout_of(runner, script->migration));
	g_autofree char *statement =
		g_strdup_printf("%" G_GINT64_FORMAT, runner->limits.statement_timeout_ms);
	const char *values[] = {lock, statement};

	pg_batch_add(batch,
		     "SELECT set_config('lock_timeout', $1, false),"
		     " set_config('statement_timeout', $2, false)",
		     G_N_ELEMENTS(values), values);
}

/* ---- behind ---- */

guint run_batch_row(PgBatch *batch, const Runner *runner, const ReadyScript *script,
		    gint64 duration_ms)
{
	const guint guard = pg_batch_length(batch);
	const Migration *migration = script->migration;

	if (runner->mark == RUN_MARK_NONE)
		return G_MAXUINT;
	ledger_batch_guard(batch, runner->begin->sequence);
	if (runner->direction == RUN_DOWN) {
		ledger_batch_revert(batch, migration->id);
		return guard;
	}
	const LedgerApply apply = {
		.id = migration->id,
		.blob = migration->up.blob,
		.content = script->content,
		.path = migration->up.path,
		.commit = runner->commit,
		.record = runner->begin->sequence,
		.duration_ms = duration_ms,
		.repeatable = migration->repeatable,
	};
	ledger_batch_apply(batch, &apply);
	return guard;
}

void run_take_outcome(const Runner *runner, const GPtrArray *results, guint guard,
		      RunOutcome *outcome)
{
	if (runner->mark == RUN_MARK_ROW && runner->direction == RUN_DOWN)
		outcome->undone_at = ledger_reverted_at(g_ptr_array_index(results, guard + 1));
}

bool run_explain_guard(const PgSession *session, guint failed, guint guard, GError **error)
{
	if (failed != guard || pg_session_failure(session)->connection_lost)
		return false;
	g_clear_error(error);
	error_set(error, ERR_LOCKED, "another deployer took over while this script ran");
	return error_hint(error, "the script frees the deployers' lock: remove DISCARD ALL and "
				 "pg_advisory_unlock_all() from it");
}
