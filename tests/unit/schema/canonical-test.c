/* The lasting spelling of deparsed SQL, and what takes an object away: from texts alone. */
#include "schema/canonical.h"

#include "schema/repair.h"

static void test_canonical(void)
{
	static const struct {
		const char *from, *to;
	} cases[] = {
		{"CHECK ((a > 0))", "CHECK ((a > 0))"},
		{"((a)::text = ANY ((ARRAY['x'::character varying, 'y'::character "
		 "varying])::text[]))",
		 "((a)::text = ANY (ARRAY[('x'::character varying)::text, ('y'::character "
		 "varying)::text]))"},
		{"(ARRAY['a,]b'::character varying, f(1, 2)])::character varying(5)[]",
		 "ARRAY[('a,]b'::character varying)::character varying(5), (f(1, 2))::character "
		 "varying(5)]"},
		{"(ARRAY[1, 2])::numeric(10,2)[]", "ARRAY[(1)::numeric(10,2), (2)::numeric(10,2)]"},
		{"(ARRAY[1, 2])[1]", "(ARRAY[1, 2])[1]"},
		{"(ARRAY[])::text[]", "(ARRAY[])::text[]"},
		{"(((a > 1) AND (b > 2)) AND (c > 3))", "((a > 1) AND (b > 2) AND (c > 3))"},
		{"((((a) AND (b)) AND (c)) AND (d))", "((a) AND (b) AND (c) AND (d))"},
		{"((a) AND ((b) AND (c)))", "((a) AND ((b) AND (c)))"},
		{"(((a) OR (b)) AND (c))", "(((a) OR (b)) AND (c))"},
		{"(((a) OR (b)) OR (c))", "((a) OR (b) OR (c))"},
		{"SELECT ' (((a) AND (b)) AND (c)) ' WHERE (((a) AND (b)) AND (c))",
		 "SELECT ' (((a) AND (b)) AND (c)) ' WHERE ((a) AND (b) AND (c))"},
		{"$f$ (((a) AND (b)) AND (c)) $f$", "$f$ (((a) AND (b)) AND (c)) $f$"},
		{"\"((a) AND (b)\" ) AND (", "\"((a) AND (b)\" ) AND ("},
		{"((( ) AND ", "((( ) AND "},
		{"(ARRAY['never closed) AND (", "(ARRAY['never closed) AND ("},
	};

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *text = schema_canonical(cases[i].from);
		g_autofree char *again = schema_canonical(text);

		g_assert_cmpstr(text, ==, cases[i].to);
		g_assert_cmpstr(again, ==, text);
	}
}

static void test_drop(void)
{
	static const struct {
		const char *path, *text, *drop;
	} cases[] = {
		{"public/table/users.sql", "CREATE TABLE public.users (\n",
		 "DROP TABLE public.users;"},
		{"a/table/b.sql", "CREATE UNLOGGED TABLE \"a b\".\"c (d\" (\n",
		 "DROP TABLE \"a b\".\"c (d\";"},
		{"a/table/p.sql", "CREATE TABLE a.p PARTITION OF a.q DEFAULT;", "DROP TABLE a.p;"},
		{"a/view/v.sql", "CREATE VIEW a.v AS\nSELECT 1;", "DROP VIEW a.v;"},
		{"a/type/t.sql", "CREATE TYPE a.t;", "DROP TYPE a.t;"},
		{"a/function/f(x integer, text).sql",
		 "CREATE OR REPLACE FUNCTION a.f(x integer, text)",
		 "DROP ROUTINE a.f(x integer, text);"},
		{"a/function/f%2F(x integer).sql", "CREATE OR REPLACE FUNCTION a.\"f/\"(x integer)",
		 NULL},
		{"@global/cast/(a AS b).sql", "CREATE CAST (a AS b) WITH INOUT;", NULL},
	};

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *drop = schema_drop(cases[i].path, cases[i].text);
		g_assert_cmpstr(drop, ==, cases[i].drop);
	}
}

