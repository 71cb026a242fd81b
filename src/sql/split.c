#include "sql/split.h"

#include <string.h>

#include "base/error.h"

/* Words of a statement's beginning that decide about BEGIN ATOMIC and COPY. */
#define WORDS_KEPT 4
#define WORD_MAX 16

typedef struct {
	SqlScript *script;
	size_t at;
	size_t end;
	unsigned line;          /* of `at` */
	size_t line_start;
	GError **error;

	/* the statement under way */
	bool inside;
	SqlStatement statement;
	size_t last;            /* behind its last character that is no space or comment */
	guint parens;
	guint begin_depth;      /* BEGIN ATOMIC and CASE that wait for END */
	char word[WORDS_KEPT][WORD_MAX];
	guint words;
	char previous[WORD_MAX]; /* the word before this one */
	bool from_stdin;
} Lexer;

static char peek(const Lexer *lexer, size_t ahead)
{
	return lexer->at + ahead < lexer->end ? lexer->script->text[lexer->at + ahead] : '\0';
}

static unsigned column_of(const Lexer *lexer, size_t offset)
{
	return (unsigned)g_utf8_strlen(lexer->script->text + lexer->line_start, (gssize)(offset - lexer->line_start)) + 1;
}

/* Moves on, counting lines. */
static void skip(Lexer *lexer, size_t count)
{
	for (; count > 0; count--, lexer->at++)
		if (lexer->script->text[lexer->at] == '\n') {
			lexer->line++;
			lexer->line_start = lexer->at + 1;
		}
}

/* A place to come back to for an error about something that never ends. */
typedef struct {
	unsigned line, column;
} Mark;

static Mark mark(const Lexer *lexer)
{
	return (Mark){lexer->line, column_of(lexer, lexer->at)};
}

static bool refuse(const Lexer *lexer, Mark where, const char *message)
{
	error_set(lexer->error, ERR_MIGRATION, "%s", message);
	return error_place(lexer->error, lexer->script->file, where.line, where.column);
}

/* ---- pieces ---- */

static bool skip_line_comment(Lexer *lexer)
{
	const char *rest = lexer->script->text + lexer->at;
	const char *newline = memchr(rest, '\n', lexer->end - lexer->at);

	lexer->at = newline ? (size_t)(newline - lexer->script->text) : lexer->end;
	return true;
}

/* Comments nest (PostgreSQL manual, 4.1.5). */
static bool skip_block_comment(Lexer *lexer)
{
	const Mark start = mark(lexer);
	guint depth = 0;

	do {
		if (peek(lexer, 0) == '/' && peek(lexer, 1) == '*') {
			depth++;
			skip(lexer, 2);
		} else if (peek(lexer, 0) == '*' && peek(lexer, 1) == '/') {
			depth--;
			skip(lexer, 2);
		} else if (lexer->at < lexer->end) {
			skip(lexer, 1);
		} else {
			return refuse(lexer, start, "this comment is never closed");
		}
	} while (depth);
	return true;
}

/* A doubled quote stands for one; in an E'' string a backslash takes the next character with it. */
static bool skip_quoted(Lexer *lexer, char quote, bool escapes)
{
	const Mark start = mark(lexer);

	skip(lexer, 1);
	while (lexer->at < lexer->end) {
		const char c = peek(lexer, 0);

		if (escapes && c == '\\' && lexer->at + 1 < lexer->end) {
			skip(lexer, 2);
		} else if (c != quote) {
			skip(lexer, 1);
		} else if (peek(lexer, 1) == quote) {
			skip(lexer, 2);
		} else {
			skip(lexer, 1);
			return true;
		}
	}
	return refuse(lexer, start, quote == '\'' ? "this string is never closed" : "this quoted name is never closed");
}

static bool is_word_start(char c)
{
	return g_ascii_isalpha(c) || c == '_' || (c & 0x80);
}

static bool is_word_part(char c)
{
	return is_word_start(c) || g_ascii_isdigit(c) || c == '$';
}

/* The length of a dollar quote's tag with both dollar signs, or 0: "$1" is a parameter. */
static size_t dollar_tag(const Lexer *lexer)
{
	size_t length = 1;

	if (is_word_start(peek(lexer, length)))
		while (is_word_start(peek(lexer, length)) || g_ascii_isdigit(peek(lexer, length)))
			length++;
	return peek(lexer, length) == '$' ? length + 1 : 0;
}

