#include "run/failure.h"

#include <string.h>

#include "base/error.h"

/* The line of the script's text on which a byte stands, without its end; for the caller to free. */
static char *line_at(const SqlScript *script, size_t offset, size_t *start)
{
	const char *text = script->text;
	size_t end = offset;

	*start = offset;
	while (*start > 0 && text[*start - 1] != '\n')
		(*start)--;
	while (end < script->length && text[end] != '\n' && text[end] != '\r')
		end++;
	return g_strndup(text + *start, end - *start);
}

/* The byte of the script at which the server's position (characters from 1) of a statement stands.
 */
static size_t offset_of(const SqlScript *script, const SqlStatement *statement, unsigned position)
{
	const char *at = script->text + statement->start;
	const char *end = at + statement->length;

	for (unsigned i = 1; i < position && at < end; i++)
		at += g_utf8_skip[(guchar)*at];
	return (size_t)(at - script->text);
}

/* The SQL line, and below it a mark under the character that the server means. */
static void show_line(const SqlScript *script, const SqlStatement *statement, unsigned position,
		      GError **error)
{
	const glong longest = 160;
	size_t start;
	const size_t offset = offset_of(script, statement, position ? position : 1);
	g_autofree char *line = line_at(script, offset, &start);
	g_autofree char *plain = g_strdelimit(g_strdup(line), "\t", ' ');
	const glong column = g_utf8_strlen(script->text + start, (gssize)(offset - start));

	if (g_utf8_strlen(plain, -1) > longest)
		return;
	error_detail(error, "  %s", plain);
	if (position)
		error_detail(error, "  %*s^", (int)column, "");
}

bool run_explain_failure(PgSession *session, const ReadyScript *script, guint statement,
			 GError **error)
{
	const PgFailure *failure = pg_session_failure(session);
	const SqlStatement *found;
	unsigned line, column;

	if (statement == 0) {
		g_prefix_error(error, "recording it: ");
		return false;
	}
	error_change_code(error, ERR_SERVER, ERR_FAILED);
	found = &g_array_index(script->statements->statements, SqlStatement, statement - 1);
	sql_statement_place(script->statements, found, failure->position, &line, &column);
	error_place(error, script->source.file, line, column);
	show_line(script->statements, found, failure->position, error);
	if (failure->internal_query && *failure->internal_query)
		error_detail(error, "in: %s", failure->internal_query);
	if (failure->context && *failure->context)
		error_detail(error, "%s", failure->context);
	if (failure->sqlstate && *failure->sqlstate)
		error_detail(error, "SQLSTATE %s", failure->sqlstate);
	return false;
}

void run_roll_back(PgSession *session)
{
	pg_session_set_interruptible(session, false);
	if (pg_session_is_alive(session))
		pg_session_execute(session, "ROLLBACK", NULL);
}
