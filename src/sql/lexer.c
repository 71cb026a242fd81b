#include "lexer.h"

#include <string.h>

#include "base/error.h"

static char peek(const SqlLexer *lexer, size_t offset)
{
	return offset < lexer->end ? lexer->text[offset] : '\0';
}

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* The server ends a comment at either; a lone \r must not hide what follows it. */
static bool is_newline(char c)
{
	return c == '\n' || c == '\r';
}

static bool is_word_start(char c)
{
	return g_ascii_isalpha(c) || c == '_' || (c & 0x80);
}

static bool is_tag_part(char c)
{
	return is_word_start(c) || g_ascii_isdigit(c);
}

static bool is_word_part(char c)
{
	return is_tag_part(c) || c == '$';
}

/* ---- places ---- */

void sql_lexer_init(SqlLexer *lexer, const char *text, size_t length, const char *file,
		    unsigned line)
{
	*lexer = (SqlLexer){.text = text, .end = length, .file = file, .line = line, .column = 1};
}

void sql_lexer_move(SqlLexer *lexer, size_t at)
{
	const char *const to = lexer->text + at;
	const char *from = lexer->text + lexer->at;

	while ((from = memchr(from, '\n', (size_t)(to - from)))) {
		from++;
		lexer->line++;
		lexer->line_start = (size_t)(from - lexer->text);
	}
	lexer->at = at;
}

unsigned sql_lexer_column(SqlLexer *lexer)
{
	if (lexer->counted < lexer->line_start) {
		lexer->counted = lexer->line_start;
		lexer->column = 1;
	}
	lexer->column += (unsigned)g_utf8_strlen(lexer->text + lexer->counted,
						 (gssize)(lexer->at - lexer->counted));
	lexer->counted = lexer->at;
	return lexer->column;
}

SqlMark sql_lexer_mark(const SqlLexer *lexer)
{
	return (SqlMark){lexer->line, lexer->line_start, lexer->at};
}

bool sql_lexer_refuse(const SqlLexer *lexer, SqlMark mark, GError **error, const char *message)
{
	const glong before =
		g_utf8_strlen(lexer->text + mark.line_start, (gssize)(mark.at - mark.line_start));

	error_set(error, ERR_MIGRATION, "%s", message);
	return error_place(error, lexer->file, mark.line, (unsigned)before + 1);
}

/* ---- pieces: each takes the offset where the piece begins and returns the one behind it, or 0
 * when it never ends ---- */

static size_t after_blanks(const SqlLexer *lexer, size_t at)
{
	while (at < lexer->end && is_blank(lexer->text[at]))
		at++;
	return at;
}

static size_t after_line_comment(const SqlLexer *lexer, size_t at)
{
	while (at < lexer->end && !is_newline(lexer->text[at]))
		at++;
	return at;
}

/* Comments nest (PostgreSQL manual, 4.1.5). */
static size_t after_block_comment(const SqlLexer *lexer, size_t at)
{
	guint depth = 0;

	do {
		if (at >= lexer->end)
			return 0;
		if (peek(lexer, at) == '/' && peek(lexer, at + 1) == '*') {
			depth++;
			at += 2;
		} else if (peek(lexer, at) == '*' && peek(lexer, at + 1) == '/') {
			depth--;
			at += 2;
		} else {
			at++;
		}
	} while (depth);
	return at;
}

/* A doubled quote stands for one, so "a""b" reads as two pieces side by side. */
static size_t after_quoted(const SqlLexer *lexer, size_t at)
{
	const char quote = lexer->text[at];

	do {
		const char *from = lexer->text + at + 1;
		const char *close = memchr(from, quote, lexer->end - at - 1);

		if (!close)
			return 0;
		at = (size_t)(close - lexer->text) + 1;
	} while (peek(lexer, at) == quote);
	return at;
}

/*
 * Behind the quote of an E'' string: where the quote of its continuation stands, or 0. A string
 * goes on behind a line break (manual, 4.1.2.1), and then its backslashes count there too.
 */
static size_t continuation(const SqlLexer *lexer, size_t at)
{
	bool new_line = false;

	for (;;) {
		const size_t from = at;

		at = after_blanks(lexer, at);
		for (size_t i = from; i < at; i++)
			new_line |= is_newline(lexer->text[i]);
		if (peek(lexer, at) != '-' || peek(lexer, at + 1) != '-')
			return new_line && peek(lexer, at) == '\'' ? at : 0;
		at = after_line_comment(lexer, at);
	}
}

/* One quoted part of an E'' string: a backslash takes the next character with it. */
static size_t after_escape_part(const SqlLexer *lexer, size_t at)
{
	for (at++; at < lexer->end; at++) {
		if (lexer->text[at] == '\\')
			at++;
		else if (lexer->text[at] == '\'' && peek(lexer, at + 1) == '\'')
			at++;
		else if (lexer->text[at] == '\'')
			return at + 1;
	}
	return 0;
}

