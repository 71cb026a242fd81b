/*
 * One connection against a real server: values, errors and their place, notices, cancellation,
 * deadlines, a connection that goes away.
 */
#include "pg/session.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/interrupt.h"
#include "live.h"

/* The statement fails with this state and code, and the session goes on. */
static void assert_fails(PgSession *session, const char *sql, ErrorCode code, const char *sqlstate)
{
	g_autoptr(GError) error = NULL;

	g_assert_null(pg_session_query(session, sql, 0, NULL, &error));
	g_assert_error(error, BASE_ERROR, (int)code);
	g_assert_cmpstr(pg_session_failure(session)->sqlstate, ==, sqlstate);
}

static void test_values(void)
{
	g_autoptr(PgSession) session = connect();
	const char *values[] = {"7", NULL, "grün ' \" \\ $1"};
	g_autoptr(GError) error = NULL;
	g_autoptr(PgResult) result =
		pg_session_query(session,
				 "SELECT $1::int + 1 AS a, $2::text AS \"B c\", $3::text, true, "
				 "false, 5000000000, NULL::int8",
				 3, values, &error);

	g_assert_no_error(error);
	g_assert_cmpint(pg_result_rows(result), ==, 1);
	g_assert_cmpint(pg_result_columns(result), ==, 7);
	g_assert_cmpstr(pg_result_column_name(result, 0), ==, "a");
	g_assert_cmpstr(pg_result_column_name(result, 1), ==, "B c");
	g_assert_cmpint(pg_result_int64(result, 0, 0), ==, 8);
	g_assert_null(pg_result_text(result, 0, 1));
	g_assert_cmpstr(pg_result_text(result, 0, 2), ==, values[2]);
	g_assert_true(pg_result_bool(result, 0, 3));
	g_assert_false(pg_result_bool(result, 0, 4));
	g_assert_false(pg_result_bool(result, 0, 6));
	g_assert_cmpint(pg_result_int64(result, 0, 5), ==, G_GINT64_CONSTANT(5000000000));
	g_assert_cmpint(pg_result_int64(result, 0, 6), ==, 0);
	g_assert_cmpint(pg_session_server_version(session), >=, 120000);
	g_assert_cmpint(pg_session_backend_pid(session), >, 0);
}

static void test_bytes(void)
{
	static const char raw[] = "a\0b\xff\\x";
	g_autoptr(PgSession) session = connect();
	const char *values[] = {"x", NULL};
	g_autoptr(GError) error = NULL;
	g_autoptr(PgResult) result = pg_session_query_bytes(
		session, "SELECT $2::bytea, length($2), $1::text, NULL::bytea, ''::bytea", 2,
		values, 1, raw, sizeof(raw), &error);

	g_assert_no_error(error);
	g_autoptr(GBytes) back = pg_result_bytes(result, 0, 0);
	g_autoptr(GBytes) null = pg_result_bytes(result, 0, 3);
	g_autoptr(GBytes) empty = pg_result_bytes(result, 0, 4);

	g_autoptr(GBytes) sent = g_bytes_new_static(raw, sizeof(raw));
	g_assert_true(g_bytes_equal(back, sent));
	g_assert_cmpint(pg_result_int64(result, 0, 1), ==, (gint64)sizeof(raw));
	g_assert_cmpstr(pg_result_text(result, 0, 2), ==, "x");
	g_assert_cmpuint(g_bytes_get_size(null), ==, 0);
	g_assert_cmpuint(g_bytes_get_size(empty), ==, 0);
	g_assert_null(
		pg_session_query_bytes(session, "SELECT $2::int", 2, values, 1, raw, 3, &error));
	g_assert_error(error, BASE_ERROR, ERR_SERVER);
}

static void test_affected(void)
{
	g_autoptr(PgSession) session = connect();
	static const struct {
		const char *sql;
		gint64 affected;
	} cases[] = {
		{"CREATE TEMP TABLE counted (i int)", -1},
		{"INSERT INTO counted SELECT generate_series(1, 5)", 5},
		{"UPDATE counted SET i = 9 WHERE i > 3", 2},
		{"DELETE FROM counted WHERE i = 77", 0},
		{"SELECT 1 FROM counted", 5},
		{"", -1},
		{"-- nothing", -1},
	};

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(PgResult) result = query(session, cases[i].sql);
		g_assert_cmpint(pg_result_affected(result), ==, cases[i].affected);
	}
}

