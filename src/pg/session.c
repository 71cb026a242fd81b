#include "pg/session.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

#include "base/borrow.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "internal.h"

#define DEFAULT_CONNECT_TIMEOUT_S 15

static void on_notice(void *data, const PGresult *rows)
{
	PgSession *session = data;

	if (session->notice)
		session->notice(pg_field(rows, PG_DIAG_SEVERITY_NONLOCALIZED),
				pg_field(rows, PG_DIAG_MESSAGE_PRIMARY),
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
	const char *text = pg_settings_get(settings, "connect_timeout");
	gint64 seconds = text ? g_ascii_strtoll(text, NULL, 10) : 0;

	if (seconds <= 0)
		seconds = DEFAULT_CONNECT_TIMEOUT_S;
	return g_get_monotonic_time() + seconds * G_USEC_PER_SEC;
}

/* libpq's message may quote the connection string only in parse errors; a password is taken out of
 * whatever it says. */
static char *without_password(const char *text, const char *const *settings)
{
	const char *password = pg_settings_get(settings, "password");
	const char *dbname = pg_settings_get(settings, "dbname");
	g_auto(GStrv) parts = NULL;

	if (pg_settings_is_conninfo(dbname) && strstr(text, dbname)) {
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

static PGconn *start_connect(const char *const *settings, const char *application,
			     const char *options)
{
	g_autoptr(GPtrArray) keywords = g_ptr_array_new();
	g_autoptr(GPtrArray) values = g_ptr_array_new();
	const char *const own[] = {"application_name",
				   application,
				   "client_encoding",
				   "UTF8",
				   options ? "options" : NULL,
				   options,
				   NULL};
	const char *const *const lists[] = {settings, own};
	const int expand_dbname = 1;

	/* Of a keyword that stands twice libpq takes the last. */
	for (guint i = 0; i < G_N_ELEMENTS(lists); i++)
		for (const char *const *each = lists[i]; *each; each += 2) {
			borrow_add(keywords, each[0]);
			borrow_add(values, each[1]);
		}
	g_ptr_array_add(keywords, NULL);
	g_ptr_array_add(values, NULL);
	return PQconnectStartParams((const char *const *)keywords->pdata,
				    (const char *const *)values->pdata, expand_dbname);
}

const char pg_session_pins[] = "SELECT set_config('client_encoding', 'UTF8', false),"
			       " set_config('standard_conforming_strings', 'on', false),"
			       " set_config('DateStyle', 'ISO', false),"
			       " set_config('IntervalStyle', 'postgres', false),"
			       " set_config('client_min_messages', 'notice', false)";

static bool try_connect(PgSession *session, const char *const *settings, const char *application,
			const char *options)
{
	PQfinish(session->connection);
	session->connection = start_connect(settings, application, options);
	return PQstatus(session->connection) != CONNECTION_BAD &&
	       poll_connect(session, connect_end(settings));
}

/* A pooler may take no startup options (pgbouncer below 1.20): then it is asked for none. */
static bool connect_somehow(PgSession *session, const char *const *settings,
			    const char *application)
{
	g_autofree char *options = pg_settings_startup(settings);

	return try_connect(session, settings, application, options) ||
	       (options &&
		strstr(PQerrorMessage(session->connection), "unsupported startup parameter") &&
		try_connect(session, settings, application, NULL));
}

PgSession *pg_session_open(const char *const *settings, const char *application, GError **error)
{
	g_autoptr(PgSession) session = g_new0(PgSession, 1);

	session->interruptible = true;
	pg_failure_clear(session);
	if (!connect_somehow(session, settings, application)) {
		fail_connect(session, settings, error);
		return NULL;
	}
	PQsetnonblocking(session->connection, 1);
	PQsetNoticeReceiver(session->connection, on_notice, session);
	if (!pg_session_execute(session, pg_session_pins, error))
		return NULL;
	return g_steal_pointer(&session);
}

void pg_session_free(PgSession *session)
{
	if (!session)
		return;
	pg_failure_clear(session);
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
