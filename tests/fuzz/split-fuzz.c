/*
 * The splitter on any bytes. What must hold: every statement lies within the text and behind the
 * one before; between two stands nothing but blanks, comments, semicolons and COPY data; a
 * statement's text split again is that one statement; and PostgreSQL's parser finds no second
 * statement in it, so that none can hide from what is decided by statement.
 */
#include <pg_query.h>
#include <stdint.h>
#include <string.h>

#include "sql/classify.h"
#include "sql/meaning.h"
#include "sql/split.h"

/* Longer texts only slow the search down. */
#define PARSED_MAX 512

static void must(bool holds)
{
	if (!holds)
		__builtin_trap();
}

/* The gap between two statements holds no statement of its own. */
static void check_gap(const char *text, size_t from, size_t to)
{
	g_autoptr(SqlScript) gap = NULL;

	must(from <= to);
	gap = sql_script_split(text + from, to - from, "", 1, NULL);
	must(gap && gap->statements->len == 0);
}

static size_t line_end(const SqlScript *script, size_t at)
{
	const char *newline = memchr(script->text + at, '\n', script->length - at);

	return newline ? (size_t)(newline - script->text) + 1 : script->length;
}

/* Checks the data of a COPY; returns the offset behind the line that ends them. */
static size_t check_data(const SqlScript *script, const SqlStatement *statement, size_t end)
{
	const size_t stop = statement->data_start + statement->data_length;

	must(statement->data_start > end && script->text[statement->data_start - 1] == '\n');
	must(stop + 2 <= script->length && memcmp(script->text + stop, "\\.", 2) == 0);
	check_gap(script->text, end, statement->data_start);
	return line_end(script, stop);
}

static void check_again(const char *sql, const SqlStatement *statement)
{
	g_autofree char *copy =
		statement->is_copy_from_stdin ? g_strconcat(sql, ";\n\\.\n", NULL) : g_strdup(sql);
	g_autoptr(SqlScript) again = sql_script_split(copy, strlen(copy), "", 1, NULL);
	const SqlStatement *only;

	/* A second byte order mark is a name to the server, and a mark again at a text's start. */
	if (g_str_has_prefix(sql, "\xEF\xBB\xBF"))
		return;
	must(again && again->statements->len == 1);
	only = &g_array_index(again->statements, SqlStatement, 0);
	must(only->start == 0 && only->length == strlen(sql));
	must(only->is_copy_from_stdin == statement->is_copy_from_stdin);
}

static void check_parser(const char *sql)
{
	PgQuerySplitResult parser;

	if (strlen(sql) > PARSED_MAX)
		return;
	parser = pg_query_split_with_parser(sql);
	must(parser.error || parser.n_stmts <= 1);
	pg_query_free_split_result(parser);
}

static void check_place(const SqlScript *script, const SqlStatement *statement)
{
	unsigned line, column;

	must(statement->line >= 1 && statement->column >= 1);
	sql_statement_place(script, statement, 1, &line, &column);
	must(line == statement->line && column == statement->column);
	sql_statement_place(script, statement, UINT32_MAX, &line, &column);
	must(line >= statement->line);
}

/* Returns the offset behind the statement and its data. */
static size_t check_statement(const SqlScript *script, const SqlStatement *statement)
{
	const size_t end = statement->start + statement->length;
	g_autofree char *sql = sql_statement_text(script, statement);
	g_auto(SqlKind) kind = {0};

	must(statement->length > 0 && end <= script->length);
	check_place(script, statement);
	check_again(sql, statement);
	check_parser(sql);
	sql_classify(sql, &kind);
	must(kind.what != NULL);
	return statement->is_copy_from_stdin ? check_data(script, statement, end) : end;
}

static void check_script(const SqlScript *script)
{
	size_t behind = 0;

	for (guint i = 0; i < script->statements->len; i++) {
		const SqlStatement *statement = &g_array_index(script->statements, SqlStatement, i);

		check_gap(script->text, behind, statement->start);
		behind = check_statement(script, statement);
	}
	check_gap(script->text, behind, script->length);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(SqlScript) script =
		sql_script_split((const char *)data, size, "fuzz.sql", 1, &error);
	g_autofree char *digest = sql_meaning_digest((const char *)data, size, NULL);

	must((script != NULL) != (error != NULL));
	must(strlen(digest) == 64);
	if (script)
		check_script(script);
	return 0;
}
