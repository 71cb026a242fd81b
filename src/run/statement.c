/* Single statements: of a script, and of a verify script. */
#include <string.h>

#include "base/error.h"
#include "internal.h"
#include "run/failure.h"

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
