#include "deploy/run.h"

#include <string.h>

#include "base/error.h"
#include "base/fault.h"
#include "deploy/failure.h"
#include "deploy/journal.h"

/* ---- settings ---- */

static gint64 lock_timeout_of(const DeployContext *context, const Migration *migration)
{
	const Directives *directives = migration->directives;

	if (directives && directives->lock_timeout_ms >= 0)
		return directives->lock_timeout_ms;
	return context->environment->lock_timeout_ms;
}

/*
 * What an earlier script set (search_path, role, timeouts) must not reach the next one. RESET ALL
 * leaves the role, which RESET SESSION AUTHORIZATION takes back too (PostgreSQL manual, SET SESSION
 * AUTHORIZATION).
 */
static void add_settings(PgBatch *batch, const DeployContext *context, const Migration *migration)
{
	g_autofree char *lock =
		g_strdup_printf("%" G_GINT64_FORMAT, lock_timeout_of(context, migration));
	g_autofree char *statement =
		g_strdup_printf("%" G_GINT64_FORMAT, context->environment->statement_timeout_ms);
	const char *values[] = {lock, statement};

	pg_batch_add(batch, "RESET SESSION AUTHORIZATION", 0, NULL);
	pg_batch_add(batch, "RESET ALL", 0, NULL);
	pg_batch_add(batch,
		     "SELECT set_config('lock_timeout', $1, false), "
		     "set_config('statement_timeout', $2, false),"
		     " set_config('client_min_messages', 'notice', false)",
		     2, values);
}

static gint64 timeout_of(const DeployContext *context, const Migration *migration)
{
	const Directives *directives = migration->directives;

	if (directives && directives->timeout_ms > 0)
		return directives->timeout_ms;
	return context->environment->migration_timeout_ms;
}

static void set_deadline(const DeployContext *context, const Migration *migration)
{
	const gint64 timeout_ms = timeout_of(context, migration);

	pg_session_set_deadline(context->session,
				timeout_ms ? g_get_monotonic_time() + timeout_ms * 1000 : 0);
}

/* ---- the row ---- */

static void add_row(PgBatch *batch, const RunOptions *options, const ReadyScript *script,
		    gint64 duration_ms)
{
	const Migration *migration = script->migration;

	if (options->direction == RUN_SEED)
		return;
	const LedgerApply apply = {
		.id = migration->id,
		.blob = migration->up.blob,
		.content = script->content,
		.path = migration->up.path,
		.commit = options->commit,
		.record = options->begin->sequence,
		.duration_ms = duration_ms,
	};

	if (options->direction == RUN_UP)
		ledger_batch_apply(batch, &apply);
	else
		ledger_batch_revert(batch, migration->id);
}

/* ---- in a transaction ---- */

typedef struct {
	const RunOptions *options;
	const ReadyScript *script;
	PgBatch *batch;
	GArray *origin; /* per statement of the batch: 1 + index in the script, or 0 for one of ours
			 */
} Transaction;

static void add_own(Transaction *work, const char *sql)
{
	pg_batch_add(work->batch, sql, 0, NULL);
}

/* What was added to the batch since is ours, not the script's. */
static void mark_own(Transaction *work)
{
	const guint ours = 0;

	while (work->origin->len < pg_batch_length(work->batch))
		g_array_append_val(work->origin, ours);
}

static void start_batch(Transaction *work)
{
	g_clear_pointer(&work->batch, pg_batch_free);
	work->batch = pg_batch_new();
	g_array_set_size(work->origin, 0);
}

static bool flush(Transaction *work, GError **error)
{
	PgSession *session = work->options->context->session;
	guint failed = 0, origin;

	mark_own(work);
	if (pg_batch_length(work->batch) == 0)
		return true;
	if (!pg_session_send_batch(session, work->batch, error) ||
	    !pg_session_finish_batch(session, &failed, NULL, error)) {
		origin =
			failed < work->origin->len ? g_array_index(work->origin, guint, failed) : 0;
		return deploy_explain_failure(session, work->script, origin, error);
	}
	start_batch(work);
	return true;
}

/* A COPY block cannot travel in a batch: what is before it is sent first. */
static bool run_copy(Transaction *work, guint index, GError **error)
{
	const SqlScript *statements = work->script->statements;
	const SqlStatement *copy = &g_array_index(statements->statements, SqlStatement, index);
	g_autofree char *sql = sql_statement_text(statements, copy);
	PgSession *session = work->options->context->session;

	if (!flush(work, error))
		return false;
	if (pg_session_copy_in(session, sql, statements->text + copy->data_start, copy->data_length,
			       error))
		return true;
	return deploy_explain_failure(session, work->script, index + 1, error);
}

static bool add_statements(Transaction *work, GError **error)
{
	const SqlScript *statements = work->script->statements;

	for (guint i = 0; i < statements->statements->len; i++) {
		const SqlStatement *statement =
			&g_array_index(statements->statements, SqlStatement, i);
		const guint origin = i + 1;
		g_autofree char *sql = NULL;

		if (statement->is_copy_from_stdin) {
			if (!run_copy(work, i, error))
				return false;
			continue;
		}
		sql = sql_statement_text(statements, statement);
		mark_own(work);
		pg_batch_add(work->batch, sql, 0, NULL);
		g_array_append_val(work->origin, origin);
	}
	return true;
}

