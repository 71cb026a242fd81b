#include "sql/split.h"

#include <string.h>

#include "base/error.h"
#include "lexer.h"

/* The first words of a statement say whether it may hold BEGIN ATOMIC or be followed by data:
 * "create or replace procedure" is the longest of them. */
#define WORDS_KEPT 4
#define WORD_SIZE  16

typedef struct {
	SqlScript *script;
	SqlLexer lexer;
	GError **error;

	/* the statement under way */
	bool inside;
	SqlStatement statement;
	size_t end;   /* behind its last token that is no blank */
	guint parens; /* open ones */
	guint blocks; /* BEGIN ATOMIC and CASE that wait for their END */
	guint words;  /* how many of its first words are known */
	char word[WORDS_KEPT][WORD_SIZE];
	char previous[WORD_SIZE]; /* the token before, when it was a word; "." for a dot */
	bool is_routine;          /* CREATE FUNCTION or PROCEDURE */
	bool from_stdin;
} Splitter;

/* ---- words ---- */

static bool word_is(const Splitter *splitter, guint at, const char *word)
{
	return strcmp(splitter->word[at], word) == 0;
}

static bool is_routine(const Splitter *splitter)
{
	const guint at = word_is(splitter, 1, "or") && word_is(splitter, 2, "replace") ? 3 : 1;

	return word_is(splitter, 0, "create") &&
	       (word_is(splitter, at, "function") || word_is(splitter, at, "procedure"));
}

/* A word behind a dot or AS is a name, whatever it reads: "SELECT t.case AS end". */
static bool is_name_only(const Splitter *splitter)
{
	return strcmp(splitter->previous, ".") == 0 || strcmp(splitter->previous, "as") == 0;
}

/*
 * A body written as BEGIN ATOMIC ... END holds semicolons; inside, CASE has an END of its own. What
 * stands in parentheses is closed there.
 */
static void count_blocks(Splitter *splitter, const char *word)
{
	if (!splitter->is_routine || splitter->parens || is_name_only(splitter))
		return;
	if (strcmp(word, "atomic") == 0 && strcmp(splitter->previous, "begin") == 0)
		splitter->blocks++;
	else if (splitter->blocks && strcmp(word, "case") == 0)
		splitter->blocks++;
	else if (splitter->blocks && strcmp(word, "end") == 0)
		splitter->blocks--;
}

/* The server takes STDOUT for STDIN here, as a slip of the pen. */
static bool is_copy_from_stdin(const Splitter *splitter, const char *word)
{
	return !splitter->parens && word_is(splitter, 0, "copy") &&
	       strcmp(splitter->previous, "from") == 0 &&
	       (strcmp(word, "stdin") == 0 || strcmp(word, "stdout") == 0);
}

/* The word in lower case; one that is longer than any that matters becomes "". */
static void lower_word(const char *text, size_t length, char word[WORD_SIZE])
{
	size_t i = 0;

	if (length < WORD_SIZE)
		for (; i < length; i++)
			word[i] = g_ascii_tolower(text[i]);
	word[i] = '\0';
}

static void take_word(Splitter *splitter, const SqlToken *token)
{
	char word[WORD_SIZE];

	lower_word(splitter->script->text + token->start, token->length, word);
	if (splitter->words < WORDS_KEPT) {
		memcpy(splitter->word[splitter->words++], word, WORD_SIZE);
		splitter->is_routine = is_routine(splitter);
	}
	count_blocks(splitter, word);
	splitter->from_stdin |= is_copy_from_stdin(splitter, word);
	memcpy(splitter->previous, word, WORD_SIZE);
}

/* ---- statements ---- */

static void begin_statement(Splitter *splitter, SqlMark mark, unsigned column)
{
	splitter->inside = true;
	splitter->statement = (SqlStatement){.start = mark.at, .line = mark.line, .column = column};
	splitter->parens = splitter->blocks = splitter->words = 0;
	splitter->is_routine = splitter->from_stdin = false;
	memset(splitter->word, 0, sizeof splitter->word);
	*splitter->previous = '\0';
}

