#include <poll.h>

#include "base/error.h"
#include "internal.h"

/* ---- single queries ---- */

bool pg_is_good(const PGresult *rows)
{
	const ExecStatusType status = PQresultStatus(rows);

	return status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK ||
	       status == PGRES_EMPTY_QUERY || status == PGRES_COPY_IN || status == PGRES_COPY_OUT;
}

/* Rows of a COPY ... TO stdout have no taker here: they are read to their end and dropped. False:
 * gone. */
static bool drain_copy(PgSession *session)
{
	char *row = NULL;
	const int async = 1;
	int length;

	while ((length = PQgetCopyData(session->connection, &row, async)) >= 0) {
		PQfreemem(row);
		if (length == 0 &&
		    (!pg_wait(session, POLLIN) || !PQconsumeInput(session->connection)))
			return false;
	}
	return true;
}

/* Reads a query's results to their end and returns the last good one; the first bad one is the
 * error. A COPY FROM stdin that began is returned at once. */
static PGresult *collect(PgSession *session, GError **error)
{
	PGresult *kept = NULL, *bad = NULL, *rows;

	while ((rows = pg_next_result(session))) {
		if (bad) {
			PQclear(rows);
		} else if (!pg_is_good(rows)) {
			bad = rows;
		} else {
			PQclear(kept);
			kept = rows;
		}
		if (!bad && PQresultStatus(kept) == PGRES_COPY_IN)
			return kept;
		if (!bad && PQresultStatus(kept) == PGRES_COPY_OUT && !drain_copy(session))
			break;
	}
	if (!bad && kept && pg_session_is_alive(session) && !PQisBusy(session->connection))
		return kept;
	PQclear(kept);
	pg_fail(session, bad, error);
	return NULL;
}

PgResult *pg_result_wrap(PGresult *rows)
{
	PgResult *result;

	if (!rows)
		return NULL;
	result = g_new0(PgResult, 1);
	result->rows = rows;
	return result;
}

static PgResult *finish_query(PgSession *session, int sent, GError **error)
{
	if (!sent || !pg_flush(session)) {
		pg_fail(session, NULL, error);
		return NULL;
	}
	return pg_result_wrap(collect(session, error));
}

PgResult *pg_session_query(PgSession *session, const char *sql, int count,
			   const char *const *values, GError **error)
{
	pg_begin_call(session);
	return finish_query(
		session,
		PQsendQueryParams(session->connection, sql, count, NULL, values, NULL, NULL, 0),
		error);
}

PgResult *pg_session_query_bytes(PgSession *session, const char *sql, int count,
				 const char *const *values, int index, const void *bytes,
				 size_t length, GError **error)
{
	g_autofree const char **all = g_new0(const char *, (gsize)count);
	g_autofree int *lengths = g_new0(int, (gsize)count);
	g_autofree int *formats = g_new0(int, (gsize)count);
	const int binary = 1;

	for (int i = 0; i < count; i++)
		all[i] = values[i];
	all[index] = bytes;
	lengths[index] = (int)length;
	formats[index] = binary;
	pg_begin_call(session);
	return finish_query(
		session,
		PQsendQueryParams(session->connection, sql, count, NULL, all, lengths, formats, 0),
		error);
}

/* Ends a COPY FROM stdin: with an error for the server unless all was sent. False: gone. */
static bool end_copy(PgSession *session, const char *trouble)
{
	int state;

	while ((state = PQputCopyEnd(session->connection, trouble)) == 0)
		if (!pg_wait(session, POLLIN | POLLOUT))
			return false;
	return state > 0 && pg_flush(session);
}

/* The server's word after a COPY FROM stdin was ended. */
static bool finish_copy(PgSession *session, GError **error)
{
	PGresult *rows = collect(session, error);

	PQclear(rows);
	return rows;
}

bool pg_session_execute(PgSession *session, const char *sql, GError **error)
{
	g_autoptr(PgResult) done = NULL;

	pg_begin_call(session);
	done = finish_query(session, PQsendQuery(session->connection, sql), error);
	if (!done || PQresultStatus(done->rows) != PGRES_COPY_IN)
		return done;
	/* Nobody has rows for it: a session that stays inside a COPY hears nothing else. */
	if (!end_copy(session, "there are no rows for this COPY"))
		return pg_fail(session, NULL, error);
	return finish_copy(session, error);
}

/* ---- COPY ---- */

static bool put_copy_data(PgSession *session, const char *data, size_t length)
{
	const size_t chunk = 1 << 16;

	while (length > 0) {
		const size_t part = MIN(length, chunk);
		const int state = PQputCopyData(session->connection, data, (int)part);

		if (state < 0 || (state == 0 && !pg_wait(session, POLLIN | POLLOUT)))
			return false;
		if (state > 0) {
			data += part;
			length -= part;
			if (!pg_flush(session))
				return false;
		}
		if (session->cancel_sent)
			return false;
	}
	return true;
}

bool pg_session_copy_in(PgSession *session, const char *sql, const char *data, size_t length,
			GError **error)
{
	g_autoptr(PgResult) started = NULL;
	bool sent;

	pg_begin_call(session);
	started = finish_query(session, PQsendQuery(session->connection, sql), error);
	if (!started)
		return false;
	if (PQresultStatus(started->rows) != PGRES_COPY_IN)
		return error_set(error, ERR_SERVER,
				 "the server did not begin a COPY from the client");
	sent = put_copy_data(session, data, length);
	if (!end_copy(session, sent ? NULL : "interrupted"))
		return pg_fail(session, NULL, error);
	return finish_copy(session, error);
}
