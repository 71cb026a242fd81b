/* Splitting: by tables of cases, and the corpus against PostgreSQL's own parser. */
#include "sql/split.h"

#include <pg_query.h>
#include <string.h>

#include "base/error.h"

#define CORPUS "fixtures/sql/corpus.sql"

static SqlScript *split(const char *sql, GError **error)
{
	return sql_script_split(sql, strlen(sql), "x.sql", 1, error);
}

static const SqlStatement *at(const SqlScript *script, guint i)
{
	return &g_array_index(script->statements, SqlStatement, i);
}

static char *text_at(const SqlScript *script, guint i)
{
	return sql_statement_text(script, at(script, i));
}

/* The corpus's folder: beside this source, found from the folder that the tests run in. */
static char *read_corpus(gsize *length)
{
	g_autofree char *folder = g_path_get_dirname(__FILE__);
	g_autofree char *path = g_build_filename(folder, "..", "..", CORPUS, NULL);
	g_autoptr(GError) error = NULL;
	char *text = NULL;

	g_file_get_contents(path, &text, length, &error);
	g_assert_no_error(error);
	return text;
}

/* ---- what is one statement ---- */

/* Each splits into the pieces between the bars. */
static const struct {
	const char *name, *sql, *pieces;
} splits[] = {
	{"nothing is no statement", "", ""},
	{"blanks and comments are no statement", " \t\r\n\f -- a\n/* b; */ ; ;; -- end", ""},
	{"a semicolon ends a statement", "SELECT 1; SELECT 2;", "SELECT 1|SELECT 2"},
	{"the last needs no semicolon", "SELECT 1;SELECT 2 -- x\n", "SELECT 1|SELECT 2"},
	{"comments around are left out", "/* a */ SELECT 1 /* b */ ; -- c", "SELECT 1"},
	{"comments inside stay", "SELECT /* ; */ 1 -- ;\n+ 1;", "SELECT /* ; */ 1 -- ;\n+ 1"},
	{"comments nest", "/* /* ; */ ; /**/ */ SELECT 1; SELECT 2", "SELECT 1|SELECT 2"},
	{"stars close comments", "/***/a;/*/ ; */b;/* **/c", "a|b|c"},
	{"a carriage return ends a comment", "a -- x\r; b; -- y\rc", "a|b|c"},
	{"keeps strings whole", "SELECT ';', 'it''s;'; b", "SELECT ';', 'it''s;'|b"},
	{"a plain string has no escapes", "SELECT '\\'; b", "SELECT '\\'|b"},
	{"an E string has escapes", "SELECT E'\\';', e'\\\\'; b", "SELECT E'\\';', e'\\\\'|b"},
	{"a word ending in e is no E", "SELECT 1 AS the'\\'; b", "SELECT 1 AS the'\\'|b"},
	{"an E string goes on on the next line", "E'a'\n'\\';'; b", "E'a'\n'\\';'|b"},
	{"with a comment between", "E'a' -- '\n -- ;\n '\\';'; b", "E'a' -- '\n -- ;\n '\\';'|b"},
	{"but not on the same line", "E'a' '\\'; b", "E'a' '\\'|b"},
	{"nor behind a block comment", "E'a' /**/\n '\\'; b", "E'a' /**/\n '\\'|b"},
	{"B X N and U& strings have none", "b'\\'; X'\\'; n'\\'; U&'\\'; u&\"\\\"",
	 "b'\\'|X'\\'|n'\\'|U&'\\'|u&\"\\\""},
	{"keeps quoted names whole", "a \";\"\"'\" ; b", "a \";\"\"'\"|b"},
	{"keeps dollar quotes whole", "a $$;'$$; $x$ ;$$; $X$ $x$; b",
	 "a $$;'$$|$x$ ;$$; $X$ $x$|b"},
	{"dollar tags are identifiers", "$_a1$;$_a1$; $\xC3\xA4$;$\xC3\xA4$; b",
	 "$_a1$;$_a1$|$\xC3\xA4$;$\xC3\xA4$|b"},
	{"a tag begins with no digit", "$1$;$1$;", "$1$|$1$"},
	{"a dollar in a name opens nothing", "a$b$; c$$; d", "a$b$|c$$|d"},
	{"the closing tag may follow a dollar", "$a$;$$a$; b", "$a$;$$a$|b"},
	{"parameters are no quotes", "SELECT $1, $2; b", "SELECT $1, $2|b"},
	{"parentheses hold their semicolons", "a (b; (c;) ;); d", "a (b; (c;) ;)|d"},
	{"a closing one too many is not counted", "a ); b (;); c", "a )|b (;)|c"},
	{"parentheses in quotes do not count", "a '('; b \"(\"; c $$($$; d /*(*/; e",
	 "a '('|b \"(\"|c $$($$|d|e"},
	{"operators are no comments", "a - -1; b / *; c ->> d; e @-- f\n; g",
	 "a - -1|b / *|c ->> d|e @|g"},
	{"a comment may begin in an operator", "a +/* ; */ b; c *-- ;\n d",
	 "a +/* ; */ b|c *-- ;\n d"},
	{"question marks are operators", "a ?| b; c ?& d; e ? f", "a ?| b|c ?& d|e ? f"},
	{"colons are casts and slices", "a::b; c[1:2]; d := e; :f; :'g;'",
	 "a::b|c[1:2]|d := e|:f|:'g;'"},
	{"names may be of any language", "SELECT \xD0\xB8; \xE5\x90\x8D;",
	 "SELECT \xD0\xB8|\xE5\x90\x8D"},
	{"a byte order mark is skipped", "\xEF\xBB\xBFSELECT 1", "SELECT 1"},
	{"line ends of Windows are blanks", "a\r\n;\r\nb\r\n", "a|b"},
	{"BEGIN ATOMIC holds to its END",
	 "create function f() begin atomic select 1; select 2; end; b",
	 "create function f() begin atomic select 1; select 2; end|b"},
	{"of procedures and replacements too",
	 "CREATE OR REPLACE PROCEDURE p() BEGIN /**/ ATOMIC a; END; b",
	 "CREATE OR REPLACE PROCEDURE p() BEGIN /**/ ATOMIC a; END|b"},
	{"CASE inside has its own END",
	 "CREATE FUNCTION f() BEGIN ATOMIC SELECT CASE WHEN a THEN CASE b WHEN 1 THEN 2 END END; "
	 "c; "
	 "END; d",
	 "CREATE FUNCTION f() BEGIN ATOMIC SELECT CASE WHEN a THEN CASE b WHEN 1 THEN 2 END END; "
	 "c; "
	 "END|d"},
	{"as does CASE in parentheses",
	 "CREATE FUNCTION f() BEGIN ATOMIC SELECT (CASE WHEN a THEN 1END); b; END; c",
	 "CREATE FUNCTION f() BEGIN ATOMIC SELECT (CASE WHEN a THEN 1END); b; END|c"},
	{"END right behind a digit counts",
	 "CREATE FUNCTION f() BEGIN ATOMIC SELECT CASE WHEN a THEN 1END; b; END; c",
	 "CREATE FUNCTION f() BEGIN ATOMIC SELECT CASE WHEN a THEN 1END; b; END|c"},
	{"names like END do not count",
	 "CREATE FUNCTION f() BEGIN ATOMIC SELECT a.end, a.case, 1 AS end, 2 AS case, \"end\"; b; "
	 "END; c",
	 "CREATE FUNCTION f() BEGIN ATOMIC SELECT a.end, a.case, 1 AS end, 2 AS case, \"end\"; b; "
	 "END|c"},
	{"nor does END in parentheses", "CREATE FUNCTION f() BEGIN ATOMIC SELECT (end); b; END; c",
	 "CREATE FUNCTION f() BEGIN ATOMIC SELECT (end); b; END|c"},
	{"a function without ATOMIC holds nothing", "CREATE FUNCTION f() BEGIN a; b; END; c",
	 "CREATE FUNCTION f() BEGIN a|b|END|c"},
	{"BEGIN alone holds nothing", "BEGIN; a; END; CREATE FUNCTION begin() AS 'x'; b",
	 "BEGIN|a|END|CREATE FUNCTION begin() AS 'x'|b"},
	{"nor ATOMIC elsewhere", "BEGIN ATOMIC; a; CREATE TABLE t (x int) BEGIN ATOMIC; b",
	 "BEGIN ATOMIC|a|CREATE TABLE t (x int) BEGIN ATOMIC|b"},
	{"a block counts from statement to statement anew",
	 "CREATE FUNCTION f() BEGIN ATOMIC END; SELECT CASE 1 WHEN 1 THEN 2 END; b",
	 "CREATE FUNCTION f() BEGIN ATOMIC END|SELECT CASE 1 WHEN 1 THEN 2 END|b"},
};

