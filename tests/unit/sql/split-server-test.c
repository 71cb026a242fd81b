/*
 * The corpus run as a whole by psql, and run as our statements one by one, must leave the same
 * database behind: schema, rows and rights, as pg_dump writes them.
 */
#include <string.h>

#include "base/proc.h"
#include "pg/session.h"
#include "sql/split.h"

#define BY_PSQL "split_by_psql"
#define BY_US   "split_by_us"

static char *corpus_path(void)
{
	g_autofree char *folder = g_path_get_dirname(__FILE__);

	return g_build_filename(folder, "..", "..", "fixtures", "sql", "corpus.sql", NULL);
}

/* A client program of the installation that the tests run against. */
static char *program(const char *name)
{
	const char *folder = g_getenv("PG_TEST_BIN");

	return folder ? g_build_filename(folder, name, NULL) : g_strdup(name);
}

static gsize length_of(const char *const *argv)
{
	gsize length = 0;

	while (argv[length])
		length++;
	return length;
}

static char *output_of(const char *const *argv)
{
	g_autofree char *path = program(argv[0]);
	g_autofree const char **copy = g_memdup2(argv, sizeof *argv * (length_of(argv) + 1));
	g_auto(ProcResult) result = {0};
	g_autoptr(GError) error = NULL;
	ProcSpec spec = {.argv = copy};

	copy[0] = path;
	proc_run_ok(&spec, &result, &error);
	if (error)
		g_error("%s: %s", path, result.err ? result.err->str : error->message);
	return g_strdup(result.out->str);
}

static PgSession *connect(const char *database)
{
	const char *settings[] = {"dbname", database, NULL};
	g_autoptr(GError) error = NULL;
	PgSession *session = pg_session_open(settings, "split-server-test", &error);

	g_assert_no_error(error);
	return session;
}

static void execute(PgSession *session, const char *sql)
{
	g_autoptr(GError) error = NULL;

	pg_session_execute(session, sql, &error);
	if (error)
		g_error("%s: %s", error->message, sql);
}

static void drop_databases(void)
{
	g_autoptr(PgSession) session = connect("postgres");

	execute(session, "DROP DATABASE IF EXISTS " BY_PSQL);
	execute(session, "DROP DATABASE IF EXISTS " BY_US);
	execute(session, "DROP ROLE IF EXISTS corpus_reader");
}

static void make_databases(void)
{
	g_autoptr(PgSession) session = NULL;

	drop_databases();
	session = connect("postgres");
	execute(session, "CREATE DATABASE " BY_PSQL " TEMPLATE template0");
	execute(session, "CREATE DATABASE " BY_US " TEMPLATE template0");
}

static void run_by_psql(const char *path)
{
	const char *const argv[] = {"psql", "-X",        "-q", "-v",    "ON_ERROR_STOP=1",
				    "-o",   "/dev/null", "-d", BY_PSQL, "-f",
				    path,   NULL};

	g_free(output_of(argv));
}

static void run_statement(PgSession *session, const SqlScript *script,
			  const SqlStatement *statement)
{
	g_autofree char *sql = sql_statement_text(script, statement);
	g_autoptr(GError) error = NULL;

	if (!statement->is_copy_from_stdin) {
		execute(session, sql);
		return;
	}
	pg_session_copy_in(session, sql, script->text + statement->data_start,
			   statement->data_length, &error);
	g_assert_no_error(error);
}

static void run_by_us(const char *path)
{
	g_autoptr(PgSession) session = connect(BY_US);
	g_autoptr(SqlScript) script = NULL;
	g_autoptr(GError) error = NULL;
	g_autofree char *text = NULL;
	gsize length;

	g_file_get_contents(path, &text, &length, &error);
	g_assert_no_error(error);
	script = sql_script_split(text, length, "corpus.sql", 1, &error);
	g_assert_no_error(error);
	for (guint i = 0; i < script->statements->len; i++)
		run_statement(session, script, &g_array_index(script->statements, SqlStatement, i));
}

/* The dump without the lines that name a random key, in newer minor versions. */
static char *dump(const char *database)
{
	const char *const argv[] = {"pg_dump", "--column-inserts", database, NULL};
	g_autofree char *text = output_of(argv);
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	GString *kept = g_string_new(NULL);

	for (char **line = lines; *line; line++)
		if (!g_str_has_prefix(*line, "\\restrict") &&
		    !g_str_has_prefix(*line, "\\unrestrict"))
			g_string_append_printf(kept, "%s\n", *line);
	return g_string_free(kept, FALSE);
}

static void assert_same_text(const char *expected, const char *found)
{
	g_auto(GStrv) left = g_strsplit(expected, "\n", -1);
	g_auto(GStrv) right = g_strsplit(found, "\n", -1);

	for (guint i = 0; left[i] && right[i]; i++)
		g_assert_cmpstr(left[i], ==, right[i]);
	g_assert_cmpuint(g_strv_length(left), ==, g_strv_length(right));
}

static void test_corpus(void)
{
	g_autofree char *path = corpus_path();
	g_autofree char *by_psql = NULL, *by_us = NULL;

	make_databases();
	run_by_psql(path);
	run_by_us(path);
	by_psql = dump(BY_PSQL);
	by_us = dump(BY_US);
	g_assert_nonnull(strstr(by_us, "no semicolon behind me")); /* the last statement ran */
	assert_same_text(by_psql, by_us);
	drop_databases();
}

/* Texts that psql, which reads line by line, or libpg_query would take otherwise: the server alone
 * says where they end. Each gives one row that holds a semicolon. */
static const char *const odd[] = {
	"SELECT E'a'\n -- '\n '\\';'", "SELECT E'a'\r '\\';'", "SELECT 'x;' -- \r || ''",
	"SELECT ';' AS a$b$",          "SELECT $a$;$$a$",      "SELECT $\xC3\xA4$;$\xC3\xA4$",
	"SELECT U&'\\003B'",           "SELECT ';'/*/**/;*/",
};

static void test_odd(void)
{
	g_autoptr(PgSession) session = connect("postgres");

	for (guint i = 0; i < G_N_ELEMENTS(odd); i++) {
		g_autofree char *text = g_strconcat(odd[i], "; SELECT 1", NULL);
		g_autoptr(SqlScript) script = sql_script_split(text, strlen(text), "x", 1, NULL);
		g_autofree char *sql = NULL;
		g_autoptr(PgResult) result = NULL;
		g_autoptr(GError) error = NULL;

		g_test_message("%s", odd[i]);
		g_assert_nonnull(script);
		g_assert_cmpuint(script->statements->len, ==, 2);
		sql = sql_statement_text(script,
					 &g_array_index(script->statements, SqlStatement, 0));
		result = pg_session_query(session, sql, 0, NULL, &error);
		g_assert_no_error(error);
		g_assert_nonnull(strchr(pg_result_text(result, 0, 0), ';'));
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	if (!g_getenv("PGHOST")) {
		g_print("1..0 # SKIP no server: PGHOST is not set\n");
		return 0;
	}
	g_test_add_func("/sql/split/the corpus by psql and by us leaves the same", test_corpus);
	g_test_add_func("/sql/split/the server agrees on odd ends", test_odd);
	return g_test_run();
}
