/* What a statement does beyond its class: to the session, with temporary relations, to the client.
 */
#include <string.h>

#include "sql/classify.h"

static const struct {
	const char *sql;
	SqlEffect effect;
	const char *temporary;
} cases[] = {
	{"SET search_path = a", SQL_EFFECT_SESSION, NULL},
	{"SET LOCAL search_path = a", SQL_EFFECT_NONE, NULL},
	{"SET TRANSACTION READ ONLY", SQL_EFFECT_NONE, NULL},
	{"SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY", SQL_EFFECT_SESSION, NULL},
	{"SET ROLE r", SQL_EFFECT_SESSION, NULL},
	{"SET SESSION AUTHORIZATION r", SQL_EFFECT_SESSION, NULL},
	{"RESET ALL", SQL_EFFECT_SESSION, NULL},
	{"SELECT set_config('a', 'b', false)", SQL_EFFECT_SESSION, NULL},
	{"SELECT pg_catalog.set_config('a', 'b', false), set_config('c', 'd', false)",
	 SQL_EFFECT_SESSION, NULL},
	{"SELECT set_config('a', 'b', false), count(*)", SQL_EFFECT_NONE, NULL},
	{"SELECT set_config('a', x, false) FROM t", SQL_EFFECT_NONE, NULL},
	{"SELECT 1", SQL_EFFECT_NONE, NULL},
	{"PREPARE p AS SELECT 1", SQL_EFFECT_SESSION, NULL},
	{"DEALLOCATE p", SQL_EFFECT_SESSION, NULL},
	{"LISTEN c", SQL_EFFECT_SESSION, NULL},
	{"UNLISTEN c", SQL_EFFECT_SESSION, NULL},
	{"LOAD 'x'", SQL_EFFECT_SESSION, NULL},
	{"DECLARE c CURSOR WITH HOLD FOR SELECT 1", SQL_EFFECT_SESSION, NULL},
	{"DECLARE c CURSOR FOR SELECT 1", SQL_EFFECT_NONE, NULL},
	{"CLOSE c", SQL_EFFECT_SESSION, NULL},
	{"DISCARD TEMP", SQL_EFFECT_SESSION, NULL},
	{"CREATE TEMP TABLE t (i int)", SQL_EFFECT_TEMPORARY, "t"},
	{"CREATE TABLE pg_temp.t (i int)", SQL_EFFECT_TEMPORARY, "t"},
	{"CREATE TABLE t (i int)", SQL_EFFECT_NONE, NULL},
	{"CREATE UNLOGGED TABLE t (i int)", SQL_EFFECT_NONE, NULL},
	{"CREATE TEMP TABLE t AS SELECT 1", SQL_EFFECT_TEMPORARY, "t"},
	{"SELECT 1 INTO TEMP t", SQL_EFFECT_TEMPORARY, "t"},
	{"CREATE TEMP SEQUENCE s", SQL_EFFECT_TEMPORARY, "s"},
	{"CREATE TEMP VIEW v AS SELECT 1", SQL_EFFECT_TEMPORARY, "v"},
	{"COPY t TO stdout", SQL_EFFECT_ROWS_OUT, NULL},
	{"COPY (SELECT 1) TO stdout", SQL_EFFECT_ROWS_OUT, NULL},
	{"COPY t TO '/tmp/x'", SQL_EFFECT_NONE, NULL},
	{"COPY t TO PROGRAM 'x'", SQL_EFFECT_NONE, NULL},
	{"COPY t FROM stdin", SQL_EFFECT_NONE, NULL},
	/* Without the parser, by the words. */
	{"COPY t TO STDOUT ]", SQL_EFFECT_ROWS_OUT, NULL},
	{"SET search_path = a ]", SQL_EFFECT_SESSION, NULL},
};

static void test_effects(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_auto(SqlKind) kind = {0};

		g_test_message("%s", cases[i].sql);
		sql_classify(cases[i].sql, &kind);
		g_assert_cmpint(kind.effect, ==, cases[i].effect);
		g_assert_cmpstr(kind.temporary, ==, cases[i].temporary);
		g_assert_cmpint(kind.class, ==, SQL_ORDINARY);
	}
}

/* What leaves nothing in a session calls no function of anybody. */
static void test_quiet(void)
{
	static const char *const quiet[] = {
		"CREATE TABLE t (i int DEFAULT f(), CHECK (g(i)))",
		"CREATE VIEW v AS SELECT f()",
		"CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT set_config(1)'",
		"ALTER TABLE t ADD COLUMN a text, ADD PRIMARY KEY (a)",
		"CREATE INDEX i ON t (a)",
		"DROP TABLE t",
		"COMMENT ON TABLE t IS 'x'",
		"GRANT SELECT ON t TO r",
	};
	static const char *const loud[] = {
		"CREATE TEMP TABLE t (i int)",
		"ALTER TABLE t ADD COLUMN a int DEFAULT f()",
		"ALTER TABLE t ADD CHECK (a === 1)",
		"ALTER TABLE t ALTER a TYPE int USING a::int",
		"ALTER TABLE t ALTER a TYPE bigint",
		"ALTER TABLE t VALIDATE CONSTRAINT c",
		"ALTER TABLE t ATTACH PARTITION p DEFAULT",
		"CREATE INDEX i ON t (f(a))",
		"INSERT INTO t VALUES (1)",
		"SELECT 1",
		"DO 'BEGIN END'",
		"CALL p()",
		"CREATE TABLE t AS SELECT f()",
		"SET a.b = 1",
		"CREATE TABLE t (i int) ]",
	};

	for (guint i = 0; i < G_N_ELEMENTS(quiet) + G_N_ELEMENTS(loud); i++) {
		const bool expected = i < G_N_ELEMENTS(quiet);
		const char *sql = expected ? quiet[i] : loud[i - G_N_ELEMENTS(quiet)];
		g_auto(SqlKind) kind = {0};

		g_test_message("%s", sql);
		sql_classify(sql, &kind);
		g_assert_cmpint(kind.quiet, ==, expected);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/sql/effect/session, temporary relations, rows for a client",
			test_effects);
	g_test_add_func("/sql/effect/quiet statements", test_quiet);
	return g_test_run();
}
