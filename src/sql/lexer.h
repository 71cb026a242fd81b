/*
 * SQL text as tokens, by the quoting rules of the server with standard_conforming_strings on.
 *
 * It knows where things end, not what they mean: the splitter and the judgement by words are built
 * on it. Token after token covers the whole text, without gaps. Work is linear in the length of the
 * text, whatever its lines look like.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef enum {
	SQL_TOKEN_END,
	SQL_TOKEN_BLANK,    /* white space, or one comment */
	SQL_TOKEN_WORD,     /* a key word, or a name without quotes */
	SQL_TOKEN_NAME,     /* a name in double quotes, with them */
	SQL_TOKEN_STRING,   /* '...', E'...', $tag$...$tag$; B, X, N and U& are words before it */
	SQL_TOKEN_DIGITS,   /* a run of digits */
	SQL_TOKEN_CHARACTER /* anything else, one byte at a time: ; ( ) . \ and operators */
} SqlTokenKind;

typedef struct {
	SqlTokenKind kind;
	size_t start; /* byte offset in the text */
	size_t length;
} SqlToken;

typedef struct {
	const char *text; /* borrowed; valid UTF-8 without NUL */
	size_t end;
	const char *file; /* borrowed: for errors */
	size_t at;        /* the next token begins here */
	unsigned line;    /* of `at`, as the file counts */
	size_t line_start;

	/* private: how far the columns of this line are counted already */
	size_t counted;
	unsigned column;
} SqlLexer;

/* A place to come back to, for an error about something that begins here and never ends. */
typedef struct {
	unsigned line;
	size_t line_start;
	size_t at;
} SqlMark;

/* A lexer at the beginning of a text, which it borrows; `line` is that of the file. */
void sql_lexer_init(SqlLexer *lexer, const char *text, size_t length, const char *file,
		    unsigned line);

/* The next token, SQL_TOKEN_END at the end. Fails (ERR_MIGRATION with its place) on a quote or a
 * comment that is never closed. */
bool sql_lexer_next(SqlLexer *lexer, SqlToken *token, GError **error);

/* Moves to the offset `at`, which lies behind, and counts the lines on the way. */
void sql_lexer_move(SqlLexer *lexer, size_t at);

/* The column of `at`, in characters from 1. */
unsigned sql_lexer_column(SqlLexer *lexer);

/* Where the lexer stands, to come back to. */
SqlMark sql_lexer_mark(const SqlLexer *lexer);

/* Sets an ERR_MIGRATION error with the mark's place; always returns false. */
bool sql_lexer_refuse(const SqlLexer *lexer, SqlMark mark, GError **error, const char *message);

/* True for a token that is exactly this one byte. */
bool sql_token_is(const SqlLexer *lexer, const SqlToken *token, char c);