/* The pieces of a case; the bar of the operator ?| cuts nothing. */
static GPtrArray *pieces_of(const char *joined)
{
	GPtrArray *pieces = g_ptr_array_new_with_free_func(g_free);
	const char *start = joined, *end = joined;

	for (; *joined; end++) {
		if (*end && (*end != '|' || (end > joined && end[-1] == '?')))
			continue;
		g_ptr_array_add(pieces, g_strndup(start, (gsize)(end - start)));
		if (!*end)
			break;
		start = end + 1;
	}
	return pieces;
}

static void test_split(gconstpointer data)
{
	const guint i = GPOINTER_TO_UINT(data);
	g_autoptr(GError) error = NULL;
	g_autoptr(SqlScript) script = split(splits[i].sql, &error);
	g_autoptr(GPtrArray) pieces = pieces_of(splits[i].pieces);

	g_assert_no_error(error);
	g_assert_cmpuint(script->statements->len, ==, pieces->len);
	for (guint p = 0; p < pieces->len; p++) {
		g_autofree char *found = text_at(script, p);

		g_assert_cmpstr(found, ==, g_ptr_array_index(pieces, p));
		g_assert_false(at(script, p)->is_copy_from_stdin);
	}
}

/* ---- COPY ---- */

static const struct {
	const char *name, *sql, *data; /* of the first statement; NULL: it takes none */
	guint statements;
} copies[] = {
	{"data end at a backslash and a dot", "COPY t FROM stdin;\na;b\n'\n\\.\nSELECT 1;",
	 "a;b\n'\n", 2},
	{"any case and options", "copy s.t (a, b) From StdIn WITH (format csv);\n1\n\\.\n", "1\n",
	 1},
	{"an older spelling", "COPY t FROM stdin CSV HEADER WHERE a > 1;\n1\n\\.", "1\n", 1},
	{"STDOUT as the server takes it", "COPY t FROM STDOUT;\n1\n\\.\n", "1\n", 1},
	{"no data", "COPY t FROM stdin;\n\\.\nSELECT 1", "", 2},
	{"line ends of Windows", "COPY t FROM stdin;\r\n1\r\n\\.\r\nSELECT 1", "1\r\n", 2},
	{"a comment behind the semicolon", "COPY t FROM stdin; /* a */ -- b\n1\n\\.\n", "1\n", 1},
	{"a comment between the words", "COPY t FROM/* a */stdin;\n1\n\\.\n", "1\n", 1},
	{"a backslash and a dot inside a line", "COPY t FROM stdin;\na\\.\n\\.b\n\\.\n",
	 "a\\.\n\\.b\n", 1},
	{"quoted names", "COPY \"from\" FROM stdin;\n1\n\\.\n", "1\n", 1},
	{"from a file", "COPY t FROM '/stdin'; SELECT 1", NULL, 2},
	{"from a program", "COPY t FROM PROGRAM 'stdin'; SELECT 1", NULL, 2},
	{"to standard output", "COPY t TO stdout; SELECT 1", NULL, 2},
	{"a query's own words", "COPY (SELECT 1 FROM stdin) TO STDOUT; SELECT 1", NULL, 2},
	{"a quoted name", "COPY t FROM \"stdin\"; SELECT 1", NULL, 2},
	{"not of another statement", "SELECT 1 FROM stdin; SELECT 1", NULL, 2},
};

