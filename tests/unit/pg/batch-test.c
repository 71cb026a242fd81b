/*
 * Many statements in one round trip, and COPY, against a real server.
 */
#include "pg/session.h"

#include <string.h>

#include "base/error.h"
#include "live.h"

static void test_batch(void)
{
	g_autoptr(PgSession) session = connect();
	g_autoptr(PgBatch) batch = pg_batch_new();
	g_autoptr(GPtrArray) results = NULL;
	g_autoptr(GError) error = NULL;
	const char *values[] = {"3", NULL};
	guint failed = 9;

	g_assert_cmpuint(pg_batch_length(batch), ==, 0);
	pg_batch_add(batch, "BEGIN", 0, NULL);
	pg_batch_add(batch, "SELECT $1::int * 2, $2::text", 2, values);
	pg_batch_add(batch, "CREATE TEMP TABLE batched (i int)", 0, NULL);
	pg_batch_add(batch, "COMMIT", 0, NULL);
	g_assert_cmpuint(pg_batch_length(batch), ==, 4);
	values[0] = "77";
	g_assert_true(pg_session_send_batch(session, batch, &error));
	g_assert_true(pg_session_finish_batch(session, &failed, &results, &error));
	g_assert_no_error(error);
	g_assert_cmpuint(failed, ==, 0);
	g_assert_cmpuint(results->len, ==, 4);
	g_assert_cmpstr(pg_result_text(g_ptr_array_index(results, 1), 0, 0), ==, "6");
	g_assert_null(pg_result_text(g_ptr_array_index(results, 1), 0, 1));
	/* The same once more fails, and the session goes on outside of the pipeline. */
	g_assert_true(pg_session_send_batch(session, batch, &error));
	g_assert_false(pg_session_finish_batch(session, &failed, NULL, &error));
	g_assert_cmpuint(failed, ==, 2);
	g_assert_cmpstr(pg_session_failure(session)->sqlstate, ==, "42P07");
	g_assert_true(pg_session_execute(session, "ROLLBACK", NULL));
	assert_value(session, "SELECT count(*) FROM batched", "0");
	pg_batch_free(NULL);
}

/* What follows a failure is skipped, whatever it is. */
static void test_batch_failure(void)
{
	g_autoptr(PgSession) session = connect();
	g_autoptr(PgBatch) batch = pg_batch_new();
	g_autoptr(GPtrArray) results = NULL;
	g_autoptr(GError) error = NULL;
	guint failed = 9;

	g_assert_true(
		pg_session_execute(session, "CREATE TEMP TABLE kept (i int PRIMARY KEY)", NULL));
	pg_batch_add(batch, "INSERT INTO kept VALUES (1)", 0, NULL);
	pg_batch_add(batch, "INSERT INTO kept VALUES (1)", 0, NULL);
	pg_batch_add(batch, "INSERT INTO kept VALUES (2)", 0, NULL);
	g_assert_true(pg_session_send_batch(session, batch, &error));
	g_assert_false(pg_session_finish_batch(session, &failed, &results, &error));
	g_assert_error(error, BASE_ERROR, ERR_SERVER);
	g_assert_cmpuint(failed, ==, 1);
	g_assert_null(results);
	g_assert_cmpstr(pg_session_failure(session)->sqlstate, ==, "23505");
	assert_value(session, "SELECT count(*) FROM kept", "0");
}

static void test_empty_batch(void)
{
	g_autoptr(PgSession) session = connect();
	g_autoptr(PgBatch) batch = pg_batch_new();
	g_autoptr(GPtrArray) results = NULL;
	guint failed = 9;

	g_assert_true(pg_session_send_batch(session, batch, NULL));
	g_assert_true(pg_session_finish_batch(session, &failed, &results, NULL));
	g_assert_cmpuint(results->len, ==, 0);
	assert_value(session, "SELECT 1", "1");
}

/* Far more than fits into a socket, both ways: neither side waits for the other. */
static void test_large_batch(void)
{
	g_autoptr(PgSession) session = connect();
	g_autoptr(PgBatch) batch = pg_batch_new();
	g_autoptr(GPtrArray) results = NULL;
	g_autoptr(GError) error = NULL;
	g_autofree char *large = g_strnfill(1 << 16, 'x');
	const char *values[] = {large};
	const guint count = 200;
	guint failed = 9;

	for (guint i = 0; i < count; i++)
		pg_batch_add(batch, "SELECT $1::text", 1, values);
	g_assert_true(pg_session_send_batch(session, batch, &error));
	g_assert_true(pg_session_finish_batch(session, &failed, &results, &error));
	g_assert_no_error(error);
	g_assert_cmpuint(results->len, ==, count);
	for (guint i = 0; i < count; i++)
		g_assert_cmpstr(pg_result_text(g_ptr_array_index(results, i), 0, 0), ==, large);
}