static bool skip_dollar_quoted(Lexer *lexer, size_t length)
{
	const Mark start = mark(lexer);
	const char *tag = lexer->script->text + lexer->at;

	skip(lexer, length);
	while (lexer->at + length <= lexer->end) {
		const char *rest = lexer->script->text + lexer->at;
		const char *dollar = memchr(rest, '$', lexer->end - lexer->at);

		if (!dollar)
			break;
		skip(lexer, (size_t)(dollar - rest));
		if (lexer->at + length <= lexer->end && memcmp(dollar, tag, length) == 0) {
			skip(lexer, length);
			return true;
		}
		skip(lexer, 1);
	}
	return refuse(lexer, start, "this dollar-quoted text is never closed");
}

/* ---- words ---- */

static bool is_create_routine(const Lexer *lexer)
{
	const guint at = strcmp(lexer->word[1], "or") == 0 ? 3 : 1;

	return strcmp(lexer->word[0], "create") == 0 &&
	       (strcmp(lexer->word[at], "function") == 0 || strcmp(lexer->word[at], "procedure") == 0);
}

/*
 * A body written as BEGIN ATOMIC ... END holds semicolons. As in psql, only CREATE FUNCTION and PROCEDURE have one; inside, CASE
 * has an END of its own.
 */
static void count_blocks(Lexer *lexer, const char *word)
{
	if (!is_create_routine(lexer) || lexer->parens)
		return;
	if (strcmp(word, "atomic") == 0 && strcmp(lexer->previous, "begin") == 0)
		lexer->begin_depth++;
	else if (lexer->begin_depth && strcmp(word, "case") == 0)
		lexer->begin_depth++;
	else if (lexer->begin_depth && strcmp(word, "end") == 0)
		lexer->begin_depth--;
}

static void take_word(Lexer *lexer, const char *text, size_t length)
{
	g_autofree char *lower = g_ascii_strdown(text, (gssize)MIN(length, (size_t)WORD_MAX - 1));
	const char *word = length < WORD_MAX ? lower : "";

	if (lexer->words < WORDS_KEPT)
		g_strlcpy(lexer->word[lexer->words++], word, WORD_MAX);
	count_blocks(lexer, word);
	if (!lexer->parens && strcmp(lexer->word[0], "copy") == 0 && strcmp(word, "stdin") == 0 &&
	    strcmp(lexer->previous, "from") == 0)
		lexer->from_stdin = true;
	g_strlcpy(lexer->previous, word, WORD_MAX);
}

/* A word, or a string with a letter in front of its quote: E'' and the like. */
static bool skip_word(Lexer *lexer)
{
	const size_t start = lexer->at;
	const char first = g_ascii_tolower(peek(lexer, 0));

	if (peek(lexer, 1) == '\'' && strchr("ebxn", first)) {
		skip(lexer, 1);
		return skip_quoted(lexer, '\'', first == 'e');
	}
	while (is_word_part(peek(lexer, 0)))
		lexer->at++;
	take_word(lexer, lexer->script->text + start, lexer->at - start);
	return true;
}

/* ---- statements ---- */

static void begin_statement(Lexer *lexer)
{
	if (lexer->inside)
		return;
	lexer->inside = true;
	lexer->statement = (SqlStatement){
	        .start = lexer->at, .line = lexer->line, .column = column_of(lexer, lexer->at)};
	lexer->parens = lexer->begin_depth = lexer->words = 0;
	lexer->from_stdin = false;
	memset(lexer->word, 0, sizeof lexer->word);
	*lexer->previous = '\0';
}

static void end_statement(Lexer *lexer)
{
	if (!lexer->inside)
		return;
	lexer->statement.length = lexer->last - lexer->statement.start;
	g_array_append_val(lexer->script->statements, lexer->statement);
	lexer->inside = false;
}

/* The data lines of a COPY begin behind the line of its semicolon and end before a line "\." */
static bool take_copy_data(Lexer *lexer)
{
	const Mark start = {lexer->statement.line, lexer->statement.column};

	lexer->statement.is_copy_from_stdin = true;
	skip_line_comment(lexer);
	if (lexer->at < lexer->end)
		skip(lexer, 1);
	lexer->statement.data_start = lexer->at;
	while (lexer->at < lexer->end) {
		const char *line = lexer->script->text + lexer->at;
		const char *newline = memchr(line, '\n', lexer->end - lexer->at);
		size_t length = newline ? (size_t)(newline - line) : lexer->end - lexer->at;
		const size_t next = length + (newline ? 1 : 0);

		if (length && line[length - 1] == '\r')
			length--;
		if (length == 2 && line[0] == '\\' && line[1] == '.') {
			lexer->statement.data_length = lexer->at - lexer->statement.data_start;
			skip(lexer, next);
			return true;
		}
		skip(lexer, next);
	}
	refuse(lexer, start, "the data of this COPY is never ended by a line \\.");
	return error_hint(lexer->error, "end it as pg_dump does, or use INSERT");
}

