#include "run/runner.h"

#include "base/error.h"
#include "base/fault.h"
#include "internal.h"
#include "ledger/database.h"
#include "run/failure.h"
#include "run/leftovers.h"

void run_outcome_clear(RunOutcome *outcome)
{
	g_free(outcome->undone_at);
	*outcome = (RunOutcome){0};
}

/* ---- the session ---- */

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

	leftovers_batch(batch);
	pg_batch_add(batch,
		     "SELECT set_config('lock_timeout', $1, false),"
		     " set_config('statement_timeout', $2, false)",
		     G_N_ELEMENTS(values), values);
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

bool run_batch_execute(const Runner *runner, const PgBatch *batch, GError **error)
{
	guint failed;

	return pg_session_send_batch(runner->session, batch, error) &&
	       pg_session_finish_batch(runner->session, &failed, NULL, error);
}

/* ---- the row ---- */

void run_batch_row(PgBatch *batch, const Runner *runner, const ReadyScript *script,
		   gint64 duration_ms)
{
	const Migration *migration = script->migration;

	if (runner->mark == RUN_MARK_NONE)
		return;
	ledger_batch_guard(batch, runner->begin->sequence);
	if (runner->direction == RUN_DOWN) {
		ledger_batch_revert(batch, migration->id);
		return;
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

/* ---- verification ---- */

static bool is_true(const PgResult *rows, int row)
{
	for (int column = 0; column < pg_result_columns(rows); column++) {
		const char *text = pg_result_text(rows, row, column);
		if (!text || strcmp(text, "t") != 0)
			return false;
	}
	return true;
}

static bool verify_statement(const Runner *runner, const ReadyScript *verify, guint index,
			     GError **error)
{
	const SqlStatement *statement = ready_script_statement(verify, index);
	g_autofree char *sql = sql_statement_text(verify->statements, statement);
	g_autoptr(PgResult) rows = pg_session_query(runner->session, sql, 0, NULL, error);

	if (!rows)
		return run_explain_failure(runner->session, verify, index + 1, error);
	for (int row = 0; row < pg_result_rows(rows); row++) {
		if (is_true(rows, row))
			continue;
		error_set(error, ERR_FAILED, "verification failed: row %d is not true", row + 1);
		error_place(error, verify->source.file, statement->line, statement->column);
		return error_detail(error, "%s", sql);
	}
	return true;
}

bool run_verify(const Runner *runner, const ReadyScript *verify, GError **error)
{
	for (guint i = 0; verify && i < ready_script_length(verify); i++)
		if (!verify_statement(runner, verify, i, error))
			return false;
	return true;
}

/* ---- statement by statement ---- */

static bool finish_journal(const Runner *runner, const ReadyScript *script, gint64 duration_ms,
			   RunOutcome *outcome, GError **error)
{
	const guint guard = 1, row = 2;
	g_autoptr(PgBatch) batch = pg_batch_new();
	g_autoptr(GPtrArray) results = NULL;
	guint failed;

	if (runner->mark == RUN_MARK_NONE)
		return true;
	pg_batch_add(batch, "BEGIN READ WRITE", 0, NULL);
	run_batch_row(batch, runner, script, duration_ms);
	ledger_batch_clear_journal(batch, script->migration->id,
				   runner->direction == RUN_UP ? "up" : "down");
	pg_batch_add(batch, "COMMIT", 0, NULL);
	if (!pg_session_send_batch(runner->session, batch, error) ||
	    !pg_session_finish_batch(runner->session, &failed, &results, error))
		return run_explain_guard(runner->session, failed, guard, error);
	if (runner->direction == RUN_DOWN)
		outcome->undone_at = ledger_reverted_at(g_ptr_array_index(results, row));
	return true;
}

static bool run_statements(const Runner *runner, const ReadyScript *script,
			   const ReadyScript *verify, RunOutcome *outcome, GError **error)
{
	const gint64 start = g_get_monotonic_time();
	g_autoptr(PgBatch) prepare = pg_batch_new();

	pg_batch_add(prepare, "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE", 0, NULL);
	run_batch_prepare(prepare, runner, script);
	pg_batch_add(prepare, "COMMIT", 0, NULL);
	if (!run_batch_execute(runner, prepare, error) || !run_journal(runner, script, error) ||
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
	return ok;
}

bool runner_statement(PgSession *session, const ReadyScript *script, guint index, GError **error)
{
	const SqlStatement *statement = ready_script_statement(script, index);
	g_autofree char *sql = sql_statement_text(script->statements, statement);
	const bool ok =
		statement->is_copy_from_stdin
			? pg_session_copy_in(session, sql,
					     script->statements->text + statement->data_start,
					     statement->data_length, error)
			: pg_session_execute(session, sql, error);

	return ok || run_explain_failure(session, script, index + 1, error);
}
