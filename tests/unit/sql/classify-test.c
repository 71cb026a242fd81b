/* What may run in a transaction: by the parser's tree, by words, and for text made to break both.
 */
#include "sql/classify.h"

#include <string.h>

#include "base/error.h"

#define NO_TX SQL_NO_TRANSACTION
#define TX    SQL_TRANSACTION
#define NONE  SQL_EFFECT_NONE
#define AGAIN SQL_EFFECT_REPEATABLE
#define MADE  SQL_EFFECT_INDEX_CREATED
#define GONE  SQL_EFFECT_INDEX_DROPPED

/* Statements that are not ordinary. */
static const struct {
	const char *sql;
	SqlClass class;
	SqlEffect effect;
	const char *what;
} kinds[] = {
	{"BEGIN", TX, NONE, "BEGIN"},
	{"begin isolation level serializable", TX, NONE, "BEGIN"},
	{"START TRANSACTION READ ONLY", TX, NONE, "START TRANSACTION"},
	{"COMMIT", TX, NONE, "COMMIT"},
	{"commit and chain", TX, NONE, "COMMIT"},
	{"END", TX, NONE, "COMMIT"},
	{"ROLLBACK", TX, NONE, "ROLLBACK"},
	{"ABORT WORK", TX, NONE, "ROLLBACK"},
	{"SAVEPOINT a", TX, SQL_EFFECT_SAVEPOINT, "SAVEPOINT"},
	{"RELEASE a", TX, SQL_EFFECT_RELEASE, "RELEASE SAVEPOINT"},
	{"ROLLBACK TO a", TX, SQL_EFFECT_ROLLBACK_TO, "ROLLBACK TO SAVEPOINT"},
	{"ROLLBACK WORK TO SAVEPOINT a", TX, SQL_EFFECT_ROLLBACK_TO, "ROLLBACK TO SAVEPOINT"},
	{"PREPARE TRANSACTION 'a'", TX, NONE, "PREPARE TRANSACTION"},
	{"COMMIT PREPARED 'a'", TX, NONE, "COMMIT PREPARED"},
	{"ROLLBACK PREPARED 'a'", TX, NONE, "ROLLBACK PREPARED"},
	{"CREATE INDEX CONCURRENTLY i ON t (a)", NO_TX, MADE, "CREATE INDEX CONCURRENTLY"},
	{"create /* a */ unique index\n-- b\nconcurrently i on t (a)", NO_TX, MADE,
	 "CREATE INDEX CONCURRENTLY"},
	{"DROP INDEX CONCURRENTLY i", NO_TX, GONE, "DROP INDEX CONCURRENTLY"},
	{"REINDEX INDEX CONCURRENTLY i", NO_TX, AGAIN, "REINDEX CONCURRENTLY"},
	{"REINDEX (VERBOSE, CONCURRENTLY) TABLE t", NO_TX, AGAIN, "REINDEX CONCURRENTLY"},
	{"REINDEX SCHEMA s", NO_TX, AGAIN, "REINDEX of a schema or database"},
	{"REINDEX DATABASE d", NO_TX, AGAIN, "REINDEX of a schema or database"},
	{"REINDEX SYSTEM d", NO_TX, AGAIN, "REINDEX of a schema or database"},
	{"VACUUM", NO_TX, AGAIN, "VACUUM"},
	{"vacuum(full, analyze) t", NO_TX, AGAIN, "VACUUM"},
	{"CLUSTER", NO_TX, AGAIN, "CLUSTER of all tables"},
	{"CREATE DATABASE d", NO_TX, NONE, "CREATE DATABASE"},
	{"DROP DATABASE IF EXISTS d WITH (FORCE)", NO_TX, NONE, "DROP DATABASE"},
	{"ALTER DATABASE d SET TABLESPACE s", NO_TX, AGAIN, "ALTER DATABASE SET TABLESPACE"},
	{"ALTER DATABASE \"d\" SET TABLESPACE s", NO_TX, AGAIN, "ALTER DATABASE SET TABLESPACE"},
	{"CREATE TABLESPACE s LOCATION '/s'", NO_TX, NONE, "CREATE TABLESPACE"},
	{"DROP TABLESPACE s", NO_TX, NONE, "DROP TABLESPACE"},
	{"ALTER SYSTEM SET work_mem = '1GB'", NO_TX, AGAIN, "ALTER SYSTEM"},
	{"DISCARD ALL", NO_TX, SQL_EFFECT_SESSION, "DISCARD ALL"},
	{"ALTER TABLE t DETACH PARTITION p CONCURRENTLY", NO_TX, NONE,
	 "DETACH PARTITION CONCURRENTLY"},
	{"CREATE SUBSCRIPTION s CONNECTION 'x' PUBLICATION p", NO_TX, NONE, "CREATE SUBSCRIPTION"},
	{"DROP SUBSCRIPTION s", NO_TX, NONE, "DROP SUBSCRIPTION"},
	{"ALTER SUBSCRIPTION s REFRESH PUBLICATION", NO_TX, AGAIN,
	 "ALTER SUBSCRIPTION with a refresh"},
	{"ALTER SUBSCRIPTION s SET PUBLICATION p", NO_TX, AGAIN,
	 "ALTER SUBSCRIPTION with a refresh"},
};