static void test_errors(void)
{
	g_autoptr(PgSession) session = connect();
	g_autoptr(GError) error = NULL;
	const PgFailure *failure;

	/* The place counts characters, not bytes. */
	g_assert_null(pg_session_query(session, "SELECT 'ü', nowhere", 0, NULL, &error));
	g_assert_error(error, BASE_ERROR, ERR_SERVER);
	failure = pg_session_failure(session);
	g_assert_cmpstr(failure->sqlstate, ==, "42703");
	g_assert_cmpstr(failure->message, ==, error->message);
	g_assert_cmpuint(failure->position, ==, 13);
	g_assert_false(failure->connection_lost);
	g_assert_false(failure->cancelled_by_user);
	g_assert_false(failure->deadline_passed);
	g_clear_error(&error);

	g_assert_false(pg_session_execute(session,
					  "DO $$BEGIN RAISE EXCEPTION 'told' USING DETAIL = 'why', "
					  "HINT = 'do', ERRCODE = 'GM001'; END$$",
					  &error));
	g_assert_cmpstr(error->message, ==, "told");
	g_assert_cmpstr(error_get_detail(error), ==, "why");
	g_assert_cmpstr(error_get_hint(error), ==, "do");
	failure = pg_session_failure(session);
	g_assert_cmpstr(failure->sqlstate, ==, "GM001");
	g_assert_cmpstr(failure->detail, ==, "why");
	g_assert_cmpstr(failure->hint, ==, "do");
	g_assert_nonnull(strstr(failure->context, "RAISE"));
	g_clear_error(&error);

	g_assert_false(pg_session_execute(session, "DO $$BEGIN EXECUTE 'SELEC 1'; END$$", &error));
	g_assert_cmpstr(pg_session_failure(session)->internal_query, ==, "SELEC 1");
	g_assert_cmpuint(pg_session_failure(session)->position, ==, 0);
	/* The next call forgets it, and the error may be nobody's. */
	assert_value(session, "SELECT 'on'", "on");
	g_assert_cmpstr(pg_session_failure(session)->sqlstate, ==, "");
	g_assert_cmpstr(pg_session_failure(session)->message, ==, "");
	g_assert_false(pg_session_execute(session, "nonsense", NULL));
	/* One statement only where values are bound. */
	assert_fails(session, "SELECT 1; SELECT 2", ERR_SERVER, "42601");
	g_assert_true(pg_session_is_alive(session));
}

static void test_several_statements(void)
{
	g_autoptr(PgSession) session = connect();
	g_autoptr(GError) error = NULL;

	g_assert_true(pg_session_execute(
		session, "SELECT 1; CREATE TEMP TABLE s (i int); INSERT INTO s VALUES (1)",
		&error));
	g_assert_no_error(error);
	assert_value(session, "SELECT count(*) FROM s", "1");
	/* One transaction: what stood before the failure is gone, too. */
	g_assert_false(pg_session_execute(
		session, "INSERT INTO s VALUES (2); SELECT 1 / 0; INSERT INTO s VALUES (3)",
		&error));
	g_assert_cmpstr(pg_session_failure(session)->sqlstate, ==, "22012");
	assert_value(session, "SELECT count(*) FROM s", "1");
	g_assert_true(pg_session_execute(session, "", NULL));
	g_assert_true(pg_session_execute(session, ";;", NULL));
}

static void test_pins(void)
{
	static const char *const settings[] = {
		"dbname", "postgres", "options",
		"-c client_encoding=LATIN1 -c standard_conforming_strings=off "
		"-c DateStyle=German -c IntervalStyle=iso_8601 "
		"-c client_min_messages=error",
		NULL};
	static const char all[] =
		"SELECT concat_ws(' ', current_setting('client_encoding'),"
		" current_setting('standard_conforming_strings'), current_setting('IntervalStyle'),"
		" current_setting('client_min_messages'), current_setting('application_name'),"
		" date '2024-02-01', length('grün'))";
	g_autofree char *name = g_strnfill(70, 'n');
	g_autofree char *kept = g_strnfill(63, 'n');
	g_autofree char *expected =
		g_strdup_printf("UTF8 on postgres notice %s 2024-02-01 4", kept);
	g_autoptr(PgSession) session = pg_session_open(settings, name, NULL);

	g_assert_nonnull(session);
	assert_value(session, all, expected);
	/* What a reset brings back is pinned again by the same words. */
	g_assert_true(pg_session_execute(session, "RESET ALL", NULL));
	assert_value(session, "SELECT current_setting('IntervalStyle')", "iso_8601");
	g_assert_true(pg_session_execute(session, pg_session_pins, NULL));
	assert_value(session, all, expected);
}

