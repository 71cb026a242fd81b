/* What a script leaves in its session, on a real server: each kind is left, seen, taken back, and
 * not seen any more. */
#include "run/leftovers.h"

#include <string.h>

#include "base/error.h"
#include "ledger/database.h"

static PgSession *session_new(void)
{
	const char *const settings[] = {"dbname", "postgres", NULL};
	g_autoptr(GError) error = NULL;
	PgSession *session = pg_session_open(settings, "leftovers-test", &error);

	g_assert_no_error(error);
	return session;
}

static void execute(PgSession *session, const char *sql)
{
	g_autoptr(GError) error = NULL;

	pg_session_execute(session, sql, &error);
	if (error)
		g_test_message("%s", sql);
	g_assert_no_error(error);
}

/* The one value of a query, for the caller to free; NULL for SQL NULL. */
static char *value_of(PgSession *session, const char *sql)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(PgResult) result = pg_session_query(session, sql, 0, NULL, &error);

	if (error)
		g_test_message("%s", sql);
	g_assert_no_error(error);
	g_assert_cmpint(pg_result_rows(result), ==, 1);
	return g_strdup(pg_result_text(result, 0, 0));
}

static void assert_value(PgSession *session, const char *sql, const char *expected)
{
	g_autofree char *value = value_of(session, sql);

	g_assert_cmpstr(value, ==, expected);
}

static const struct {
	const char *leave, *look; /* what is left, and a query that shows it */
	const char *seen;
} leftovers[] = {
	{"SET ROLE leftovers_role", "SELECT current_user", "leftovers_role"},
	{"SET SESSION AUTHORIZATION leftovers_role", "SELECT session_user", "leftovers_role"},
	{"SET search_path = pg_catalog", "SHOW search_path", "pg_catalog"},
	{"SET default_transaction_read_only = on", "SHOW transaction_read_only", "on"},
	{"SET default_transaction_isolation = serializable", "SHOW transaction_isolation",
	 "serializable"},
	{"SELECT set_config('statement_timeout', '99s', false)", "SHOW statement_timeout", "99s"},
	{"BEGIN; DECLARE c CURSOR WITH HOLD FOR SELECT 1; COMMIT",
	 "SELECT count(*) FROM pg_cursors WHERE name = 'c'", "1"},
	{"PREPARE p AS SELECT 1", "SELECT count(*) FROM pg_prepared_statements WHERE from_sql",
	 "1"},
	{"LISTEN some_channel", "SELECT count(*) FROM pg_listening_channels()", "1"},
	{"CREATE TEMP TABLE left_behind (a int)",
	 "SELECT to_regclass('pg_temp.left_behind') IS NOT NULL", "t"},
	{"SELECT pg_advisory_lock(42)",
	 "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()",
	 "1"},
	{"SELECT pg_advisory_lock(42); SELECT pg_advisory_lock(42)",
	 "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()",
	 "1"},
	{"SELECT pg_advisory_lock_shared(-7, 8)",
	 "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()",
	 "1"},
};

static void prepare(PgSession *session)
{
	execute(session, "DO $$BEGIN IF to_regrole('leftovers_role') IS NULL THEN "
			 "CREATE ROLE leftovers_role; END IF; END$$");
}

static void test_undone(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(leftovers); i++) {
		g_autoptr(PgSession) session = session_new();
		g_autofree char *before = NULL;
		g_autoptr(GError) error = NULL;

		prepare(session);
		before = value_of(session, leftovers[i].look);
		g_assert_cmpstr(before, !=, leftovers[i].seen);
		execute(session, leftovers[i].leave);
		g_test_message("%s", leftovers[i].leave);
		assert_value(session, leftovers[i].look, leftovers[i].seen);
		leftovers_undo(session, false, &error);
		g_assert_no_error(error);
		assert_value(session, leftovers[i].look, before);
	}
}

static void test_sequences(void)
{
	g_autoptr(PgSession) session = session_new();
	g_autoptr(GError) error = NULL;

	execute(session,
		"DROP SEQUENCE IF EXISTS leftovers_sequence; CREATE SEQUENCE leftovers_sequence;"
		"SELECT nextval('leftovers_sequence')");
	assert_value(session, "SELECT lastval()", "1");
	leftovers_undo(session, false, &error);
	g_assert_no_error(error);
	g_assert_null(pg_session_query(session, "SELECT lastval()", 0, NULL, &error));
	g_assert_error(error, BASE_ERROR, ERR_SERVER);
	g_assert_cmpstr(pg_session_failure(session)->sqlstate, ==, "55000");
}