static bool is_true(const PgResult *rows, int row)
{
	for (int column = 0; column < pg_result_columns(rows); column++) {
		const char *text = pg_result_text(rows, row, column);
		if (!text || strcmp(text, "t") != 0)
			return false;
	}
	return true;
}

/* Runs one statement of a verify script inside the transaction: every column of every row must be
 * true. */
static bool verify_statement(const RunOptions *options, const ReadyScript *verify, guint index,
			     GError **error)
{
	const SqlStatement *statement =
		&g_array_index(verify->statements->statements, SqlStatement, index);
	g_autofree char *sql = sql_statement_text(verify->statements, statement);
	PgSession *session = options->context->session;
	g_autoptr(PgResult) rows = pg_session_query(session, sql, 0, NULL, error);

	if (!rows)
		return deploy_explain_failure(session, verify, index + 1, error);
	for (int row = 0; row < pg_result_rows(rows); row++) {
		if (is_true(rows, row))
			continue;
		error_set(error, ERR_FAILED, "verification failed: row %d is not true", row + 1);
		error_place(error, verify->source.file, statement->line, statement->column);
		return error_detail(error, "%s", sql);
	}
	return true;
}

bool deploy_run_verify(const RunOptions *options, const ReadyScript *verify, GError **error)
{
	for (guint i = 0; verify && i < verify->statements->statements->len; i++)
		if (!verify_statement(options, verify, i, error))
			return false;
	return true;
}

static bool run_inside(Transaction *work, const ReadyScript *verify, GError **error)
{
	const RunOptions *options = work->options;

	if (!options->in_outer)
		add_own(work, "BEGIN");
	add_settings(work->batch, options->context, work->script->migration);
	if (!add_statements(work, error))
		return false;
	if (verify && (!flush(work, error) || !deploy_run_verify(options, verify, error)))
		return false;
	if (!fault_point("migration", error))
		return false;
	/* The script may have changed role or search_path: the row is written as ourselves. */
	add_own(work, "RESET SESSION AUTHORIZATION");
	add_row(work->batch, options, work->script, -1);
	if (!options->in_outer)
		add_own(work, "COMMIT");
	return flush(work, error);
}

static bool run_transaction(const RunOptions *options, const ReadyScript *script,
			    const ReadyScript *verify, GError **error)
{
	g_autoptr(GArray) origin = g_array_new(FALSE, FALSE, sizeof(guint));
	Transaction work = {options, script, pg_batch_new(), origin};
	const bool ok = run_inside(&work, verify, error);

	pg_batch_free(work.batch);
	if (!ok && !options->in_outer) {
		pg_session_set_deadline(options->context->session, 0);
		deploy_roll_back(options->context->session);
	}
	return ok;
}

/* ---- statement by statement ---- */

static bool finish_journal(const RunOptions *options, const ReadyScript *script, gint64 duration_ms,
			   GError **error)
{
	const char *direction = options->direction == RUN_UP ? "up" : "down";
	g_autoptr(PgBatch) batch = pg_batch_new();
	guint failed;

	pg_batch_add(batch, "BEGIN", 0, NULL);
	add_row(batch, options, script, duration_ms);
	ledger_batch_clear_journal(batch, script->migration->id, direction);
	pg_batch_add(batch, "COMMIT", 0, NULL);
	return pg_session_send_batch(options->context->session, batch, error) &&
	       pg_session_finish_batch(options->context->session, &failed, NULL, error);
}

static bool apply_settings(const RunOptions *options, const ReadyScript *script, GError **error)
{
	g_autoptr(PgBatch) batch = pg_batch_new();
	guint failed;

	add_settings(batch, options->context, script->migration);
	return pg_session_send_batch(options->context->session, batch, error) &&
	       pg_session_finish_batch(options->context->session, &failed, NULL, error);
}

static bool run_statements(const RunOptions *options, const ReadyScript *script,
			   const ReadyScript *verify, GError **error)
{
	const gint64 start = g_get_monotonic_time();

	if (!apply_settings(options, script, error) || !deploy_run_journal(options, script, error))
		return false;
	if (!pg_session_execute(options->context->session, "RESET SESSION AUTHORIZATION", error) ||
	    !deploy_run_verify(options, verify, error) || !fault_point("migration", error))
		return false;
	return finish_journal(options, script, (g_get_monotonic_time() - start) / 1000, error);
}

bool deploy_run_script(const RunOptions *options, const ReadyScript *script,
		       const ReadyScript *verify, GError **error)
{
	bool ok;

	set_deadline(options->context, script->migration);
	ok = script->transaction ? run_transaction(options, script, verify, error)
				 : run_statements(options, script, verify, error);
	pg_session_set_deadline(options->context->session, 0);
	return ok;
}