static void end_statement(Splitter *splitter)
{
	splitter->statement.length = splitter->end - splitter->statement.start;
	g_array_append_val(splitter->script->statements, splitter->statement);
	splitter->inside = false;
}

/* ---- the data of COPY ... FROM stdin ---- */

static bool refuse_copy(const Splitter *splitter, const char *message)
{
	error_set(splitter->error, ERR_MIGRATION, "%s", message);
	error_hint(splitter->error, "end the data with a line \\. as pg_dump does, or use INSERT");
	return error_place(splitter->error, splitter->script->file, splitter->statement.line,
			   splitter->statement.column);
}

/* Goes behind the line of the semicolon. psql would run what else stands on it after the data;
 * nothing may, so that no statement hides there. */
static bool skip_copy_line(Splitter *splitter)
{
	SqlLexer *lexer = &splitter->lexer;
	const char *text = splitter->script->text + lexer->at;
	const char *newline = memchr(text, '\n', lexer->end - lexer->at);
	const size_t next = newline ? (size_t)(newline - splitter->script->text) + 1 : lexer->end;
	SqlLexer rest = *lexer;
	SqlToken token;

	rest.end = next;
	do {
		const SqlMark mark = sql_lexer_mark(&rest);

		if (!sql_lexer_next(&rest, &token, splitter->error))
			return false;
		if (token.kind != SQL_TOKEN_BLANK && token.kind != SQL_TOKEN_END) {
			sql_lexer_refuse(lexer, mark, splitter->error,
					 "this stands on the line of a COPY whose data follow");
			return error_hint(splitter->error, "move it behind the data");
		}
	} while (token.kind != SQL_TOKEN_END);
	sql_lexer_move(lexer, next);
	return true;
}

static bool is_end_of_data(const char *line, size_t length)
{
	if (length && line[length - 1] == '\r')
		length--;
	return length == 2 && line[0] == '\\' && line[1] == '.';
}

/* The data lines begin behind the line of the semicolon and end before a line "\." */
static bool take_copy_data(Splitter *splitter)
{
	SqlLexer *lexer = &splitter->lexer;
	const char *const text = splitter->script->text;
	size_t at;

	if (!skip_copy_line(splitter))
		return false;
	splitter->statement.is_copy_from_stdin = true;
	splitter->statement.data_start = at = lexer->at;
	while (at < lexer->end) {
		const char *newline = memchr(text + at, '\n', lexer->end - at);
		const size_t end = newline ? (size_t)(newline - text) : lexer->end;

		if (is_end_of_data(text + at, end - at)) {
			splitter->statement.data_length = at - splitter->statement.data_start;
			sql_lexer_move(lexer, newline ? end + 1 : end);
			return true;
		}
		at = newline ? end + 1 : end;
	}
	return refuse_copy(splitter, "the data of this COPY are never ended by a line \\.");
}

/* ---- tokens ---- */

/* pg_dump brackets its output with \restrict and \unrestrict, which only tell psql to run no
 * meta-command in between: here none runs anyway. Skips such a line. */
static bool skip_restriction(SqlLexer *lexer, const SqlToken *token)
{
	static const char *const words[] = {"\\restrict ", "\\unrestrict "};
	const char *const line = lexer->text + token->start;
	const size_t left = lexer->end - token->start;
	const char *newline = memchr(line, '\n', left);

	for (guint i = 0; i < G_N_ELEMENTS(words); i++)
		if (left > strlen(words[i]) && memcmp(line, words[i], strlen(words[i])) == 0) {
			sql_lexer_move(lexer,
				       newline ? (size_t)(newline - lexer->text) : lexer->end);
			return true;
		}
	return false;
}

static bool refuse_meta_command(const Splitter *splitter, SqlMark mark)
{
	sql_lexer_refuse(&splitter->lexer, mark, splitter->error, "psql meta-commands are not SQL");
	return error_hint(splitter->error,
			  "write what it does as SQL: a migration runs without psql");
}

