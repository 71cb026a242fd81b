/*
 * Where a session goes, what is asked about a server, and the servers that we start ourselves.
 */
#include "pg/server.h"

#include <glib/gstdio.h>
#include <string.h>

#include "base/error.h"
#include "base/proc.h"
#include "pg/facts.h"

static PgSession *connect(void)
{
	static const char *const settings[] = {"dbname", "postgres", NULL};
	g_autoptr(GError) error = NULL;
	PgSession *session = pg_session_open(settings, "server-test", &error);

	g_assert_no_error(error);
	return session;
}

static void execute(PgSession *session, const char *sql)
{
	g_autoptr(GError) error = NULL;

	pg_session_execute(session, sql, &error);
	g_assert_no_error(error);
}

static void test_describe(void)
{
	static const struct {
		const char *settings[11];
		const char *text;
	} cases[] = {
		{{"host", "h", "port", "1", "user", "u", "dbname", "d", NULL}, "u@h:1/d"},
		{{"host", "h", "user", "u", "password", "secret", "dbname", "d", NULL},
		 "u@h:5433/d"},
		{{"dbname", "postgresql://u:secret@h:7/d?sslmode=require", NULL}, "u@h:7/d"},
		{{"dbname", "postgres://h/d?user=u", NULL}, "u@h:5433/d"},
		{{"dbname", "host=h user=u dbname=d port=9 password=secret", NULL}, "u@h:9/d"},
		{{"dbname", "postgresql://u:secret@h/d?nonsense=1", NULL},
		 "a connection string that libpq cannot read"},
		{{"dbname", "host=", NULL}, NULL},
		{{"service", "s", NULL}, "service s"},
		{{"service", "s", "host", "h", "user", "u", "dbname", "d", NULL}, "u@h:5433/d"},
		{{"user", "u", "host", "h", NULL}, "u@h:5433/postgres"},
	};

	g_assert_cmpstr(g_getenv("PGPORT"), ==, "5433");
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *text = pg_settings_describe(cases[i].settings);

		if (cases[i].text)
			g_assert_cmpstr(text, ==, cases[i].text);
		g_assert_null(strstr(text, "secret"));
	}
}

/* Nothing in the environment: what libpq itself would take. */
static void test_describe_defaults(void)
{
	static const char *const none[] = {NULL};
	static const char *const variables[] = {"PGHOST", "PGPORT", "PGUSER", "PGDATABASE"};
	char *before[G_N_ELEMENTS(variables)];
	g_autofree char *expected =
		g_strdup_printf("%s@localhost:5432/%s", g_get_user_name(), g_get_user_name());

	for (guint i = 0; i < G_N_ELEMENTS(variables); i++) {
		before[i] = g_strdup(g_getenv(variables[i]));
		g_unsetenv(variables[i]);
	}
	g_autofree char *text = pg_settings_describe(none);
	for (guint i = 0; i < G_N_ELEMENTS(variables); i++) {
		g_setenv(variables[i], before[i], TRUE);
		g_free(before[i]);
	}
	g_assert_cmpstr(text, ==, expected);
}

static void assert_exported(const char *const *settings, const char *variable, const char *value)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *before = g_strdup(g_getenv(variable));

	g_assert_true(pg_settings_export(settings, &error));
	g_assert_no_error(error);
	g_assert_cmpstr(g_getenv(variable), ==, value);
	if (before)
		g_setenv(variable, before, TRUE);
	else
		g_unsetenv(variable);
}

static void test_export(void)
{
	static const char *const words[] = {"password", "p w", "application_name", "a", NULL};
	static const char *const url[] = {"dbname",
					  "postgresql:///?sslmode=prefer&connect_timeout=7", NULL};
	static const char *const odd[] = {"dbname", "postgresql:///?nonsense=1", NULL};
	static const char *const unknown[] = {"nonsense", "1", NULL};
	g_autoptr(GError) error = NULL;

	assert_exported(words, "PGPASSWORD", "p w");
	assert_exported(words, "PGAPPNAME", "a");
	assert_exported(url, "PGCONNECT_TIMEOUT", "7");
	g_assert_true(pg_settings_export(unknown, NULL));
	g_assert_false(pg_settings_export(odd, &error));
	g_assert_error(error, BASE_ERROR, ERR_CONFIG);
	g_assert_cmpstr(error->message, ==, "the connection string cannot be read");
	g_unsetenv("PGCONNECT_TIMEOUT");
	g_unsetenv("PGAPPNAME");
	g_unsetenv("PGPASSWORD");
	g_unsetenv("PGSSLMODE");
}

static void assert_index(PgSession *session, const char *schema, const char *index, bool exists,
			 bool valid)
{
	g_autoptr(GError) error = NULL;
	bool is = !exists, good = !valid;

	g_assert_true(pg_session_index_state(session, schema, index, &is, &good, &error));
	g_assert_no_error(error);
	g_assert_cmpint(is, ==, exists);
	g_assert_cmpint(good, ==, valid);
}

