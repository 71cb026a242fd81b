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

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/schema/canonical", test_canonical);
	g_test_add_func("/schema/drop", test_drop);
	return g_test_run();
}