static void hear(const char *severity, const char *message, const char *detail, void *data)
{
	g_string_append_printf(data, "%s|%s|%s;", severity, message, detail ? detail : "-");
}

static void test_notices(void)
{
	g_autoptr(PgSession) session = connect();
	g_autoptr(GString) heard = g_string_new(NULL);

	g_assert_true(
		pg_session_execute(session, "DO $$BEGIN RAISE NOTICE 'to nobody'; END$$", NULL));
	pg_session_on_notice(session, hear, heard);
	g_assert_true(pg_session_execute(session,
					 "DO $$BEGIN RAISE NOTICE 'one'; RAISE WARNING 'two' USING "
					 "DETAIL = 'more'; RAISE DEBUG 'three'; END$$",
					 NULL));
	g_assert_cmpstr(heard->str, ==, "NOTICE|one|-;WARNING|two|more;");
	pg_session_on_notice(session, NULL, NULL);
	g_assert_true(
		pg_session_execute(session, "DO $$BEGIN RAISE NOTICE 'no more'; END$$", NULL));
	g_assert_cmpstr(heard->str, ==, "NOTICE|one|-;WARNING|two|more;");
}

static void test_deadline(void)
{
	g_autoptr(PgSession) session = connect();
	g_autoptr(GError) error = NULL;

	pg_session_set_deadline(session, g_get_monotonic_time() + 50000);
	g_assert_null(pg_session_query(session, "SELECT pg_sleep(600)", 0, NULL, &error));
	g_assert_error(error, BASE_ERROR, ERR_SERVER);
	g_assert_cmpstr(error->message, ==, "timed out: it took longer than it was allowed to");
	g_assert_true(pg_session_failure(session)->deadline_passed);
	g_assert_false(pg_session_failure(session)->cancelled_by_user);
	g_assert_cmpstr(pg_session_failure(session)->sqlstate, ==, "57014");
	pg_session_set_deadline(session, 0);
	g_assert_true(pg_session_is_alive(session));
	assert_value(session, "SELECT 1", "1");
}

static void test_deadline_in_batch(void)
{
	g_autoptr(PgSession) session = connect();
	g_autoptr(PgBatch) batch = pg_batch_new();
	g_autoptr(GError) error = NULL;
	guint failed = 9;

	pg_batch_add(batch, "SELECT 1", 0, NULL);
	pg_batch_add(batch, "SELECT pg_sleep(600)", 0, NULL);
	pg_batch_add(batch, "SELECT 2", 0, NULL);
	pg_session_set_deadline(session, g_get_monotonic_time() + 50000);
	g_assert_true(pg_session_send_batch(session, batch, &error));
	g_assert_false(pg_session_finish_batch(session, &failed, NULL, &error));
	g_assert_cmpuint(failed, ==, 1);
	g_assert_true(pg_session_failure(session)->deadline_passed);
	pg_session_set_deadline(session, 0);
	assert_value(session, "SELECT 1", "1");
}

static gpointer interrupt_once_asleep(gpointer pid)
{
	g_autoptr(PgSession) watcher = connect();
	g_autofree char *sql = g_strdup_printf(
		"SELECT count(*) FROM pg_stat_activity WHERE pid = %d AND wait_event = 'PgSleep'",
		GPOINTER_TO_INT(pid));
	gint64 asleep = 0;

	for (guint tries = 0; tries < 10000 && !asleep; tries++) {
		g_autoptr(PgResult) result = query(watcher, sql);
		asleep = pg_result_int64(result, 0, 0);
	}
	g_assert_cmpint(asleep, ==, 1);
	kill(getpid(), SIGINT);
	return NULL;
}

