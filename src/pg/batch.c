#include <poll.h>
#include <sys/socket.h>

#include "base/fault.h"
#include "internal.h"

typedef struct {
	char *sql;
	int count;
	char **values;
} BatchStatement;

struct PgBatch {
	GPtrArray *statements; /* BatchStatement* */
};

static void batch_statement_free(BatchStatement *statement)
{
	for (int i = 0; i < statement->count; i++)
		g_free(statement->values[i]);
	g_free(statement->values);
	g_free(statement->sql);
	g_free(statement);
}

PgBatch *pg_batch_new(void)
{
	PgBatch *batch = g_new0(PgBatch, 1);

	batch->statements = g_ptr_array_new_with_free_func((GDestroyNotify)batch_statement_free);
	return batch;
}

void pg_batch_add(PgBatch *batch, const char *sql, int count, const char *const *values)
{
	BatchStatement *statement = g_new0(BatchStatement, 1);

	statement->sql = g_strdup(sql);
	statement->count = count;
	statement->values = g_new0(char *, (gsize)count + 1);
	for (int i = 0; i < count; i++)
		statement->values[i] = g_strdup(values[i]);
	g_ptr_array_add(batch->statements, statement);
}

guint pg_batch_length(const PgBatch *batch)
{
	return batch->statements->len;
}

void pg_batch_free(PgBatch *batch)
{
	if (!batch)
		return;
	g_ptr_array_unref(batch->statements);
	g_free(batch);
}

bool pg_session_send_batch(PgSession *session, const PgBatch *batch, GError **error)
{
	pg_begin_call(session);
	session->batch_sent = batch->statements->len;
	if (!PQenterPipelineMode(session->connection))
		return pg_fail(session, NULL, error);
	for (guint i = 0; i < batch->statements->len; i++) {
		const BatchStatement *statement = g_ptr_array_index(batch->statements, i);
		if (!PQsendQueryParams(session->connection, statement->sql, statement->count, NULL,
				       (const char *const *)statement->values, NULL, NULL, 0) ||
		    PQflush(session->connection) < 0)
			return pg_fail(session, NULL, error);
	}
	/* What does not fit into the socket's buffer is sent while results are read: PQgetResult()
	 * flushes too. */
	if (!PQpipelineSync(session->connection) || PQflush(session->connection) < 0)
		return pg_fail(session, NULL, error);
	return true;
}

/* Waits for the next result while the rest of the batch may still have to be sent. */
static PGresult *next_pipelined(PgSession *session)
{
	while (PQisBusy(session->connection)) {
		const int unsent = PQflush(session->connection);

		if (unsent < 0 || !pg_wait(session, unsent ? POLLIN | POLLOUT : POLLIN) ||
		    !PQconsumeInput(session->connection))
			return NULL;
	}
	return PQgetResult(session->connection);
}

/* A COPY in a pipeline never ends: libpq gives its result again and again (libpq, "Pipeline Mode").
 * Whoever fills a batch keeps it out; should one get in, then the connection is given up, which
 * rolls back. */
static PGresult *give_up_copy(PgSession *session, PGresult *rows)
{
	const ExecStatusType status = PQresultStatus(rows);

	if (status != PGRES_COPY_IN && status != PGRES_COPY_OUT)
		return rows;
	shutdown(PQsocket(session->connection), SHUT_RDWR);
	while (PQconsumeInput(session->connection))
		;
	PQclear(rows);
	return NULL;
}

/* The result of one statement and the NULL that ends it. */
static PGresult *statement_result(PgSession *session)
{
	PGresult *rows = give_up_copy(session, next_pipelined(session)), *more;

	while (rows && (more = next_pipelined(session)))
		PQclear(more);
	return rows;
}

/* Reads all answers; returns the first bad result (or NULL) and its index. */
static PGresult *read_answers(PgSession *session, guint *failed, GPtrArray *kept, bool *complete)
{
	PGresult *bad = NULL;

	*complete = false;
	for (guint i = 0; i < session->batch_sent; i++) {
		PGresult *rows = statement_result(session);

		if (!rows || PQstatus(session->connection) == CONNECTION_BAD) {
			if (!bad) {
				*failed = i;
				bad = rows;
			} else {
				PQclear(rows);
			}
			return bad;
		}
		if (!bad && !pg_is_good(rows)) {
			*failed = i;
			bad = rows;
		} else if (!bad && kept) {
			g_ptr_array_add(kept, pg_result_wrap(rows));
		} else {
			PQclear(rows);
		}
	}
	PGresult *sync = next_pipelined(session);
	*complete = sync && PQresultStatus(sync) == PGRES_PIPELINE_SYNC;
	PQclear(sync);
	return bad;
}

/* For tests: the server has done all and answered, and the answer never arrives. */
static void lose_answer(PgSession *session)
{
	const int fd = PQsocket(session->connection);
	char lost[4096];

	if (fault_point("answer", NULL))
		return;
	pg_wait(session, POLLIN);
	shutdown(fd, SHUT_RDWR);
	while (recv(fd, lost, sizeof lost, 0) > 0)
		;
}

bool pg_session_finish_batch(PgSession *session, guint *failed, GPtrArray **results, GError **error)
{
	g_autoptr(GPtrArray) kept = g_ptr_array_new_with_free_func((GDestroyNotify)pg_result_free);
	bool complete;
	PGresult *bad;

	*failed = 0;
	lose_answer(session);
	bad = read_answers(session, failed, results ? kept : NULL, &complete);
	PQexitPipelineMode(session->connection);
	if (bad || !complete)
		return pg_fail(session, bad, error);
	if (results)
		*results = g_steal_pointer(&kept);
	return true;
}

bool pg_session_run_batch(PgSession *session, const PgBatch *batch, guint *failed,
			  GPtrArray **results, GError **error)
{
	guint which = 0;
	const bool ok = pg_session_send_batch(session, batch, error) &&
			pg_session_finish_batch(session, &which, results, error);

	if (failed)
		*failed = which;
	return ok;
}