static size_t after_escape_string(const SqlLexer *lexer, size_t at)
{
	size_t end, next = at;

	do {
		end = after_escape_part(lexer, next);
		next = end ? continuation(lexer, end) : 0;
	} while (next);
	return end;
}

/* The length of a dollar quote's tag with both dollar signs, or 0: "$1" is a parameter. */
static size_t dollar_tag(const SqlLexer *lexer, size_t at)
{
	size_t end = at + 1;

	if (is_word_start(peek(lexer, end)))
		while (is_tag_part(peek(lexer, end)))
			end++;
	return peek(lexer, end) == '$' ? end + 1 - at : 0;
}

static size_t after_dollar_quoted(const SqlLexer *lexer, size_t at, size_t tag)
{
	const char *const end = lexer->text + lexer->end;
	const char *const open = lexer->text + at;
	const char *close = open + tag;

	while ((close = memchr(close, '$', (size_t)(end - close)))) {
		if ((size_t)(end - close) < tag)
			return 0;
		if (memcmp(close, open, tag) == 0)
			return (size_t)(close - lexer->text) + tag;
		close++;
	}
	return 0;
}

static size_t after_word(const SqlLexer *lexer, size_t at)
{
	while (is_word_part(peek(lexer, at)))
		at++;
	return at;
}

static size_t after_digits(const SqlLexer *lexer, size_t at)
{
	while (g_ascii_isdigit(peek(lexer, at)))
		at++;
	return at;
}

/* ---- tokens ---- */

/* Where a token ends; 0 and a message when it never does. */
typedef struct {
	SqlTokenKind kind;
	size_t end;
	const char *unclosed;
} Piece;

/* Of the letters that may stand in front of a quote only E changes how the string ends. */
static Piece take_word(const SqlLexer *lexer, size_t at)
{
	const char first = lexer->text[at];

	if (peek(lexer, at + 1) != '\'' || (first != 'e' && first != 'E'))
		return (Piece){SQL_TOKEN_WORD, after_word(lexer, at), NULL};
	return (Piece){SQL_TOKEN_STRING, after_escape_string(lexer, at + 1),
		       "this string is never closed"};
}

static Piece take_dollar(const SqlLexer *lexer, size_t at)
{
	const size_t tag = dollar_tag(lexer, at);

	if (!tag)
		return (Piece){SQL_TOKEN_CHARACTER, at + 1, NULL};
	return (Piece){SQL_TOKEN_STRING, after_dollar_quoted(lexer, at, tag),
		       "this dollar-quoted text is never closed"};
}

static Piece take_piece(const SqlLexer *lexer, size_t at)
{
	const char c = lexer->text[at], next = peek(lexer, at + 1);

	if (is_blank(c))
		return (Piece){SQL_TOKEN_BLANK, after_blanks(lexer, at), NULL};
	if (c == '-' && next == '-')
		return (Piece){SQL_TOKEN_BLANK, after_line_comment(lexer, at), NULL};
	if (c == '/' && next == '*')
		return (Piece){SQL_TOKEN_BLANK, after_block_comment(lexer, at),
			       "this comment is never closed"};
	if (is_word_start(c))
		return take_word(lexer, at);
	if (c == '\'')
		return (Piece){SQL_TOKEN_STRING, after_quoted(lexer, at),
			       "this string is never closed"};
	if (c == '"')
		return (Piece){SQL_TOKEN_NAME, after_quoted(lexer, at),
			       "this quoted name is never closed"};
	if (c == '$')
		return take_dollar(lexer, at);
	if (g_ascii_isdigit(c))
		return (Piece){SQL_TOKEN_DIGITS, after_digits(lexer, at), NULL};
	return (Piece){SQL_TOKEN_CHARACTER, at + 1, NULL};
}

bool sql_lexer_next(SqlLexer *lexer, SqlToken *token, GError **error)
{
	Piece piece = {SQL_TOKEN_END, lexer->at, NULL};

	if (lexer->at < lexer->end) {
		piece = take_piece(lexer, lexer->at);
		if (!piece.end)
			return sql_lexer_refuse(lexer, sql_lexer_mark(lexer), error,
						piece.unclosed);
	}
	*token = (SqlToken){piece.kind, lexer->at, piece.end - lexer->at};
	sql_lexer_move(lexer, piece.end);
	return true;
}

bool sql_token_is(const SqlLexer *lexer, const SqlToken *token, char c)
{
	return token->kind == SQL_TOKEN_CHARACTER && lexer->text[token->start] == c;
}
