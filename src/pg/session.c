#include "pg/session.h"

#include <errno.h>
#include <libpq-fe.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "base/error.h"
#include "base/fault.h"
#include "base/interrupt.h"
#include "internal.h"

/* After a cancel the server is given this long to answer before the connection counts as lost. */
#define CANCEL_GRACE_US           (10 * G_USEC_PER_SEC)
#define DEFAULT_CONNECT_TIMEOUT_S 15

struct PgSession {
	PGconn *connection;
	gint64 deadline; /* monotonic microseconds, 0 for none */
	bool interruptible;
	bool cancel_sent;
	gint64 cancel_end;
	PgNoticeHandler notice;
	void *notice_data;
	PgFailure failure;
	PGresult *failed;  /* what failure borrows from */
	guint batch_sent;  /* statements of the batch under way */
	PgSession *beside; /* whose answers are taken in while this one waits, or NULL */
};

/* ---- settings ---- */

static const char *option_value(const PQconninfoOption *options, const char *keyword)
{
	for (; options->keyword; options++)
		if (strcmp(options->keyword, keyword) == 0)
			return options->val && *options->val ? options->val : NULL;
	return NULL;
}

static const char *setting(const char *const *settings, const char *keyword)
{
	for (; *settings; settings += 2)
		if (strcmp(settings[0], keyword) == 0)
			return settings[1];
	return NULL;
}

static bool is_conninfo(const char *dbname)
{
	return dbname && (strchr(dbname, '=') || g_str_has_prefix(dbname, "postgresql://") ||
			  g_str_has_prefix(dbname, "postgres://"));
}

char *pg_settings_describe(const char *const *settings)
{
	const char *dbname = setting(settings, "dbname");
	PQconninfoOption *defaults = PQconndefaults();
	PQconninfoOption *parsed = is_conninfo(dbname) ? PQconninfoParse(dbname, NULL) : NULL;
	const bool unreadable = is_conninfo(dbname) && !parsed;
	const char *part[4];
	static const char *const keywords[] = {"user", "host", "port", "dbname"};
	char *text;

	for (guint i = 0; i < G_N_ELEMENTS(keywords); i++) {
		part[i] =
			parsed ? option_value(parsed, keywords[i]) : setting(settings, keywords[i]);
		if (!part[i] && defaults)
			part[i] = option_value(defaults, keywords[i]);
	}
	/* What libpq cannot read may hold a password anywhere. */
	if (unreadable)
		text = g_strdup("a connection string that libpq cannot read");
	else if (setting(settings, "service") && !setting(settings, "host"))
		text = g_strdup_printf("service %s", setting(settings, "service"));
	else
		text = g_strdup_printf("%s@%s:%s/%s", part[0] ? part[0] : g_get_user_name(),
				       part[1] ? part[1] : "localhost", part[2] ? part[2] : "5432",
				       part[3]   ? part[3]
				       : part[0] ? part[0]
						 : g_get_user_name());
	PQconninfoFree(parsed);
	PQconninfoFree(defaults);
	return text;
}

static void export_options(const PQconninfoOption *options)
{
	for (; options->keyword; options++)
		if (options->envvar && options->val && *options->val)
			g_setenv(options->envvar, options->val, TRUE);
}

/* The environment variable that stands for a keyword of libpq, or NULL. */
static const char *variable_of(const PQconninfoOption *known, const char *keyword)
{
	for (; known->keyword; known++)
		if (strcmp(known->keyword, keyword) == 0)
			return known->envvar;
	return NULL;
}

bool pg_settings_export(const char *const *settings, GError **error)
{
	PQconninfoOption *known = PQconndefaults();
	bool ok = known != NULL;

	for (; ok && *settings; settings += 2) {
		const char *variable = variable_of(known, settings[0]);
		PQconninfoOption *parsed = NULL;

		if (strcmp(settings[0], "dbname") == 0 && is_conninfo(settings[1])) {
			parsed = PQconninfoParse(settings[1], NULL);
			ok = parsed ||
			     error_set(error, ERR_CONFIG, "the connection string cannot be read");
			if (parsed)
				export_options(parsed);
			PQconninfoFree(parsed);
		} else if (variable) {
			g_setenv(variable, settings[1], TRUE);
		}
	}
	PQconninfoFree(known);
	return ok;
}

/* ---- failures ---- */

static const char *field_of(const PGresult *rows, int code)
{
	const char *text = rows ? PQresultErrorField(rows, code) : NULL;

	return text ? text : "";
}

static void failure_clear(PgSession *session)
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

static bool deadline_passed(const PgSession *session)
{
	return session->deadline && g_get_monotonic_time() >= session->deadline;
}