/* Adds a token to the statement under way. */
static void add_token(Splitter *splitter, const SqlToken *token)
{
	const SqlLexer *lexer = &splitter->lexer;

	splitter->end = token->start + token->length;
	if (token->kind == SQL_TOKEN_WORD) {
		take_word(splitter, token);
		return;
	}
	g_strlcpy(splitter->previous, sql_token_is(lexer, token, '.') ? "." : "", WORD_SIZE);
	if (sql_token_is(lexer, token, '('))
		splitter->parens++;
	else if (sql_token_is(lexer, token, ')') && splitter->parens)
		splitter->parens--;
}

static bool take_semicolon(Splitter *splitter)
{
	if (!splitter->inside)
		return true;
	if (splitter->from_stdin && !take_copy_data(splitter))
		return false;
	end_statement(splitter);
	return true;
}

/* Takes the next token; *more becomes false at the end of the text. */
static bool take_token(Splitter *splitter, bool *more)
{
	SqlLexer *lexer = &splitter->lexer;
	const SqlMark mark = sql_lexer_mark(lexer);
	const unsigned column = splitter->inside ? 0 : sql_lexer_column(lexer);
	SqlToken token;

	if (!sql_lexer_next(lexer, &token, splitter->error))
		return false;
	*more = token.kind != SQL_TOKEN_END;
	if (token.kind == SQL_TOKEN_END || token.kind == SQL_TOKEN_BLANK)
		return true;
	if (sql_token_is(lexer, &token, '\\'))
		return (!splitter->inside && skip_restriction(lexer, &token)) ||
		       refuse_meta_command(splitter, mark);
	if (sql_token_is(lexer, &token, ';') &&
	    !(splitter->inside && (splitter->parens || splitter->blocks)))
		return take_semicolon(splitter);
	if (!splitter->inside)
		begin_statement(splitter, mark, column);
	add_token(splitter, &token);
	return true;
}

/* ---- the whole ---- */

/* UTF-8 without NUL; the place of the first bad byte otherwise. */
static bool check_encoding(Splitter *splitter)
{
	SqlLexer lexer = splitter->lexer;
	const char *bad;

	if (g_utf8_validate_len(lexer.text, lexer.end, &bad))
		return true;
	sql_lexer_move(&lexer, (size_t)(bad - lexer.text));
	if (*bad == '\0')
		return sql_lexer_refuse(&lexer, sql_lexer_mark(&lexer), splitter->error,
					"a NUL character");
	sql_lexer_refuse(&lexer, sql_lexer_mark(&lexer), splitter->error, "this is not UTF-8");
	return error_hint(splitter->error, "save the file as UTF-8");
}

/* A byte order mark is no character of the first line. */
static void skip_byte_order_mark(SqlLexer *lexer)
{
	static const char mark[] = "\xEF\xBB\xBF";
	const size_t length = sizeof mark - 1;

	if (lexer->end >= length && memcmp(lexer->text, mark, length) == 0)
		lexer->at = lexer->line_start = length;
}

static bool split(Splitter *splitter)
{
	bool more = true;

	if (!check_encoding(splitter))
		return false;
	skip_byte_order_mark(&splitter->lexer);
	while (more)
		if (!take_token(splitter, &more))
			return false;
	if (!splitter->inside)
		return true;
	if (splitter->from_stdin)
		return refuse_copy(splitter, "the data of this COPY are missing");
	end_statement(splitter);
	return true;
}

SqlScript *sql_script_split(const char *text, size_t length, const char *file, unsigned line,
			    GError **error)
{
	g_autoptr(SqlScript) script = g_new0(SqlScript, 1);
	Splitter splitter = {.script = script, .error = error};

	script->text = text;
	script->length = length;
	script->file = file;
	script->line = line;
	script->statements = g_array_new(FALSE, FALSE, sizeof(SqlStatement));
	sql_lexer_init(&splitter.lexer, text, length, file, line);
	return split(&splitter) ? g_steal_pointer(&script) : NULL;
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

void sql_statement_place(const SqlScript *script, const SqlStatement *statement, unsigned position,
			 unsigned *line, unsigned *column)
{
	const char *at = script->text + statement->start;
	const char *const end = at + statement->length;

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