static void test_copy(gconstpointer data)
{
	const guint i = GPOINTER_TO_UINT(data);
	g_autoptr(GError) error = NULL;
	g_autoptr(SqlScript) script = split(copies[i].sql, &error);
	const SqlStatement *copy;
	g_autofree char *found = NULL;

	g_assert_no_error(error);
	g_assert_cmpuint(script->statements->len, ==, copies[i].statements);
	copy = at(script, 0);
	g_assert_cmpint(copy->is_copy_from_stdin, ==, copies[i].data != NULL);
	if (!copies[i].data)
		return;
	found = g_strndup(script->text + copy->data_start, copy->data_length);
	g_assert_cmpstr(found, ==, copies[i].data);
	if (copies[i].statements == 2) {
		g_autofree char *next = text_at(script, 1);
		g_assert_cmpstr(next, ==, "SELECT 1");
	}
}

/* ---- errors ---- */

static const struct {
	const char *name, *sql;
	unsigned line, column;
	const char *message;
} refusals[] = {
	{"an open string", "SELECT 1;\n  SELECT 'a;\n", 2, 10, "string is never closed"},
	{"an open E string", "E'\\'", 1, 1, "string is never closed"},
	{"an E string that ends in a backslash", "E'\\", 1, 1, "string is never closed"},
	{"an open continued string", "E'a'\n 'b\\'", 1, 1, "string is never closed"},
	{"an open name", "a\n\"b", 2, 1, "quoted name is never closed"},
	{"an open dollar quote", "\xC3\xA9 $a$ $A$ $$", 1, 3, "dollar-quoted text is never closed"},
	{"a dollar quote cut short", "$abc$ $abc", 1, 1, "dollar-quoted text is never closed"},
	{"an open comment", "\n /* /* */", 2, 2, "comment is never closed"},
	{"a comment cut short", "/*", 1, 1, "comment is never closed"},
	{"a meta-command", "SELECT 1;\n\\i file.sql", 2, 1, "meta-commands are not SQL"},
	{"a meta-command behind a query", "SELECT 1 \\gset", 1, 10, "meta-commands are not SQL"},
	{"a meta-command in parentheses", "a (\\x", 1, 4, "meta-commands are not SQL"},
	{"an end of data without data", "\\.", 1, 1, "meta-commands are not SQL"},
	{"data that never end", "a;\n COPY t FROM stdin;\n1\n2\n", 2, 2, "never ended"},
	{"data whose end is inside a line", "COPY t FROM stdin;\n1 \\.\n \\.\n", 1, 1,
	 "never ended"},
	{"a COPY without its semicolon", "a; COPY t FROM stdin", 1, 4,
	 "data of this COPY are missing"},
	{"a statement on the line of a COPY", "COPY t FROM stdin; DROP\n\\.\n", 1, 20,
	 "line of a COPY"},
	{"one hidden by a carriage return", "COPY t FROM stdin; --\rDROP\n\\.\n", 1, 23,
	 "line of a COPY"},
	{"a comment over the line of a COPY", "COPY t FROM stdin; /*\n*/\n\\.\n", 1, 20,
	 "never closed"},
	{"bytes that are no UTF-8", "SELECT 1;\n\xC3\xA9\xFF", 2, 2, "not UTF-8"},
	{"half a character at the end", "a\xC3", 1, 2, "not UTF-8"},
};