static ErrorCode code_of(const PgFailure *failure)
{
	if (failure->connection_lost)
		return ERR_CONNECTION;
	return failure->cancelled_by_user ? ERR_INTERRUPTED : ERR_FAILED;
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
static bool fail(PgSession *session, PGresult *rows, GError **error)
{
	const bool was_cancelled = session->cancel_sent;
	PgFailure *failure = &session->failure;
	g_autofree char *message = NULL;
	const char *position;

	failure_clear(session);
	session->failed = rows;
	failure->sqlstate = field_of(rows, PG_DIAG_SQLSTATE);
	failure->message = field_of(rows, PG_DIAG_MESSAGE_PRIMARY);
	failure->detail = field_of(rows, PG_DIAG_MESSAGE_DETAIL);
	failure->hint = field_of(rows, PG_DIAG_MESSAGE_HINT);
	failure->context = field_of(rows, PG_DIAG_CONTEXT);
	failure->internal_query = field_of(rows, PG_DIAG_INTERNAL_QUERY);
	position = field_of(rows, PG_DIAG_STATEMENT_POSITION);
	failure->position = (unsigned)g_ascii_strtoull(position, NULL, 10);
	failure->connection_lost = PQstatus(session->connection) == CONNECTION_BAD;
	failure->deadline_passed = was_cancelled && deadline_passed(session);
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

/* ---- waiting ---- */

static void send_cancel(PgSession *session)
{
	char ignored[256];
	PGcancel *cancel = PQgetCancel(session->connection);

	session->cancel_sent = true;
	session->cancel_end = g_get_monotonic_time() + CANCEL_GRACE_US;
	if (cancel)
		PQcancel(cancel, ignored, sizeof ignored);
	PQfreeCancel(cancel);
}

static int timeout_ms(const PgSession *session)
{
	const gint64 end = session->cancel_sent ? session->cancel_end : session->deadline;
	gint64 left;

	if (!end)
		return -1;
	left = (end - g_get_monotonic_time()) / 1000 + 1;
	return (int)CLAMP(left, 0, 3600000);
}

/* Cancels for Ctrl-C or the deadline. False when a cancelled server did not answer in time. */
static bool watch(PgSession *session)
{
	if (session->cancel_sent)
		return g_get_monotonic_time() < session->cancel_end;
	if (deadline_passed(session) || (session->interruptible && interrupt_requested()))
		send_cancel(session);
	return true;
}

/* Waits until the socket can be read (or written, when asked), watching Ctrl-C and the deadline.
 * False: gone. */
static bool wait_socket(PgSession *session, short events)
{
	struct pollfd fds[] = {
		{PQsocket(session->connection), events, 0},
		{-1, POLLIN, 0},
		{session->beside ? PQsocket(session->beside->connection) : -1, POLLIN, 0}};

	if (!watch(session))
		return false;
	if (session->interruptible && !session->cancel_sent)
		fds[1].fd = interrupt_fd();
	if (poll(fds, G_N_ELEMENTS(fds), timeout_ms(session)) < 0 && errno != EINTR)
		return false;
	/* A connection that is gone is told of by its own calls. */
	if (fds[2].revents && !PQconsumeInput(session->beside->connection))
		session->beside = NULL;
	return watch(session);
}

static bool flush_output(PgSession *session)
{
	int state;

	while ((state = PQflush(session->connection)) > 0) {
		if (!wait_socket(session, POLLIN | POLLOUT) || !PQconsumeInput(session->connection))
			return false;
	}
	return state == 0;
}

/* The next result, waited for; NULL at the end of one query's results or when the connection is
 * gone. */
static PGresult *next_result(PgSession *session)
{
	while (PQisBusy(session->connection))
		if (!wait_socket(session, POLLIN) || !PQconsumeInput(session->connection))
			return NULL;
	return PQgetResult(session->connection);
}

static void begin_call(PgSession *session)
{
	session->cancel_sent = false;
	failure_clear(session);
}

/* ---- opening and closing ---- */

static void on_notice(void *data, const PGresult *rows)
{
	PgSession *session = data;

	if (session->notice)
		session->notice(field_of(rows, PG_DIAG_SEVERITY_NONLOCALIZED),
				field_of(rows, PG_DIAG_MESSAGE_PRIMARY),
				PQresultErrorField(rows, PG_DIAG_MESSAGE_DETAIL),
				session->notice_data);
}

static bool poll_connect(PgSession *session, gint64 end)
{
	PostgresPollingStatusType state = PGRES_POLLING_WRITING;

	while (state != PGRES_POLLING_OK && state != PGRES_POLLING_FAILED) {
		const gint64 left = (end - g_get_monotonic_time()) / 1000;
		struct pollfd fds[2] = {{PQsocket(session->connection), POLLOUT, 0},
					{interrupt_fd(), POLLIN, 0}};

		if (state == PGRES_POLLING_READING)
			fds[0].events = POLLIN;
		if (left <= 0 || interrupt_requested())
			return false;
		if (poll(fds, 2, (int)left) < 0 && errno != EINTR)
			return false;
		if (fds[0].revents)
			state = PQconnectPoll(session->connection);
	}
	return state == PGRES_POLLING_OK;
}

static gint64 connect_end(const char *const *settings)
{
	const char *text = setting(settings, "connect_timeout");
	gint64 seconds = text ? g_ascii_strtoll(text, NULL, 10) : 0;

	if (seconds <= 0)
		seconds = DEFAULT_CONNECT_TIMEOUT_S;
	return g_get_monotonic_time() + seconds * G_USEC_PER_SEC;
}

/* libpq's message may quote the connection string only in parse errors; a password is taken out of
 * whatever it says. */
static char *without_password(const char *text, const char *const *settings)
{
	const char *password = setting(settings, "password");
	const char *dbname = setting(settings, "dbname");
	g_auto(GStrv) parts = NULL;

	if (is_conninfo(dbname) && strstr(text, dbname)) {
		parts = g_strsplit(text, dbname, -1);
		return g_strjoinv("(connection string)", parts);
	}
	if (!password || !*password)
		return g_strdup(text);
	parts = g_strsplit(text, password, -1);
	return g_strjoinv("(password)", parts);
}

static bool fail_connect(const PgSession *session, const char *const *settings, GError **error)
{
	g_autofree char *where = pg_settings_describe(settings);
	g_autofree char *said = without_password(PQerrorMessage(session->connection), settings);

	error_set(error, interrupt_requested() ? ERR_INTERRUPTED : ERR_CONNECTION,
		  "cannot connect to %s", where);
	g_strchomp(said);
	return error_detail(error, "%s", *said ? said : "no answer in time");
}

static PGconn *start_connect(const char *const *settings, const char *application)
{
	g_autoptr(GPtrArray) keywords = g_ptr_array_new();
	g_autoptr(GPtrArray) values = g_ptr_array_new();
	const int expand_dbname = 1;

	for (const char *const *each = settings; *each; each += 2) {
		g_ptr_array_add(keywords, (gpointer)(gsize)each[0]);
		g_ptr_array_add(values, (gpointer)(gsize)each[1]);
	}
	g_ptr_array_add(keywords, (gpointer)(gsize) "application_name");
	g_ptr_array_add(values, (gpointer)(gsize)application);
	g_ptr_array_add(keywords, NULL);
	g_ptr_array_add(values, NULL);
	return PQconnectStartParams((const char *const *)keywords->pdata,
				    (const char *const *)values->pdata, expand_dbname);
}

PgSession *pg_session_open(const char *const *settings, const char *application, GError **error)
{
	static const char pins[] =
		"SET client_encoding = 'UTF8'; SET standard_conforming_strings = on;"
		" SET DateStyle = ISO; SET IntervalStyle = postgres;"
		" SET client_min_messages = notice";
	g_autoptr(PgSession) session = g_new0(PgSession, 1);

	session->interruptible = true;
	failure_clear(session);
	session->connection = start_connect(settings, application);
	if (!session->connection) {
		error_set(error, ERR_CONNECTION, "cannot connect: out of memory");
		return NULL;
	}
	if (PQstatus(session->connection) == CONNECTION_BAD ||
	    !poll_connect(session, connect_end(settings))) {
		fail_connect(session, settings, error);
		return NULL;
	}
	PQsetnonblocking(session->connection, 1);
	PQsetNoticeReceiver(session->connection, on_notice, session);
	if (!pg_session_execute(session, pins, error))
		return NULL;
	return g_steal_pointer(&session);
}

void pg_session_free(PgSession *session)
{
	if (!session)
		return;
	failure_clear(session);
	PQfinish(session->connection);
	g_free(session);
}

int pg_session_server_version(const PgSession *session)
{
	return PQserverVersion(session->connection);
}

int pg_session_backend_pid(const PgSession *session)
{
	return PQbackendPID(session->connection);
}

bool pg_session_is_alive(const PgSession *session)
{
	return PQstatus(session->connection) == CONNECTION_OK;
}

void pg_session_on_notice(PgSession *session, PgNoticeHandler handler, void *data)
{
	session->notice = handler;
	session->notice_data = data;
}

void pg_session_set_beside(PgSession *session, PgSession *other)
{
	session->beside = other;
}

void pg_session_set_deadline(PgSession *session, gint64 monotonic_us)
{
	session->deadline = monotonic_us;
}

void pg_session_set_interruptible(PgSession *session, bool yes)
{
	session->interruptible = yes;
}

/* ---- single queries ---- */

static bool is_good(const PGresult *rows)
{
	const ExecStatusType status = PQresultStatus(rows);

	return status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK ||
	       status == PGRES_EMPTY_QUERY || status == PGRES_COPY_IN || status == PGRES_COPY_OUT;
}

/* Reads a query's results to their end and returns the last good one; the first bad one is the
 * error. */
static PGresult *collect(PgSession *session, GError **error)
{
	PGresult *kept = NULL, *bad = NULL, *rows;

	while ((rows = next_result(session))) {
		if (bad) {
			PQclear(rows);
		} else if (!is_good(rows)) {
			bad = rows;
		} else {
			PQclear(kept);
			kept = rows;
		}
		if (!bad && PQresultStatus(kept) == PGRES_COPY_IN)
			return kept;
	}
	if (!bad && kept && pg_session_is_alive(session) && !PQisBusy(session->connection))
		return kept;
	PQclear(kept);
	fail(session, bad, error);
	return NULL;
}

static PgResult *wrap(PGresult *rows)
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
	if (!sent || !flush_output(session)) {
		fail(session, NULL, error);
		return NULL;
	}
	return wrap(collect(session, error));
}

PgResult *pg_session_query(PgSession *session, const char *sql, int count,
			   const char *const *values, GError **error)
{
	begin_call(session);
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
	begin_call(session);
	return finish_query(
		session,
		PQsendQueryParams(session->connection, sql, count, NULL, all, lengths, formats, 0),
		error);
}

bool pg_session_execute(PgSession *session, const char *sql, GError **error)
{
	g_autoptr(PgResult) done = NULL;

	begin_call(session);
	done = finish_query(session, PQsendQuery(session->connection, sql), error);
	return done;
}

/* ---- COPY ---- */

static bool put_copy_data(PgSession *session, const char *data, size_t length)
{
	const size_t chunk = 1 << 16;

	while (length > 0) {
		const size_t part = MIN(length, chunk);
		const int state = PQputCopyData(session->connection, data, (int)part);

		if (state < 0 || (state == 0 && !wait_socket(session, POLLIN | POLLOUT)))
			return false;
		if (state > 0) {
			data += part;
			length -= part;
			if (!flush_output(session))
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
	PGresult *rows;
	bool sent;

	begin_call(session);
	started = finish_query(session, PQsendQuery(session->connection, sql), error);
	if (!started)
		return false;
	if (PQresultStatus(started->rows) != PGRES_COPY_IN)
		return error_set(error, ERR_FAILED,
				 "the server did not begin a COPY from the client");
	sent = put_copy_data(session, data, length);
	while (PQputCopyEnd(session->connection, sent ? NULL : "interrupted") == 0)
		if (!wait_socket(session, POLLIN | POLLOUT))
			return fail(session, NULL, error);
	if (!flush_output(session))
		return fail(session, NULL, error);
	rows = collect(session, error);
	PQclear(rows);
	return rows;
}

/* ---- batches ---- */

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
	begin_call(session);
	session->batch_sent = batch->statements->len;
	if (!PQenterPipelineMode(session->connection))
		return fail(session, NULL, error);
	for (guint i = 0; i < batch->statements->len; i++) {
		const BatchStatement *statement = g_ptr_array_index(batch->statements, i);
		if (!PQsendQueryParams(session->connection, statement->sql, statement->count, NULL,
				       (const char *const *)statement->values, NULL, NULL, 0) ||
		    PQflush(session->connection) < 0)
			return fail(session, NULL, error);
	}
	/* What does not fit into the socket's buffer is sent while results are read: PQgetResult()
	 * flushes too. */
	if (!PQpipelineSync(session->connection) || PQflush(session->connection) < 0)
		return fail(session, NULL, error);
	return true;
}

/* Waits for the next result while the rest of the batch may still have to be sent. */
static PGresult *next_pipelined(PgSession *session)
{
	while (PQisBusy(session->connection)) {
		const int unsent = PQflush(session->connection);

		if (unsent < 0 || !wait_socket(session, unsent ? POLLIN | POLLOUT : POLLIN) ||
		    !PQconsumeInput(session->connection))
			return NULL;
	}
	return PQgetResult(session->connection);
}

/* The result of one statement and the NULL that ends it. */
static PGresult *statement_result(PgSession *session)
{
	PGresult *rows = next_pipelined(session), *more;

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
		if (!bad && !is_good(rows)) {
			*failed = i;
			bad = rows;
		} else if (!bad && kept) {
			g_ptr_array_add(kept, wrap(rows));
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
	wait_socket(session, POLLIN);
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
		return fail(session, bad, error);
	if (results)
		*results = g_steal_pointer(&kept);
	return true;
}