static void test_copy(void)
{
	g_autoptr(PgSession) session = connect();
	g_autoptr(GError) error = NULL;
	g_autoptr(GString) rows = g_string_new(NULL);

	g_assert_true(
		pg_session_execute(session, "CREATE TEMP TABLE copied (i int, t text)", NULL));
	g_assert_true(
		pg_session_copy_in(session, "COPY copied FROM stdin", "1\ta\n2\t\\N\n", 9, &error));
	g_assert_no_error(error);
	assert_value(session,
		     "SELECT string_agg(i || coalesce(t, '(null)'), ',' ORDER BY i) FROM copied",
		     "1a,2(null)");
	for (guint i = 0; i < 200000; i++)
		g_string_append_printf(rows, "%u\tgrün\n", i);
	g_assert_true(pg_session_copy_in(session, "COPY copied FROM stdin", rows->str, rows->len,
					 &error));
	assert_value(session, "SELECT count(*) FROM copied", "200002");
	g_assert_true(pg_session_copy_in(session, "COPY copied FROM stdin", "", 0, &error));
	/* A bad line takes all of them back. */
	g_assert_false(
		pg_session_copy_in(session, "COPY copied FROM stdin", "3\tx\nno\ty\n", 9, &error));
	g_assert_error(error, BASE_ERROR, ERR_SERVER);
	g_assert_cmpstr(pg_session_failure(session)->sqlstate, ==, "22P02");
	g_assert_nonnull(strstr(pg_session_failure(session)->context, "COPY copied, line 2"));
	assert_value(session, "SELECT count(*) FROM copied", "200002");
	g_clear_error(&error);
	g_assert_false(pg_session_copy_in(session, "COPY nowhere FROM stdin", "1\n", 2, &error));
	g_assert_cmpstr(pg_session_failure(session)->sqlstate, ==, "42P01");
	g_clear_error(&error);
	g_assert_false(pg_session_copy_in(session, "SELECT 1", "1\n", 2, &error));
	g_assert_cmpstr(error->message, ==, "the server did not begin a COPY from the client");
	assert_value(session, "SELECT 1", "1");
}

/* A COPY that nobody serves ends, and leaves a session that can be used. */
static void test_copy_unserved(void)
{
	g_autoptr(PgSession) session = connect();
	g_autoptr(GError) error = NULL;

	g_assert_true(pg_session_execute(session, "CREATE TEMP TABLE t (i int)", NULL));
	g_assert_false(pg_session_execute(session, "COPY t FROM stdin", &error));
	g_assert_error(error, BASE_ERROR, ERR_SERVER);
	g_assert_nonnull(strstr(error->message, "there are no rows for this COPY"));
	g_clear_error(&error);
	g_assert_true(pg_session_execute(
		session, "COPY (SELECT repeat('x', 1000) FROM generate_series(1, 5000)) TO stdout",
		&error));
	g_assert_no_error(error);
	g_assert_true(pg_session_execute(
		session, "INSERT INTO t VALUES (1); COPY t TO stdout; INSERT INTO t VALUES (2)",
		&error));
	assert_value(session, "SELECT count(*) FROM t", "2");
	g_assert_false(pg_session_execute(
		session, "COPY (SELECT 1 / (3 - i) FROM generate_series(1, 5) i) TO stdout",
		&error));
	g_assert_cmpstr(pg_session_failure(session)->sqlstate, ==, "22012");
	assert_value(session, "SELECT 1", "1");
}

/* In a batch it would never end: the connection is given up. */
static void test_copy_in_batch(void)
{
	static const char *const copies[] = {"COPY (SELECT 1) TO stdout", "COPY t FROM stdin"};

	for (guint i = 0; i < G_N_ELEMENTS(copies); i++) {
		g_autoptr(PgSession) session = connect();
		g_autoptr(PgBatch) batch = pg_batch_new();
		g_autoptr(GError) error = NULL;
		guint failed = 0;

		g_assert_true(pg_session_execute(session, "CREATE TEMP TABLE t (i int)", NULL));
		pg_batch_add(batch, "SELECT 1", 0, NULL);
		pg_batch_add(batch, copies[i], 0, NULL);
		pg_batch_add(batch, "SELECT 2", 0, NULL);
		g_assert_false(pg_session_run_batch(session, batch, &failed, NULL, &error));
		g_assert_error(error, BASE_ERROR, ERR_CONNECTION);
		g_assert_cmpuint(failed, ==, 1);
		g_assert_false(pg_session_is_alive(session));
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/batch/batch", test_batch);
	g_test_add_func("/batch/batch-failure", test_batch_failure);
	g_test_add_func("/batch/empty-batch", test_empty_batch);
	g_test_add_func("/batch/large-batch", test_large_batch);
	g_test_add_func("/batch/copy", test_copy);
	g_test_add_func("/batch/copy-unserved", test_copy_unserved);
	g_test_add_func("/batch/copy in a batch", test_copy_in_batch);
	return g_test_run();
}