static void test_refusal(gconstpointer data)
{
	const guint i = GPOINTER_TO_UINT(data);
	g_autoptr(GError) error = NULL;
	g_autoptr(SqlScript) script = split(refusals[i].sql, &error);

	g_assert_null(script);
	g_assert_error(error, BASE_ERROR, ERR_MIGRATION);
	g_assert_nonnull(strstr(error->message, refusals[i].message));
	g_assert_cmpstr(error_get_file(error), ==, "x.sql");
	g_assert_cmpuint(error_get_line(error), ==, refusals[i].line);
	g_assert_cmpuint(error_get_column(error), ==, refusals[i].column);
}

static void test_nul(void)
{
	static const char sql[] = "SELECT 1;\n a\0b";
	g_autoptr(GError) error = NULL;

	g_assert_null(sql_script_split(sql, sizeof sql - 1, "x.sql", 1, &error));
	g_assert_error(error, BASE_ERROR, ERR_MIGRATION);
	g_assert_cmpuint(error_get_line(error), ==, 2);
	g_assert_cmpuint(error_get_column(error), ==, 3);
}

static void test_hints(void)
{
	g_autoptr(GError) meta = NULL, copy = NULL;

	g_assert_null(split("\\d", &meta));
	g_assert_nonnull(strstr(error_get_hint(meta), "as SQL"));
	g_assert_null(split("COPY t FROM stdin;\n1\n", &copy));
	g_assert_nonnull(strstr(error_get_hint(copy), "\\."));
}

/* ---- places ---- */

static void test_places(void)
{
	static const char sql[] =
		"\xEF\xBB\xBF  a;\xC3\xA9; b\n\t-- \xC3\xA9\n \xE5\x90\x8D\n\xC3\xA9 x;";
	static const struct {
		guint statement;
		unsigned position, line, column;
	} places[] = {{0, 0, 11, 3},  {0, 1, 11, 3},  {1, 1, 11, 5}, {2, 1, 11, 8},
		      {2, 2, 11, 9},  {2, 3, 12, 1},  {2, 9, 13, 1}, {2, 10, 13, 2},
		      {2, 12, 14, 1}, {2, 14, 14, 3}, {2, 99, 14, 4}};
	g_autoptr(GError) error = NULL;
	g_autoptr(SqlScript) script = sql_script_split(sql, sizeof sql - 1, "x", 11, &error);

	g_assert_no_error(error);
	g_assert_cmpuint(script->statements->len, ==, 3);
	for (guint i = 0; i < G_N_ELEMENTS(places); i++) {
		unsigned line, column;

		sql_statement_place(script, at(script, places[i].statement), places[i].position,
				    &line, &column);
		g_assert_cmpuint(line, ==, places[i].line);
		g_assert_cmpuint(column, ==, places[i].column);
	}
}