static void test_interrupt(void)
{
	g_autoptr(PgSession) session = connect();
	g_autoptr(GError) error = NULL;
	GThread *thread;

	interrupt_install();
	thread = g_thread_new("ctrl-c", interrupt_once_asleep,
			      GINT_TO_POINTER(pg_session_backend_pid(session)));
	g_assert_null(pg_session_query(session, "SELECT pg_sleep(600)", 0, NULL, &error));
	g_thread_join(thread);
	g_assert_error(error, BASE_ERROR, ERR_INTERRUPTED);
	g_assert_cmpstr(error->message, ==, "interrupted");
	g_assert_true(pg_session_failure(session)->cancelled_by_user);
	g_assert_true(interrupt_requested());
	/* While it stands, only what may not be interrupted goes through. */
	pg_session_set_interruptible(session, false);
	assert_value(session, "SELECT pg_sleep(0)::text || 'done'", "done");
	interrupt_forget();
	pg_session_set_interruptible(session, true);
	assert_value(session, "SELECT 1", "1");
}

static void end_backend(const PgSession *session)
{
	g_autoptr(PgSession) other = connect();
	g_autofree char *end =
		g_strdup_printf("SELECT pg_terminate_backend(%d)", pg_session_backend_pid(session));
	g_autofree char *gone =
		g_strdup_printf("SELECT count(*) FROM pg_stat_activity WHERE pid = %d",
				pg_session_backend_pid(session));
	gint64 left = 1;

	assert_value(other, end, "t");
	for (guint tries = 0; tries < 10000 && left; tries++) {
		g_autoptr(PgResult) result = query(other, gone);
		left = pg_result_int64(result, 0, 0);
	}
	g_assert_cmpint(left, ==, 0);
}

static void test_lost(void)
{
	g_autoptr(PgSession) session = connect();
	g_autoptr(PgBatch) batch = pg_batch_new();
	g_autoptr(GError) error = NULL;
	guint failed = 9;

	end_backend(session);
	g_assert_null(pg_session_query(session, "SELECT 1", 0, NULL, &error));
	g_assert_error(error, BASE_ERROR, ERR_CONNECTION);
	g_assert_true(pg_session_failure(session)->connection_lost);
	g_assert_false(pg_session_is_alive(session));
	g_clear_error(&error);
	g_assert_false(pg_session_execute(session, "SELECT 1", &error));
	g_assert_error(error, BASE_ERROR, ERR_CONNECTION);
	g_clear_error(&error);
	g_assert_false(pg_session_copy_in(session, "COPY t FROM stdin", "", 0, &error));
	g_assert_error(error, BASE_ERROR, ERR_CONNECTION);
	g_clear_error(&error);
	pg_batch_add(batch, "SELECT 1", 0, NULL);
	g_assert_false(pg_session_send_batch(session, batch, &error) &&
		       pg_session_finish_batch(session, &failed, NULL, &error));
	g_assert_error(error, BASE_ERROR, ERR_CONNECTION);
}

/* The server ends the session in the middle of a batch: the first unanswered one is named. */
static void test_lost_in_batch(void)
{
	g_autoptr(PgSession) session = connect();
	g_autoptr(PgBatch) batch = pg_batch_new();
	g_autoptr(GError) error = NULL;
	guint failed = 9;

	pg_batch_add(batch, "SELECT 1", 0, NULL);
	pg_batch_add(batch, "SELECT pg_terminate_backend(pg_backend_pid()), pg_sleep(600)", 0,
		     NULL);
	pg_batch_add(batch, "SELECT 2", 0, NULL);
	g_assert_true(pg_session_send_batch(session, batch, &error));
	g_assert_false(pg_session_finish_batch(session, &failed, NULL, &error));
	g_assert_error(error, BASE_ERROR, ERR_CONNECTION);
	g_assert_cmpuint(failed, ==, 1);
	g_assert_true(pg_session_failure(session)->connection_lost);
	g_assert_false(pg_session_is_alive(session));
}