static void test_indexes(void)
{
	g_autoptr(PgSession) session = connect();
	g_auto(GStrv) none = pg_session_invalid_indexes(session, NULL);
	g_autofree char *names = NULL;

	g_assert_cmpuint(g_strv_length(none), ==, 0);
	execute(session, "CREATE SCHEMA \"Odd s\"");
	execute(session, "CREATE TABLE \"Odd s\".t (i int)");
	execute(session, "INSERT INTO \"Odd s\".t VALUES (1), (1)");
	execute(session, "CREATE INDEX good ON \"Odd s\".t (i)");
	g_assert_false(pg_session_execute(
		session, "CREATE UNIQUE INDEX CONCURRENTLY \"Bad i\" ON \"Odd s\".t (i)", NULL));
	/* One of a partitioned table waits for its partitions: nothing that failed. */
	execute(session, "CREATE TABLE \"Odd s\".p (i int) PARTITION BY RANGE (i)");
	execute(session, "CREATE TABLE \"Odd s\".p1 PARTITION OF \"Odd s\".p DEFAULT");
	execute(session, "CREATE INDEX waits ON ONLY \"Odd s\".p (i)");
	assert_index(session, "Odd s", "good", true, true);
	assert_index(session, "Odd s", "Bad i", true, false);
	assert_index(session, "Odd s", "bad i", false, false);
	assert_index(session, "nowhere", "good", false, false);
	assert_index(session, NULL, "good", false, false);
	execute(session, "SET search_path = \"Odd s\"");
	assert_index(session, NULL, "good", true, true);
	/* A table is none. */
	assert_index(session, "Odd s", "t", false, false);
	g_auto(GStrv) list = pg_session_invalid_indexes(session, NULL);
	names = g_strjoinv(",", list);
	g_assert_cmpstr(names, ==, "\"Odd s\".\"Bad i\"");
	execute(session, "DROP SCHEMA \"Odd s\" CASCADE");
}

static void test_rights(void)
{
	g_autoptr(PgSession) session = connect();
	g_autofree char *first = NULL, *second = NULL;
	bool may = false;

	g_assert_true(pg_session_may_create(session, &may, &first, NULL));
	g_assert_true(may);
	g_assert_cmpstr(first, ==, "postgres");
	execute(session, "CREATE ROLE server_test_nobody");
	execute(session, "SET ROLE server_test_nobody");
	g_assert_true(pg_session_may_create(session, &may, &second, NULL));
	g_assert_false(may);
	g_assert_cmpstr(second, ==, "server_test_nobody");
	execute(session, "RESET ROLE");
	execute(session, "DROP ROLE server_test_nobody");
}

/* Each question says so when there is no answer. */
static void test_unanswered(void)
{
	g_autoptr(PgSession) session = connect();
	g_autofree char *user = NULL;
	bool one = true, two = true;

	execute(session, "BEGIN");
	g_assert_false(pg_session_execute(session, "nonsense", NULL));
	g_assert_null(pg_session_invalid_indexes(session, NULL));
	g_assert_null(pg_session_other_roles(session, NULL));
	g_assert_null(pg_session_databases(session, "x", NULL));
	g_assert_false(pg_session_index_state(session, NULL, "x", &one, &two, NULL));
	g_assert_false(pg_session_may_create(session, &one, &user, NULL));
	g_assert_true(one);
	g_assert_null(user);
	g_assert_cmpint(pg_session_process(session, 60000), ==, 0);
	execute(session, "ROLLBACK");
	g_assert_cmpint(pg_session_process(session, 60000), ==, pg_session_backend_pid(session));
}

static void test_binaries(void)
{
	g_autoptr(GError) error = NULL;
	const int major = pg_server_major(&error);
	g_autofree char *newest = pg_server_find_binaries(0, NULL);
	g_autofree char *same = pg_server_find_binaries(major, NULL);
	g_autofree char *initdb = g_build_filename(newest, "initdb", NULL);

	g_assert_no_error(error);
	g_assert_cmpint(major, >=, 12);
	g_assert_cmpstr(newest, ==, same);
	g_assert_true(g_file_test(initdb, G_FILE_TEST_IS_EXECUTABLE));
	g_assert_null(pg_server_find_binaries(7, &error));
	g_assert_error(error, BASE_ERROR, ERR_SYSTEM);
	g_assert_nonnull(strstr(error->message, "7"));
	g_assert_nonnull(error_get_hint(error));
}

static PgSession *session_of(const PgServer *server, const char *database, GError **error)
{
	g_auto(GStrv) settings = pg_server_settings(server, database);

	return pg_session_open((const char *const *)settings, "server-test", error);
}