/* A text that is one line of very many statements, strings and comments: work that grows with the
 * square of its length would not end while anybody watches. */
static void test_long_line(void)
{
	const guint count = 400000;
	g_autoptr(GString) sql = g_string_new(NULL);
	g_autoptr(SqlScript) script = NULL;

	for (guint i = 0; i < count; i++)
		g_string_append(sql, "a '\xC3\xA9' $$ $$ /**/;");
	script = split(sql->str, NULL);
	g_assert_nonnull(script);
	g_assert_cmpuint(script->statements->len, ==, count);
	g_assert_cmpuint(at(script, count - 1)->column, ==, 17 * (count - 1) + 1);
}

/* ---- the corpus ---- */

/* The text without what no parser reads: COPY data and their end become blanks. */
static char *without_data(const SqlScript *script)
{
	char *text = g_strndup(script->text, script->length);

	for (guint i = 0; i < script->statements->len; i++) {
		const SqlStatement *statement = at(script, i);

		if (statement->is_copy_from_stdin)
			memset(text + statement->data_start, ' ', statement->data_length + 2);
	}
	return text;
}

/* What the parser counts to a statement beyond ours may only be blanks and comments. */
static void assert_only_blanks(const char *text, size_t from, size_t to)
{
	g_autoptr(SqlScript) rest = sql_script_split(text + from, to - from, "x", 1, NULL);

	g_assert_nonnull(rest);
	g_assert_cmpuint(rest->statements->len, ==, 0);
}

static void test_corpus(void)
{
	gsize length;
	g_autofree char *corpus = read_corpus(&length);
	g_autoptr(SqlScript) script = sql_script_split(corpus, length, "corpus", 1, NULL);
	g_autofree char *text = NULL;
	PgQuerySplitResult parser;

	g_assert_nonnull(script);
	g_assert_cmpuint(script->statements->len, >, 250);
	text = without_data(script);
	parser = pg_query_split_with_parser(text);
	g_assert_cmpstr(parser.error ? parser.error->message : NULL, ==, NULL);
	g_assert_cmpint(parser.n_stmts, ==, (int)script->statements->len);
	for (int i = 0; i < parser.n_stmts; i++) {
		const SqlStatement *ours = at(script, (guint)i);
		const size_t start = (size_t)parser.stmts[i]->stmt_location;
		const size_t end = start + (size_t)parser.stmts[i]->stmt_len;

		g_assert_cmpuint(start, <=, ours->start);
		g_assert_cmpuint(end, >=, ours->start + ours->length);
		assert_only_blanks(text, start, ours->start);
		assert_only_blanks(text, ours->start + ours->length, end);
	}
	pg_query_free_split_result(parser);
}

/* However the corpus is cut off, there is an answer: statements or an error with its place. */
static void test_cut(void)
{
	gsize length;
	g_autofree char *corpus = read_corpus(&length);

	for (gsize cut = 0; cut < length; cut += 7) {
		g_autoptr(GError) error = NULL;
		g_autofree char *text = g_memdup2(corpus, cut + 1); /* of its own: no byte behind */
		g_autoptr(SqlScript) script = sql_script_split(text, cut, "x", 1, &error);

		g_assert_cmpint(script != NULL, !=, error != NULL);
		if (error)
			g_assert_cmpuint(error_get_line(error), >, 0);
	}
}

static void add(const char *group, const char *name, guint i, GTestDataFunc function)
{
	g_autofree char *path = g_strdup_printf("/sql/split/%s/%s", group, name);

	g_test_add_data_func(path, GUINT_TO_POINTER(i), function);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (guint i = 0; i < G_N_ELEMENTS(splits); i++)
		add("statements", splits[i].name, i, test_split);
	for (guint i = 0; i < G_N_ELEMENTS(copies); i++)
		add("copy", copies[i].name, i, test_copy);
	for (guint i = 0; i < G_N_ELEMENTS(refusals); i++)
		add("refuses", refusals[i].name, i, test_refusal);
	g_test_add_func("/sql/split/refuses/a NUL", test_nul);
	g_test_add_func("/sql/split/hints can be followed", test_hints);
	g_test_add_func("/sql/split/places are lines and characters of the file", test_places);
	g_test_add_func("/sql/split/one long line is no trouble", test_long_line);
	g_test_add_func("/sql/split/the corpus as the parser splits it", test_corpus);
	g_test_add_func("/sql/split/the corpus cut off anywhere has an answer", test_cut);
	return g_test_run();
}