static void assert_kind(const char *sql, guint i, bool parsed)
{
	g_auto(SqlKind) kind = {0};

	sql_classify(sql, &kind);
	g_test_message("%s", sql);
	g_assert_cmpint(kind.parsed, ==, parsed);
	g_assert_cmpint(kind.class, ==, kinds[i].class);
	g_assert_cmpint(kind.effect, ==, kinds[i].effect);
	g_assert_cmpstr(kind.what, ==, kinds[i].what);
}

static void test_tree(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(kinds); i++)
		assert_kind(kinds[i].sql, i, true);
}

/* The same statements with an end that no parser knows are judged the same. */
static void test_words(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(kinds); i++) {
		g_autofree char *sql = g_strconcat(kinds[i].sql, " ]", NULL);

		assert_kind(sql, i, false);
	}
}

static const char *const ordinary[] = {
	"SELECT 1",
	"CREATE INDEX i ON t (a)",
	"DROP INDEX i",
	"DROP TABLE concurrently_t",
	"REINDEX TABLE t",
	"REINDEX (CONCURRENTLY false) INDEX i",
	"REINDEX (CONCURRENTLY 0) INDEX i",
	"REINDEX (CONCURRENTLY off) INDEX i",
	"ANALYZE t",
	"CLUSTER t USING i",
	"ALTER DATABASE d SET work_mem = '1GB'",
	"ALTER DATABASE d CONNECTION LIMIT 5",
	"ALTER TABLE t DETACH PARTITION p",
	"ALTER TABLE t DETACH PARTITION p FINALIZE",
	"ALTER TYPE e ADD VALUE 'x'",
	"REFRESH MATERIALIZED VIEW CONCURRENTLY v",
	"CREATE SUBSCRIPTION s CONNECTION 'x' PUBLICATION p WITH (connect = false)",
	"CREATE SUBSCRIPTION s CONNECTION 'x' PUBLICATION p WITH (create_slot = off)",
	"ALTER SUBSCRIPTION s DISABLE",
	"ALTER SUBSCRIPTION s SET PUBLICATION p WITH (refresh = false)",
	"SET TRANSACTION READ ONLY",
	"CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS 'BEGIN COMMIT; END'",
	"DO 'BEGIN COMMIT; END'",
	"SELECT 'COMMIT; VACUUM'",
	"EXPLAIN SELECT 1",
	"COPY t FROM stdin",
	"",
};

static void test_ordinary(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(ordinary); i++) {
		g_auto(SqlKind) kind = {0};

		sql_classify(ordinary[i], &kind);
		g_test_message("%s", ordinary[i]);
		g_assert_true(kind.parsed);
		g_assert_cmpint(kind.class, ==, SQL_ORDINARY);
		g_assert_cmpint(kind.effect, ==, NONE);
		g_assert_null(kind.index);
	}
}