static void remove_folder(const char *folder)
{
	const char *const argv[] = {"rm", "-rf", folder, NULL};
	const ProcSpec spec = {.argv = argv};
	g_auto(ProcResult) result = {0};

	g_assert_true(proc_run_ok(&spec, &result, NULL));
}

static void assert_lives(const char *owner, PgServer *(*start)(const char *, GError **))
{
	g_autoptr(GError) error = NULL;
	g_autoptr(PgServer) server = start(owner, &error), again = NULL;
	g_autoptr(PgSession) session = NULL;

	g_assert_no_error(error);
	g_assert_true(pg_server_ensure_database(server, "Odd \"name", &error));
	g_assert_true(pg_server_ensure_database(server, "Odd \"name", &error));
	g_assert_no_error(error);
	session = session_of(server, "Odd \"name", &error);
	g_assert_no_error(error);
	execute(session, "CREATE TABLE kept (i int)");
	/* Asked for again, it is the same one; stopped, it comes back with its data. */
	again = start(owner, &error);
	g_assert_cmpstr(again->data, ==, server->data);
	g_clear_pointer(&session, pg_session_free);
	g_assert_true(pg_server_stop(server, &error));
	g_assert_true(pg_server_stop(server, &error));
	g_assert_no_error(error);
	g_assert_null(session_of(server, "postgres", NULL));
	g_clear_pointer(&again, pg_server_free);
	again = start(owner, &error);
	g_assert_no_error(error);
	session = session_of(again, "Odd \"name", &error);
	execute(session, "INSERT INTO kept VALUES (1)");
	/* A database goes, whoever is in it. */
	g_assert_true(pg_server_drop_database(again, "Odd \"name", &error));
	g_assert_no_error(error);
	g_assert_false(pg_session_execute(session, "SELECT 1", NULL));
	g_assert_true(pg_server_drop_database(again, "Odd \"name", &error));
	g_assert_null(session_of(again, "Odd \"name", &error));
	g_assert_error(error, BASE_ERROR, ERR_CONNECTION);
	g_assert_true(pg_server_stop(again, NULL));
}

static PgServer *start_scratch(const char *owner, GError **error)
{
	return pg_server_scratch(owner, pg_server_major(NULL), error);
}

static void test_own_servers(void)
{
	g_autofree char *folder = g_dir_make_tmp("server-test-XXXXXX", NULL);

	g_assert_nonnull(folder);
	assert_lives(folder, pg_server_embedded);
	assert_lives(folder, start_scratch);
	pg_server_free(NULL);
	remove_folder(folder);
}

/* Roles of a scratch server are swept, unless somebody still works there. */
static void test_roles(void)
{
	g_autofree char *folder = g_dir_make_tmp("server-test-XXXXXX", NULL);
	g_autoptr(GError) error = NULL;
	g_autoptr(PgServer) server = start_scratch(folder, &error);
	g_autoptr(PgSession) session = NULL;
	g_auto(GStrv) before = NULL, after = NULL, databases = NULL;
	g_autofree char *names = NULL;

	g_assert_no_error(error);
	session = session_of(server, "postgres", &error);
	g_assert_no_error(error);
	execute(session, "CREATE ROLE \"Odd r\"; CREATE ROLE other; CREATE ROLE owner; CREATE "
			 "TABLE t (i int);"
			 "ALTER TABLE t OWNER TO owner");
	before = pg_session_other_roles(session, NULL);
	names = g_strjoinv(",", before);
	g_assert_cmpstr(names, ==, "Odd r,other,owner");
	databases = pg_session_databases(session, "templ", NULL);
	g_assert_cmpuint(g_strv_length(databases), ==, 2);
	pg_session_drop_roles(session, "templ");
	after = pg_session_other_roles(session, NULL);
	g_assert_cmpuint(g_strv_length(after), ==, 3);
	/* One that cannot be dropped stays. */
	pg_session_drop_roles(session, "no such");
	g_strfreev(after);
	after = pg_session_other_roles(session, NULL);
	g_assert_cmpuint(g_strv_length(after), ==, 1);
	g_assert_cmpstr(after[0], ==, "owner");
	g_clear_pointer(&session, pg_session_free);
	g_assert_true(pg_server_stop(server, NULL));
	remove_folder(folder);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/server/describe", test_describe);
	g_test_add_func("/server/describe-defaults", test_describe_defaults);
	g_test_add_func("/server/export", test_export);
	g_test_add_func("/server/indexes", test_indexes);
	g_test_add_func("/server/rights", test_rights);
	g_test_add_func("/server/unanswered", test_unanswered);
	g_test_add_func("/server/binaries", test_binaries);
	g_test_add_func("/server/own-servers", test_own_servers);
	g_test_add_func("/server/roles", test_roles);
	return g_test_run();
}
