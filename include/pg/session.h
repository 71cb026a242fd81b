/*
 * One connection to one server: queries with bound values, batches in one round trip, cancellation,
 * and exact errors.
 *
 * All waiting happens in one place that also watches Ctrl-C (base/interrupt.h) and the deadline,
 * and cancels the running statement on the server for either. Only this part includes libpq.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

/*
 * Where to connect: libpq's keywords and values in turn, NULL-terminated ("host", "/run/x",
 * "dbname", "app", NULL). A whole URL or connection string is the value of "dbname". What is not
 * named is left to libpq: its environment variables, service and password files. This describes it
 * as "user@host:port/dbname" as libpq understood it, without any secret; for the caller to free.
 */
char *pg_settings_describe(const char *const *settings);

/*
 * Puts the settings into the environment variables that libpq's programs read (libpq manual,
 * "Environment Variables"), so that a child such as psql connects to the same place without a
 * password in its argument vector. ERR_CONFIG when a connection string cannot be read.
 */
bool pg_settings_export(const char *const *settings, GError **error);

typedef struct PgSession PgSession;
typedef struct PgResult PgResult;

/* What the server said of the last failure; all borrowed from the session until its next call. */
typedef struct {
	const char *sqlstate; /* five characters, or "" when the connection itself failed */
	const char *message;
	const char *detail;
	const char *hint;
	const char *context;
	const char *internal_query;
	unsigned position; /* characters from 1 in the statement as sent; 0 unknown */
	bool connection_lost;
	bool cancelled_by_user; /* Ctrl-C */
	bool deadline_passed;
} PgFailure;

/*
 * Connects; ERR_CONNECTION says host, database and user, never the password. `application` becomes
 * application_name (63 bytes are kept), by which a waiting deployer names the holder of the lock.
 * The session's settings are pinned (pg_session_pins); the caller frees it.
 */
PgSession *pg_session_open(const char *const *settings, const char *application, GError **error);

/*
 * The one statement that pins the settings on which our own reading and writing depends:
 * client_encoding UTF8, standard_conforming_strings on, DateStyle ISO, IntervalStyle postgres,
 * client_min_messages notice. RESET ALL brings back what the role or the database says, so that
 * whoever resets a session says this again; of the first two it brings back what the session began
 * with, which are these, too (but for strings where a service is named, or through a pooler that
 * takes no startup options).
 */
extern const char pg_session_pins[];

/* Closes the connection; NULL is fine. */
void pg_session_free(PgSession *session);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PgSession, pg_session_free)

int pg_session_server_version(const PgSession *session); /* as libpq: 150020 */
int pg_session_backend_pid(const PgSession *session);

/* Whether the connection still stands, as far as the last call could tell. */
bool pg_session_is_alive(const PgSession *session);

typedef void (*PgNoticeHandler)(const char *severity, const char *message, const char *detail,
				void *data);

/* Who hears the server's notices from now on; NULL for nobody. */
void pg_session_on_notice(PgSession *session, PgNoticeHandler handler, void *data);

/* Every later call fails with deadline_passed once g_get_monotonic_time() reaches it; 0 removes it.
 */
void pg_session_set_deadline(PgSession *session, gint64 monotonic_us);

/* Whether Ctrl-C cancels the running statement (the default); off while the outcome is being
 * recorded. */
void pg_session_set_interruptible(PgSession *session, bool yes);

/* What the server said of the last failed call. */
const PgFailure *pg_session_failure(const PgSession *session);

/*
 * Runs one statement with `count` bound text values (NULL is SQL NULL) and waits for its rows. The
 * error is ERR_FAILED with the server's detail and hint, ERR_INTERRUPTED after Ctrl-C,
 * ERR_CONNECTION when the connection is gone; see also pg_session_failure(). The caller frees the
 * result.
 */
PgResult *pg_session_query(PgSession *session, const char *sql, int count,
			   const char *const *values, GError **error);

/* The same with one bytea parameter in binary at position `index` (from 0). */
PgResult *pg_session_query_bytes(PgSession *session, const char *sql, int count,
				 const char *const *values, int index, const void *bytes,
				 size_t length, GError **error);

/* Runs text of one or more statements by the simple protocol; rows are dropped, those of a COPY TO
 * stdout too. A COPY FROM stdin fails: see pg_session_copy_in(). */
bool pg_session_execute(PgSession *session, const char *sql, GError **error);

/* Runs a COPY ... FROM stdin statement with these data lines. */
bool pg_session_copy_in(PgSession *session, const char *sql, const char *data, size_t length,
			GError **error);

/*
 * A batch: statements sent together and answered together, in one round trip (libpq's pipeline
 * mode). After the first that fails the server skips the rest of the batch, so a batch that begins
 * with BEGIN and ends with COMMIT is all or nothing. A batch may not hold COPY. Texts are copied
 * when added.
 */
typedef struct PgBatch PgBatch;

/* An empty batch; the caller frees it. */
PgBatch *pg_batch_new(void);

/* Adds a statement with `count` bound text values (NULL is SQL NULL). */
void pg_batch_add(PgBatch *batch, const char *sql, int count, const char *const *values);

/* How many statements are in the batch. */
guint pg_batch_length(const PgBatch *batch);

/* Frees it; NULL is fine. */
void pg_batch_free(PgBatch *batch);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PgBatch, pg_batch_free)

/*
 * While `session` waits for its server, what comes on `other` (NULL: none any more) is taken in,
 * too: a server whose answers nobody takes in stops when the socket is full.
 */
void pg_session_set_beside(PgSession *session, PgSession *other);

/* Sends without waiting for the answers. Between send and finish no other call on the session is
 * allowed. */
bool pg_session_send_batch(PgSession *session, const PgBatch *batch, GError **error);

/*
 * Waits for all answers. On failure *failed is the index of the statement that failed (or of the
 * first unanswered when the connection is lost). On success `results`, when not NULL, receives a
 * GPtrArray of PgResult* (owned), one for each statement.
 */
bool pg_session_finish_batch(PgSession *session, guint *failed, GPtrArray **results,
			     GError **error);

/* Both at once. `failed` may be NULL; *failed is 0 when the batch could not even be sent. */
bool pg_session_run_batch(PgSession *session, const PgBatch *batch, guint *failed,
			  GPtrArray **results, GError **error);

/* Results. Rows and columns count from 0. Text is borrowed from the result; NULL for SQL NULL. */
int pg_result_rows(const PgResult *result);

/* How many columns each row has. */
int pg_result_columns(const PgResult *result);

/* The name of a column. */
const char *pg_result_column_name(const PgResult *result, int column);

/* A value as the server printed it; NULL for SQL NULL. */
const char *pg_result_text(const PgResult *result, int row, int column);
gint64 pg_result_int64(const PgResult *result, int row, int column);  /* 0 for NULL */
bool pg_result_bool(const PgResult *result, int row, int column);     /* false for NULL */
GBytes *pg_result_bytes(const PgResult *result, int row, int column); /* a bytea column, decoded */
gint64 pg_result_affected(
	const PgResult *result); /* the count in the command tag; -1 when it has none */
void pg_result_free(PgResult *result);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PgResult, pg_result_free)

/* An identifier in double quotes, always quoted, for the caller to free: the one function that
 * quotes identifiers. */
char *pg_quote_identifier(const char *name);

/* A text as a literal, right whatever standard_conforming_strings says; for SQL that people are
 * shown (our own binds its values). The caller frees it. */
char *pg_quote_literal(const char *text);