#define TABLE(columns) "CREATE TABLE a.t (\n" columns "\n);\n"

static void test_change(void)
{
	static const struct {
		const char *from, *to, *sql;
	} cases[] = {
		{NULL, "CREATE SCHEMA a;\n", "CREATE SCHEMA a;\n"},
		{TABLE("\ta integer"), NULL, "DROP TABLE a.t;\n"},
		{"CREATE CAST (a AS b) WITH INOUT;\n", NULL,
		 "-- by hand (drop it): a/table/t.sql\n"},
		{TABLE("\ta integer,\n\tb text"),
		 TABLE("\ta bigint DEFAULT 5 NOT NULL,\n\tc text COLLATE \"C\" NOT NULL"),
		 "ALTER TABLE a.t DROP COLUMN b;\nALTER TABLE a.t ALTER COLUMN a TYPE bigint USING "
		 "a::bigint;\nALTER TABLE a.t ALTER COLUMN a SET DEFAULT 5;\nALTER TABLE a.t ALTER "
		 "COLUMN a SET NOT NULL;\nALTER TABLE a.t ADD COLUMN c text COLLATE \"C\" NOT "
		 "NULL;\n"},
		{TABLE("\ta text DEFAULT ' NOT NULL'::text"),
		 TABLE("\ta text DEFAULT ' GENERATED '::text"),
		 "ALTER TABLE a.t ALTER COLUMN a SET DEFAULT ' GENERATED '::text;\n"},
		{TABLE("\ta integer GENERATED ALWAYS AS (1) STORED"), TABLE("\ta integer"),
		 "-- by hand (nothing derives it): CREATE TABLE a.t (\n"},
		{TABLE("\ta integer") "ALTER TABLE a.t ADD PRIMARY KEY (a);\nCREATE INDEX \"i "
				      "ON\" ON ONLY a.t USING btree (a);\n",
		 TABLE("\ta integer"),
		 "DROP INDEX a.\"i ON\";\nALTER TABLE a.t DROP CONSTRAINT t_pkey;\n"},
		{TABLE("\ta integer") "ALTER TABLE a.t ADD UNIQUE (a, \"b c\");\n",
		 TABLE("\ta integer"),
		 "-- by hand (take it away): ALTER TABLE a.t ADD UNIQUE (a, \"b c\")\n"},
		{TABLE("\ta integer") "ALTER TABLE a.t ADD CONSTRAINT c CHECK ((a > 0));\nCOMMENT "
				      "ON "
				      "CONSTRAINT c ON a.t IS 'x';\n",
		 TABLE("\ta integer") "ALTER TABLE a.t ADD CONSTRAINT c CHECK ((a > 1));\nCOMMENT "
				      "ON "
				      "CONSTRAINT c ON a.t IS 'x';\n",
		 "ALTER TABLE a.t DROP CONSTRAINT c;\nALTER TABLE a.t ADD CONSTRAINT c CHECK ((a > "
		 "1));\nCOMMENT ON CONSTRAINT c ON a.t IS 'x';\n"},
		{"CREATE VIEW a.v AS\n SELECT 1;\n", "CREATE VIEW a.v AS\n SELECT 2;\n",
		 "DROP VIEW a.v;\nCREATE VIEW a.v AS\n SELECT 2;\n"},
		{"CREATE SEQUENCE a.s AS bigint CYCLE;\n", "CREATE SEQUENCE a.s AS bigint;\n",
		 "ALTER SEQUENCE a.s AS bigint NO CYCLE;\n"},
	};

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *sql = schema_change("a/table/t.sql", cases[i].from, cases[i].to);
		g_assert_cmpstr(sql, ==, cases[i].sql);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/schema/canonical", test_canonical);
	g_test_add_func("/schema/drop", test_drop);
	g_test_add_func("/schema/change", test_change);
	return g_test_run();
}