static void test_connect_errors(void)
{
	static const char *const no_database[] = {"dbname", "no such database", NULL};
	static const char *const no_host[] = {"host", "/nowhere", "dbname", "x", "user",
					      "u",    "password", "s3cret", NULL};
	static const char *const no_url[] = {"dbname", "postgresql://u:s3cret@/x?host=/nowhere",
					     NULL};
	static const char *const odd_url[] = {"dbname", "postgresql://u:s3cret@/x?nonsense=1",
					      NULL};
	static const struct {
		const char *const *settings;
		const char *message, *detail;
	} cases[] = {
		{no_database, "/no such database", "does not exist"},
		{no_host, "cannot connect to u@/nowhere:", "No such file"},
		{no_url, "cannot connect to u@/nowhere:", "No such file"},
		{odd_url, "cannot connect to a connection string that libpq cannot read",
		 "nonsense"},
	};

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;

		g_assert_null(pg_session_open(cases[i].settings, "x", &error));
		g_assert_error(error, BASE_ERROR, ERR_CONNECTION);
		g_assert_nonnull(strstr(error->message, cases[i].message));
		g_assert_nonnull(strstr(error_get_detail(error), cases[i].detail));
		g_assert_null(strstr(error->message, "s3cret"));
		g_assert_null(strstr(error_get_detail(error), "s3cret"));
	}
	/* Wherever libpq says it. */
	static const char *const told[] = {"host", "/nowhere/s3cret", "password", "s3cret", NULL};
	g_autoptr(GError) error = NULL;
	g_assert_null(pg_session_open(told, "x", &error));
	g_assert_nonnull(strstr(error_get_detail(error), "/nowhere/(password)"));
	g_assert_null(strstr(error_get_detail(error), "s3cret"));
	pg_session_free(NULL);
	pg_result_free(NULL);
}

/* Waits, on the server, until `other` has been given all of its answer. */
static void execute_until_idle(PgSession *session, const PgSession *other)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *sql = g_strdup_printf("DO $$DECLARE tries int := 0; BEGIN LOOP PERFORM "
					       "pg_stat_clear_snapshot(); EXIT WHEN"
					       " (SELECT state FROM pg_stat_activity WHERE pid = "
					       "%d) = 'idle'; PERFORM pg_sleep(0.01);"
					       " tries := tries + 1; IF tries > 3000 THEN RAISE "
					       "EXCEPTION 'its answer was not taken in';"
					       " END IF; END LOOP; END$$",
					       pg_session_backend_pid(other));

	pg_session_execute(session, sql, &error);
	g_assert_no_error(error);
}

/* While one waits, what comes for the other is taken in. */
static void test_beside(void)
{
	g_autoptr(PgSession) session = connect();
	g_autoptr(PgSession) other = connect();
	g_autoptr(PgBatch) batch = pg_batch_new();
	g_autoptr(GPtrArray) results = NULL;
	guint failed = 9;

	pg_batch_add(batch, "SELECT repeat('x', 30000000)", 0, NULL);
	g_assert_true(pg_session_send_batch(other, batch, NULL));
	pg_session_set_beside(session, other);
	execute_until_idle(session, other);
	pg_session_set_beside(session, NULL);
	g_assert_true(pg_session_finish_batch(other, &failed, &results, NULL));
	g_assert_cmpuint(strlen(pg_result_text(g_ptr_array_index(results, 0), 0, 0)), ==, 30000000);
	/* One that is gone does no harm. */
	end_backend(other);
	pg_session_set_beside(session, other);
	assert_value(session, "SELECT pg_sleep(0.01)::text || 'slept'", "slept");
}

static void test_quote(void)
{
	static const char *const names[] = {"a",    "A b",    "a\"b", "\"",   "",
					    "grün", "select", "a.b",  "x;--", "\\"};
	g_autoptr(PgSession) session = connect();

	for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *quoted = pg_quote_identifier(names[i]);
		g_autofree char *sql = g_strdup_printf("SELECT 1 AS %s", quoted);

		g_assert_cmpint(quoted[0], ==, (int)'"');
		if (!*names[i])
			continue; /* PostgreSQL has no such identifier */
		g_autoptr(PgResult) result = query(session, sql);
		g_assert_cmpstr(pg_result_column_name(result, 0), ==, names[i]);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/session/values", test_values);
	g_test_add_func("/session/bytes", test_bytes);
	g_test_add_func("/session/affected", test_affected);
	g_test_add_func("/session/errors", test_errors);
	g_test_add_func("/session/several-statements", test_several_statements);
	g_test_add_func("/session/pins", test_pins);
	g_test_add_func("/session/notices", test_notices);
	g_test_add_func("/session/deadline", test_deadline);
	g_test_add_func("/session/deadline-in-batch", test_deadline_in_batch);
	g_test_add_func("/session/interrupt", test_interrupt);
	g_test_add_func("/session/lost", test_lost);
	g_test_add_func("/session/lost-in-batch", test_lost_in_batch);
	g_test_add_func("/session/connect-errors", test_connect_errors);
	g_test_add_func("/session/beside", test_beside);
	g_test_add_func("/session/quote", test_quote);
	return g_test_run();
}
