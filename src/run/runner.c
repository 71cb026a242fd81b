#include "run/runner.h"

#include "base/error.h"
#include "base/fault.h"
#include "internal.h"
#include "ledger/database.h"
#include "run/leftovers.h"

void run_outcome_clear(RunOutcome *outcome)
{
	g_free(outcome->undone_at);
	*outcome = (RunOutcome){0};
}

static void set_deadline(const Runner *runner, const Migration *migration)
{
	const Directives *directives = migration->directives;
	const gint64 timeout_ms = directives && directives->timeout_ms > 0
					  ? directives->timeout_ms
					  : runner->limits.migration_timeout_ms;

	pg_session_set_deadline(runner->session,
				timeout_ms ? g_get_monotonic_time() + timeout_ms * 1000 : 0);
}

/* ---- statement by statement ---- */

static bool finish_journal(const Runner *runner, const ReadyScript *script, gint64 duration_ms,
			   RunOutcome *outcome, GError **error)
{
	g_autoptr(PgBatch) batch = pg_batch_new();
	g_autoptr(GPtrArray) results = NULL;
	guint failed, guard;

	if (runner->mark == RUN_MARK_NONE)
		return leftovers_undo(runner->session, false, error);
	pg_batch_add(batch, "BEGIN READ WRITE", 0, NULL);
	guard = run_batch_row(batch, runner, script, duration_ms);
	ledger_batch_clear_journal(batch, script->migration->id,
				   runner->direction == RUN_UP ? "up" : "down");
	pg_batch_add(batch, "COMMIT", 0, NULL);
	leftovers_batch(batch, false);
	if (!pg_session_run_batch(runner->session, batch, &failed, &results, error))
		return run_explain_guard(runner->session, failed, guard, error);
	run_take_outcome(runner, results, guard, outcome);
	return true;
}

static bool run_statements(const Runner *runner, const ReadyScript *script,
			   const ReadyScript *verify, RunOutcome *outcome, GError **error)
{
	const gint64 start = g_get_monotonic_time();
	g_autoptr(PgBatch) prepare = pg_batch_new();

	run_batch_prepare(prepare, runner, script);
	if (!pg_session_run_batch(runner->session, prepare, NULL, NULL, error) ||
	    !run_journal(runner, script, error) ||
	    !pg_session_execute(runner->session, "RESET SESSION AUTHORIZATION", error) ||
	    !run_verify(runner, verify, error) || !fault_point("migration", error))
		return false;
	return finish_journal(runner, script, (g_get_monotonic_time() - start) / 1000, outcome,
			      error);
}

/* ---- a script ---- */

bool runner_run(const Runner *runner, const ReadyScript *script, const ReadyScript *verify,
		RunOutcome *outcome, GError **error)
{
	bool ok;

	set_deadline(runner, script->migration);
	ok = script->transaction ? run_transaction(runner, script, verify, outcome, error)
				 : run_statements(runner, script, verify, outcome, error);
	pg_session_set_deadline(runner->session, 0);
	/* Whatever the server refused on the way: it is this script that did not come through. */
	if (!ok)
		error_change_code(error, ERR_SERVER, ERR_FAILED);
	return ok;
}