/* Words that only look like those of a statement outside transactions. */
static const char *const unknown[] = {
	"] SELECT",
	"SELECT ] COMMIT",
	"BEGINNING ]",
	"\"COMMIT\" ]",
	"'VACUUM' ]",
	"CREATE INDEX i ON t (concurrently) ]",
	"CLUSTER t ]",
	"ALTER DATABASE d SET work_mem = 1 ]",
	"REINDEX TABLE t ]",
	"REINDEX TABLE \"CONCURRENTLY\" ]",
	"COMMITTED ]",
	"ALTER TABLE t DETACH PARTITION p ] FINALIZE",
	"/* COMMIT */ SELECT ]",
	"-- VACUUM\nSELECT ]",
	"'never closed",
	"$1",
};

static void test_unknown(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(unknown); i++) {
		g_auto(SqlKind) kind = {0};

		sql_classify(unknown[i], &kind);
		g_test_message("%s", unknown[i]);
		g_assert_false(kind.parsed);
		g_assert_cmpint(kind.class, ==, SQL_ORDINARY);
	}
}

/* ---- names of indexes ---- */

/* 62 bytes, and a character of two that does not fit. */
#define KEPT_NAME "a2345678901234567890123456789012345678901234567890123456789012"
#define LONG_NAME KEPT_NAME "\xC3\xA9\xC3\xA9"

static const struct {
	const char *sql, *schema, *index;
	bool if_not_exists;
} indexes[] = {
	{"CREATE INDEX CONCURRENTLY i ON t (a)", NULL, "i", false},
	{"CREATE INDEX CONCURRENTLY I ON ONLY S.t (a)", "s", "i", false},
	{"CREATE INDEX CONCURRENTLY IF NOT EXISTS \"I \"\"x\" ON \"S\".t USING btree (a)", "S",
	 "I \"x", true},
	{"CREATE INDEX CONCURRENTLY ON t (a)", NULL, NULL, false},
	{"CREATE INDEX CONCURRENTLY \xC3\x84 ON t (a)", NULL, "\xC3\x84", false},
	{"CREATE INDEX CONCURRENTLY " LONG_NAME " ON t (a)", NULL, KEPT_NAME, false},
	{"DROP INDEX CONCURRENTLY i", NULL, "i", false},
	{"DROP INDEX CONCURRENTLY IF EXISTS \"S\" . I", "S", "i", false},
	{"DROP INDEX CONCURRENTLY s.\"I\" RESTRICT", "s", "I", false},
};

static void assert_index(const char *sql, guint i, bool parsed)
{
	g_auto(SqlKind) kind = {0};

	sql_classify(sql, &kind);
	g_test_message("%s", sql);
	g_assert_cmpint(kind.parsed, ==, parsed);
	g_assert_cmpstr(kind.schema, ==, indexes[i].schema);
	g_assert_cmpstr(kind.index, ==, indexes[i].index);
	g_assert_cmpint(kind.if_not_exists, ==, indexes[i].if_not_exists);
}

static void test_index_names(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(indexes); i++) {
		/* A grammar newer than the parser's, whatever that is, would go on like this. */
		g_autofree char *newer = g_strconcat(indexes[i].sql, " WHERE a IS FUTURE", NULL);

		assert_index(indexes[i].sql, i, true);
		assert_index(newer, i, false);
	}
}

/* A name that the words cannot give is no name, rather than a wrong one. */
static void test_escaped_names(void)
{
	static const char *const sql[] = {"CREATE INDEX CONCURRENTLY U&\"\\0061\" ON t (a) ]",
					  "DROP INDEX CONCURRENTLY U&\"\\0061\" ]",
					  "DROP INDEX CONCURRENTLY ]",
					  "CREATE INDEX CONCURRENTLY ]"};

	for (guint i = 0; i < G_N_ELEMENTS(sql); i++) {
		g_auto(SqlKind) kind = {0};

		sql_classify(sql[i], &kind);
		g_assert_cmpint(kind.class, ==, NO_TX);
		g_assert_null(kind.index);
	}
}

/* ---- more than the parser bears ---- */

static char *repeated(const char *before, const char *part, guint count, const char *after)
{
	GString *text = g_string_new(before);

	for (guint i = 0; i < count; i++)
		g_string_append(text, part);
	g_string_append(text, after);
	return g_string_free(text, FALSE);
}

