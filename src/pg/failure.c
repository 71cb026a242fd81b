#include "base/error.h"
#include "internal.h"

const char *pg_field(const PGresult *rows, int code)
{
	const char *text = rows ? PQresultErrorField(rows, code) : NULL;

	return text ? text : "";
}

void pg_failure_clear(PgSession *session)
{
	PQclear(session->failed);
	session->failed = NULL;
	session->failure = (PgFailure){.sqlstate = "",
				       .message = "",
				       .detail = "",
				       .hint = "",
				       .context = "",
				       .internal_query = ""};
}

static ErrorCode code_of(const PgFailure *failure)
{
	if (failure->connection_lost)
		return ERR_CONNECTION;
	return failure->cancelled_by_user ? ERR_INTERRUPTED : ERR_SERVER;
}

static char *message_of(const PgSession *session)
{
	const PgFailure *failure = &session->failure;

	if (failure->cancelled_by_user)
		return g_strdup("interrupted");
	if (failure->deadline_passed)
		return g_strdup("timed out: it took longer than it was allowed to");
	if (failure->connection_lost && !*failure->message)
		return g_strdup("the connection to the server was lost");
	return g_strdup(failure->message);
}

/* Sets the error from what the server said in `rows` (taken), or from the connection when that is
 * NULL. Returns false. */
bool pg_fail(PgSession *session, PGresult *rows, GError **error)
{
	const bool was_cancelled = session->cancel_sent;
	PgFailure *failure = &session->failure;
	g_autofree char *message = NULL;
	const char *position;

	pg_failure_clear(session);
	session->failed = rows;
	failure->sqlstate = pg_field(rows, PG_DIAG_SQLSTATE);
	failure->message = pg_field(rows, PG_DIAG_MESSAGE_PRIMARY);
	failure->detail = pg_field(rows, PG_DIAG_MESSAGE_DETAIL);
	failure->hint = pg_field(rows, PG_DIAG_MESSAGE_HINT);
	failure->context = pg_field(rows, PG_DIAG_CONTEXT);
	failure->internal_query = pg_field(rows, PG_DIAG_INTERNAL_QUERY);
	position = pg_field(rows, PG_DIAG_STATEMENT_POSITION);
	failure->position = (unsigned)g_ascii_strtoull(position, NULL, 10);
	failure->connection_lost = PQstatus(session->connection) == CONNECTION_BAD;
	failure->deadline_passed = was_cancelled && pg_deadline_passed(session);
	failure->cancelled_by_user = was_cancelled && !failure->deadline_passed;
	message = message_of(session);
	error_set(error, code_of(failure), "%s",
		  *message ? message : PQerrorMessage(session->connection));
	if (*failure->detail)
		error_detail(error, "%s", failure->detail);
	if (*failure->hint)
		error_hint(error, "%s", failure->hint);
	return false;
}

const PgFailure *pg_session_failure(const PgSession *session)
{
	return &session->failure;
}

void pg_begin_call(PgSession *session)
{
	session->cancel_sent = false;
	pg_failure_clear(session);
}
