/* What is the same to the parser, and above all what is not. */
#include "sql/meaning.h"

#include <string.h>

static char *digest(const char *sql, bool *parsed)
{
	return sql_meaning_digest(sql, strlen(sql), parsed);
}

static bool same(const char *left, const char *right)
{
	g_autofree char *a = digest(left, NULL), *b = digest(right, NULL);

	g_test_message("%.60s | %.60s", left, right);
	g_assert_cmpuint(strlen(a), ==, 64);
	return strcmp(a, b) == 0;
}

static const char *const equal[][2] = {
	{"SELECT 1", "select  1;"},
	{"SELECT 1;", "-- why\nSELECT /* how */ 1; -- done\n"},
	{"SELECT a; SELECT b", "SELECT a;\n\n;;SELECT b;"},
	{"CREATE TABLE users (id int)", "create table \"users\"\n(\n\tID integer\n);"},
	{"SELECT a <> b", "SELECT a != b"},
	{"SELECT a::int", "SELECT CAST(a AS int)"},
	{"SELECT 'a'", "SELECT $$a$$"},
	{"SELECT 'it''s'", "SELECT E'it\\'s'"},
	{"DROP TABLE t", "DROP TABLE t RESTRICT"},
	{"ALTER TABLE t ADD c int", "ALTER TABLE t ADD COLUMN c int"},
	{"COPY t FROM stdin;\n1\n\\.\n", "copy t from STDIN; -- x\n1\n\\.\n"},
	{"CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; END",
	 "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC /* a */ SELECT 1; END;"},
	{"SELECT a IS FUTURE", "\n SELECT a IS FUTURE; -- newer syntax is taken byte by byte"},
	{"", "-- nothing\n;"},
	{"\xEF\xBB\xBFSELECT 1", "SELECT 1"},
};

static const char *const different[][2] = {
	{"SELECT 1", "SELECT 2"},
	{"SELECT 0", "SELECT NULL"},
	{"SELECT 0", "SELECT ''"},
	{"SELECT 1", ""},
	{"SELECT 1", "SELECT 1; SELECT 1"},
	{"SELECT a; SELECT b", "SELECT b; SELECT a"},
	{"SELECT a; SELECT b", "SELECT a AS b"},
	{"SELECT users", "SELECT \"Users\""},
	{"SELECT 'a b'", "SELECT 'a  b'"},
	{"CREATE TABLE t (a varchar(10))", "CREATE TABLE t (a varchar(20))"},
	{"CREATE TABLE t (a int DEFAULT 5)", "CREATE TABLE t (a int DEFAULT 6)"},
	{"CREATE TABLE t (a int CHECK (a > 0))", "CREATE TABLE t (a int CHECK (a > 1))"},
	{"CREATE TABLE t (a int, b int)", "CREATE TABLE t (b int, a int)"},
	{"DROP TABLE t", "DROP TABLE t CASCADE"},
	{"DROP TABLE t", "DROP TABLE IF EXISTS t"},
	{"CREATE INDEX i ON t (a)", "CREATE INDEX CONCURRENTLY i ON t (a)"},
	{"CREATE TABLESPACE s LOCATION '/a'", "CREATE TABLESPACE s LOCATION '/b'"},
	{"SET lock_timeout = '1s'", "SET lock_timeout = 0"},
	{"CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
	 "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT  1'"},
	{"DO 'BEGIN END'", "DO 'BEGIN NULL; END'"},
	{"CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; END",
	 "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 2; END"},
	{"COPY t FROM stdin;\n1\n\\.\n", "COPY t FROM stdin;\n2\n\\.\n"},
	{"COPY t FROM stdin;\n1\n\\.\n", "COPY t FROM stdin;\n\\.\n"},
	{"COPY t FROM stdin;\n\\.\n", "COPY t FROM 'stdin'"},
	{"SELECT a IS FUTURE", "SELECT a IS  JSON"},
	{"SELECT 'open", "SELECT 'open "},
	{"SELECT 1; \\d", "SELECT 1; \\e"},
	{"SELECT \xFF", "SELECT \xFE"},
};

static void test_equal(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(equal); i++)
		g_assert_true(same(equal[i][0], equal[i][1]));
}

static void test_different(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(different); i++)
		g_assert_false(same(different[i][0], different[i][1]));
}

static void test_parsed(void)
{
	static const struct {
		const char *sql;
		bool parsed;
	} cases[] = {{"SELECT 1", true},
		     {"", true},
		     {"COPY t FROM stdin;\n1\n\\.\n", true},
		     {"SELECT 1; SELECT a IS FUTURE; SELECT 1", false},
		     {"SELECT 'open", false},
		     {"\\d", false}};

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		bool parsed = !cases[i].parsed;
		g_autofree char *found = digest(cases[i].sql, &parsed);

		g_assert_nonnull(found);
		g_assert_cmpint(parsed, ==, cases[i].parsed);
	}
}

/* The length counts, not a terminator. */
static void test_length(void)
{
	g_autofree char *whole = digest("SELECT 1", NULL);
	g_autofree char *part = sql_meaning_digest("SELECT 12", 8, NULL);

	g_assert_cmpstr(whole, ==, part);
}

/* A tree too deep to read is taken byte by byte, so it is never the same by mistake. */
static void test_deep(void)
{
	g_autoptr(GString) one = g_string_new("SELECT a"), other = NULL;

	for (guint i = 0; i < 30000; i++)
		g_string_append(one, "+a");
	other = g_string_new(one->str);
	g_string_append(other, "+b");
	g_string_append(one, "+a");
	g_assert_false(same(one->str, other->str));
	g_assert_true(same(one->str, one->str));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/sql/meaning/spelling and comments do not count", test_equal);
	g_test_add_func("/sql/meaning/everything else does", test_different);
	g_test_add_func("/sql/meaning/it is told what was not parsed", test_parsed);
	g_test_add_func("/sql/meaning/the length counts", test_length);
	g_test_add_func("/sql/meaning/a very deep tree is told from another", test_deep);
	return g_test_run();
}