static const struct {
	const char *before, *part;
	guint count;
	const char *after;
	SqlClass class;
} monsters[] = {
	{"SELECT ", "(", 20000, "1", SQL_ORDINARY},
	{"VACUUM ", "(", 20000, "", NO_TX},
	{"SELECT a", "+a", 30000, "", SQL_ORDINARY},
	{"CREATE INDEX CONCURRENTLY i ON t ((a", "+a", 30000, "))", NO_TX},
	{"SELECT a", "+a", 500000, "", SQL_ORDINARY},
	{"SELECT a", "::b", 300000, "", SQL_ORDINARY},
	{"SELECT ", "- ", 400000, "a", SQL_ORDINARY},
	{"SELECT ", "NOT ", 200000, "a", SQL_ORDINARY},
	{"SELECT a", "[1]", 300000, "", SQL_ORDINARY},
	{"SELECT ", "CASE WHEN ", 50000, "", SQL_ORDINARY},
	{"SELECT 1", " UNION SELECT 1", 60000, "", SQL_ORDINARY},
	{"SELECT * FROM t", " JOIN t ON a", 60000, "", SQL_ORDINARY},
	{"VACUUM a", ", a", 700000, "", NO_TX}, /* longer than what is parsed */
	{"COMMIT", " ", 2000000, "", TX},
};

static void test_monsters(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(monsters); i++) {
		g_autofree char *sql = repeated(monsters[i].before, monsters[i].part,
						monsters[i].count, monsters[i].after);
		g_auto(SqlKind) kind = {0};

		g_test_message("%s%s...", monsters[i].before, monsters[i].part);
		sql_classify(sql, &kind);
		g_assert_cmpint(kind.class, ==, monsters[i].class);
	}
}

/* A text of moderate length is read by the parser, on whichever stack. */
static void test_long_text(void)
{
	g_autofree char *sql = repeated("CREATE INDEX CONCURRENTLY i ON t (a", ", a", 5000, ")");
	g_auto(SqlKind) kind = {0};

	sql_classify(sql, &kind);
	g_assert_true(kind.parsed);
	g_assert_cmpstr(kind.index, ==, "i");
}

/* Should a text hold two statements after all, the second does not slip through. */
static void test_two_statements(void)
{
	g_auto(SqlKind) kind = {0};

	sql_classify("SELECT 1; COMMIT; VACUUM", &kind);
	g_assert_cmpint(kind.class, ==, TX);
}

/* ---- syntax ---- */

static void test_check(void)
{
	g_autofree char *deep = repeated("SELECT a", "+a", 30000, "");
	unsigned position = 77;
	g_autoptr(GError) error = NULL;

	g_assert_true(sql_parse_check("SELECT 1", &position, &error));
	g_assert_true(sql_parse_check(deep, NULL, &error));
	g_assert_no_error(error);
	g_assert_cmpuint(position, ==, 77);
	g_assert_false(sql_parse_check("SELECT '\xC3\xA9' frm frm t", &position, &error));
	g_assert_error(error, BASE_ERROR, ERR_MIGRATION);
	g_assert_nonnull(strstr(error->message, "syntax error"));
	g_assert_cmpuint(position, ==, 16);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/sql/classify/the tree tells what runs outside transactions", test_tree);
	g_test_add_func("/sql/classify/words tell the same without a tree", test_words);
	g_test_add_func("/sql/classify/all else is ordinary", test_ordinary);
	g_test_add_func("/sql/classify/what nobody understands is ordinary", test_unknown);
	g_test_add_func("/sql/classify/indexes have their names", test_index_names);
	g_test_add_func("/sql/classify/a name not understood is none", test_escaped_names);
	g_test_add_func("/sql/classify/monsters do no harm", test_monsters);
	g_test_add_func("/sql/classify/long text is parsed", test_long_text);
	g_test_add_func("/sql/classify/a second statement is seen", test_two_statements);
	g_test_add_func("/sql/classify/syntax is checked, with the place", test_check);
	return g_test_run();
}