static bool refuse_meta_command(const Lexer *lexer)
{
	refuse(lexer, mark(lexer), "psql meta-commands are not SQL");
	return error_hint(lexer->error, "write what it does as SQL: a migration runs without psql");
}

static bool take_semicolon(Lexer *lexer)
{
	if (lexer->parens || lexer->begin_depth) {
		skip(lexer, 1);
		lexer->last = lexer->at;
		return true;
	}
	skip(lexer, 1);
	if (lexer->inside && lexer->from_stdin && !take_copy_data(lexer))
		return false;
	end_statement(lexer);
	return true;
}

static void take_paren(Lexer *lexer, char c)
{
	if (c == '(')
		lexer->parens++;
	else if (lexer->parens)
		lexer->parens--;
	skip(lexer, 1);
}

/* What belongs to a statement: a quoted piece, a word, or a single character. */
static bool take_piece(Lexer *lexer)
{
	const char c = peek(lexer, 0);
	const size_t tag = c == '$' ? dollar_tag(lexer) : 0;
	bool ok = true;

	begin_statement(lexer);
	if (c == '\'' || c == '"')
		ok = skip_quoted(lexer, c, false);
	else if (tag)
		ok = skip_dollar_quoted(lexer, tag);
	else if (is_word_start(c))
		ok = skip_word(lexer);
	else if (g_ascii_isdigit(c) || c == '$')
		do
			lexer->at++;
		while (is_word_part(peek(lexer, 0)));
	else if (c == '(' || c == ')')
		take_paren(lexer, c);
	else
		skip(lexer, 1);
	lexer->last = lexer->at;
	return ok;
}

static bool take_next(Lexer *lexer)
{
	const char c = peek(lexer, 0);

	if (g_ascii_isspace(c) || c == '\v') {
		skip(lexer, 1);
		return true;
	}
	if (c == '-' && peek(lexer, 1) == '-')
		return skip_line_comment(lexer);
	if (c == '/' && peek(lexer, 1) == '*')
		return skip_block_comment(lexer);
	if (c == ';')
		return take_semicolon(lexer);
	if (c == '\\')
		return refuse_meta_command(lexer);
	return take_piece(lexer);
}

/* ---- the whole ---- */

/* UTF-8 without NUL; the place of the first bad byte otherwise. */
static bool check_encoding(Lexer *lexer)
{
	const char *text = lexer->script->text;
	const char *bad;

	if (g_utf8_validate_len(text, lexer->script->length, &bad))
		return true;
	skip(lexer, (size_t)(bad - text));
	if (*bad == '\0')
		return refuse(lexer, mark(lexer), "a NUL character");
	refuse(lexer, mark(lexer), "this is not UTF-8");
	return error_hint(lexer->error, "save the file as UTF-8");
}

static bool split(Lexer *lexer)
{
	if (!check_encoding(lexer))
		return false;
	if (g_str_has_prefix(lexer->script->length >= 3 ? lexer->script->text : "", "\xEF\xBB\xBF"))
		lexer->at = 3;
	lexer->line_start = lexer->at;
	while (lexer->at < lexer->end)
		if (!take_next(lexer))
			return false;
	if (lexer->inside && lexer->from_stdin)
		return refuse(lexer, (Mark){lexer->statement.line, lexer->statement.column},
		              "the data of this COPY is missing");
	end_statement(lexer);
	return true;
}

SqlScript *sql_script_split(const char *text, size_t length, const char *file, unsigned line, GError **error)
{
	g_autoptr(SqlScript) script = g_new0(SqlScript, 1);
	Lexer lexer = {.script = script, .end = length, .line = line, .error = error};

	script->text = text;
	script->length = length;
	script->file = file;
	script->line = line;
	script->statements = g_array_new(FALSE, FALSE, sizeof(SqlStatement));
	return split(&lexer) ? g_steal_pointer(&script) : NULL;
}

void sql_script_free(SqlScript *script)
{
	if (!script)
		return;
	g_array_unref(script->statements);
	g_free(script);
}

char *sql_statement_text(const SqlScript *script, const SqlStatement *statement)
{
	return g_strndup(script->text + statement->start, statement->length);
}

void sql_statement_place(const SqlScript *script, const SqlStatement *statement, unsigned position, unsigned *line,
                         unsigned *column)
{
	const char *at = script->text + statement->start;
	const char *end = at + statement->length;

	*line = statement->line;
	*column = statement->column;
	for (unsigned i = 1; i < position && at < end; i++) {
		if (*at == '\n') {
			(*line)++;
			*column = 1;
		} else {
			(*column)++;
		}
		at += g_utf8_skip[(guchar)*at];
	}
}