/* Each statement of the table alone, in any transaction. */
static void test_in_transactions(void)
{
	static const char *const begins[] = {"BEGIN", "BEGIN READ ONLY",
					     "BEGIN ISOLATION LEVEL SERIALIZABLE",
					     ("BEGIN; CREATE TABLE leftovers_table (a int);"
					      "INSERT INTO leftovers_table VALUES (1)")};
	g_autoptr(PgSession) session = session_new();
	guint count = 0;

	for (const Leftover *each = leftover_table; each->what; each++, count++)
		for (guint i = 0; i < G_N_ELEMENTS(begins); i++) {
			g_test_message("%s: %s", begins[i], each->what);
			execute(session, begins[i]);
			execute(session, each->undo);
			execute(session, "SELECT 1");
			execute(session, "ROLLBACK");
		}
	g_assert_cmpuint(count, >=, 8);
}

/* The batch as a part of the caller's transaction. */
static void test_batch(void)
{
	for (guint within = 0; within < 2; within++) {
		g_autoptr(PgSession) session = session_new();
		g_autoptr(PgBatch) batch = pg_batch_new();
		g_autoptr(GError) error = NULL;
		guint failed = 0, count = 0;

		execute(session, "SET search_path = pg_catalog; SET DateStyle = 'German'");
		if (within)
			pg_batch_add(batch, "BEGIN", 0, NULL);
		leftovers_batch(batch, within == 1);
		if (within)
			pg_batch_add(batch, "COMMIT", 0, NULL);
		for (const Leftover *each = leftover_table; each->what; each++)
			count++;
		g_assert_cmpuint(pg_batch_length(batch), ==, count + 3);
		pg_session_send_batch(session, batch, &error);
		g_assert_no_error(error);
		pg_session_finish_batch(session, &failed, NULL, &error);
		g_assert_no_error(error);
		assert_value(session, "SHOW search_path", "\"$user\", public");
		assert_value(session, "SELECT current_setting('DateStyle') LIKE 'ISO%'", "t");
		assert_value(session, "SHOW client_encoding", "UTF8");
	}
}

/* The deployers' lock stays. */
static void test_lock(void)
{
	g_autoptr(PgSession) session = session_new();
	g_autoptr(GError) error = NULL;

	execute(session, "SELECT pg_advisory_lock(" LEDGER_LOCK_CLASS
			 "::int, 1); SELECT pg_advisory_lock(1)");
	leftovers_undo(session, false, &error);
	g_assert_no_error(error);
	assert_value(session,
		     "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = "
		     "pg_backend_pid() AND classid = " LEDGER_LOCK_CLASS,
		     "1");
	assert_value(session,
		     "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = "
		     "pg_backend_pid()",
		     "1");
}

/* Between the two batches our own rights, and afterwards the script's again. */
static void test_ourselves(void)
{
	static const char *const states[][2] = {
		{"SET ROLE leftovers_role", "postgres leftovers_role"},
		{"SET SESSION AUTHORIZATION leftovers_role", "leftovers_role leftovers_role"},
		{"SELECT 1", "postgres postgres"},
	};

	for (guint i = 0; i < G_N_ELEMENTS(states); i++) {
		g_autoptr(PgSession) session = session_new();
		g_autoptr(PgBatch) batch = pg_batch_new();
		g_autoptr(GPtrArray) results = NULL;
		g_autoptr(GError) error = NULL;
		guint failed = 0, asked;

		prepare(session);
		execute(session, states[i][0]);
		pg_batch_add(batch, "BEGIN", 0, NULL);
		leftovers_batch_be_ourselves(batch);
		asked = pg_batch_length(batch);
		pg_batch_add(batch, "SELECT session_user || ' ' || current_user", 0, NULL);
		leftovers_batch_be_the_script(batch);
		pg_batch_add(batch, "COMMIT", 0, NULL);
		pg_session_send_batch(session, batch, &error);
		g_assert_no_error(error);
		pg_session_finish_batch(session, &failed, &results, &error);
		g_assert_no_error(error);
		g_assert_cmpstr(pg_result_text(g_ptr_array_index(results, asked), 0, 0), ==,
				"postgres postgres");
		assert_value(session, "SELECT session_user || ' ' || current_user", states[i][1]);
	}
}

static void test_lost(void)
{
	g_autoptr(PgSession) session = session_new();
	g_autoptr(PgSession) other = session_new();
	g_autofree char *kill = g_strdup_printf("SELECT pg_terminate_backend(%d, 10000)",
						pg_session_backend_pid(session));
	g_autoptr(GError) error = NULL;

	execute(other, kill);
	g_assert_false(leftovers_undo(session, false, &error));
	g_assert_error(error, BASE_ERROR, ERR_CONNECTION);
	g_assert_false(pg_session_is_alive(session));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/run/leftovers/each kind is taken back", test_undone);
	g_test_add_func("/run/leftovers/last values of sequences are forgotten", test_sequences);
	g_test_add_func("/run/leftovers/each statement runs in any transaction",
			test_in_transactions);
	g_test_add_func("/run/leftovers/the batch, in a transaction of its own or not", test_batch);
	g_test_add_func("/run/leftovers/the deployers' lock stays", test_lock);
	g_test_add_func("/run/leftovers/ourselves, and the script again", test_ourselves);
	g_test_add_func("/run/leftovers/a session that is gone", test_lost);
	return g_test_run();
}
