/*
 * SQL text as statements: where each begins and ends, as psql would split it, without executing or
 * understanding it.
 *
 * Our own lexer does it, not the PostgreSQL parser's: it must also know what no parser knows (COPY
 * data lines, psql meta-commands) and must split text of any server version. It follows the quoting
 * rules of the server with standard_conforming_strings on: '', "", E'', U&, dollar quotes, nested
 * comments, BEGIN ATOMIC bodies, parentheses (a rule's several actions). The text between two
 * statements is only white space, comments, semicolons and the data of a COPY.
 *
 * Where psql, which reads line by line, and the server differ, the server is followed: an E''
 * string goes on behind a line break, and a lone carriage return ends a comment. Work is linear in
 * the length of the text.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct {
	size_t start;  /* byte offset of the first character that is no space or comment */
	size_t length; /* up to and without the semicolon */
	unsigned line; /* of start, from 1 */
	unsigned column;
	size_t data_start;  /* COPY ... FROM stdin: its data lines, without the terminating \. line;
			     */
	size_t data_length; /* both 0 for all other statements */
	bool is_copy_from_stdin;
} SqlStatement;

typedef struct {
	const char *text; /* borrowed: must outlive the script */
	size_t length;
	const char *file;   /* borrowed: for errors */
	unsigned line;      /* the file's line on which text[0] stands, from 1 (a section of a file
			       begins later) */
	GArray *statements; /* SqlStatement */
} SqlScript;

/*
 * Splits `length` bytes. A UTF-8 byte order mark at the start is skipped. Empty statements are left
 * out. Errors (ERR_MIGRATION with file:line:column): text that is not UTF-8, a NUL byte, a quote,
 * comment or COPY block that is never closed, anything but a comment behind the semicolon of a COPY
 * whose data follow (psql would run it after them), and a psql meta-command outside COPY data.
 * psql's :variables are not known: they would read as casts and slices. The caller frees the
 * script.
 */
SqlScript *sql_script_split(const char *text, size_t length, const char *file, unsigned line,
			    GError **error);

/* Frees it; NULL is fine. */
void sql_script_free(SqlScript *script);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SqlScript, sql_script_free)

/* One statement's text, terminated, for the caller to free. */
char *sql_statement_text(const SqlScript *script, const SqlStatement *statement);

/*
 * The place in the file of the character `position` (from 1, in characters, as the server reports
 * it) of a statement's text; position 0 gives the statement's start.
 */
void sql_statement_place(const SqlScript *script, const SqlStatement *statement, unsigned position,
			 unsigned *line, unsigned *column);
