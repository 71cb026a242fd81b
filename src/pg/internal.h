/*
 * What the files of part pg share, and nobody else sees: the session's inside, and the one place
 * where it waits.
 */
#pragma once

#include <libpq-fe.h>

#include "pg/session.h"

struct PgResult {
	PGresult *rows; /* owned */
};

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

/* The value of a keyword in a list of keywords and values (pg/session.h); NULL when it is not
 * there. */
const char *pg_settings_get(const char *const *settings, const char *keyword);

/*
 * The startup options of a session: those that the settings, their connection string or libpq's
 * defaults name, and ours behind them. What a session starts with is what RESET ALL brings back, so
 * that a script which says it is read on as it was written. NULL where a service is named, whose
 * file may have options that only libpq reads. The caller frees it.
 */
char *pg_settings_startup(const char *const *settings);

/* Whether a "dbname" is a whole URL or connection string. */
bool pg_settings_is_conninfo(const char *dbname);

/* ---- failures ---- */

/* A field of the server's message (PG_DIAG_...), borrowed from `rows`; "" when it has none or
 * `rows` is NULL. */
const char *pg_field(const PGresult *rows, int code);

/* Forgets the last failure. */
void pg_failure_clear(PgSession *session);

/* Sets the error from what the server said in `rows` (taken), or from the connection when that is
 * NULL. Returns false. */
bool pg_fail(PgSession *session, PGresult *rows, GError **error);

/* ---- waiting ---- */

/* Waits until the socket can be read (or written, when asked: poll(2)'s events), watching Ctrl-C
 * and the deadline. False: gone. */
bool pg_wait(PgSession *session, short events);

/* Sends all that libpq holds back. False: gone. */
bool pg_flush(PgSession *session);

/* The next result, waited for; NULL at the end of one query's results or when the connection is
 * gone. */
PGresult *pg_next_result(PgSession *session);

/* Whether the session's deadline is over. */
bool pg_deadline_passed(const PgSession *session);

/* Every call on a session begins with this: what the last one left is forgotten. */
void pg_begin_call(PgSession *session);

/* ---- results ---- */

/* Whether the server did what it was asked. */
bool pg_is_good(const PGresult *rows);

/* Takes `rows`; NULL for NULL. */
PgResult *pg_result_wrap(PGresult *rows);
