#include "words.h"

#include <string.h>

#include "lexer.h"

/* Enough tokens for any phrase below; what follows them is not looked at. */
#define TOKENS_MAX     64
#define NAME_MAX_BYTES 63

/* A statement's first tokens: words in upper case, quoted names and single characters as they
 * stand, strings as "'". */
typedef GPtrArray Tokens;

static const struct {
	const char *pattern; /* over the words with a space on each side; * is any words */
	SqlClass class;
	SqlEffect effect;
	const char *what;
} phrases[] = {
	{" BEGIN *", SQL_TRANSACTION, SQL_EFFECT_NONE, "BEGIN"},
	{" START TRANSACTION *", SQL_TRANSACTION, SQL_EFFECT_NONE, "START TRANSACTION"},
	{" COMMIT *", SQL_TRANSACTION, SQL_EFFECT_NONE, "COMMIT"},
	{" END *", SQL_TRANSACTION, SQL_EFFECT_NONE, "COMMIT"},
	{" COMMIT PREPARED *", SQL_TRANSACTION, SQL_EFFECT_NONE, "COMMIT PREPARED"},
	{" ROLLBACK *", SQL_TRANSACTION, SQL_EFFECT_NONE, "ROLLBACK"},
	{" ABORT *", SQL_TRANSACTION, SQL_EFFECT_NONE, "ROLLBACK"},
	{" ROLLBACK * TO *", SQL_TRANSACTION, SQL_EFFECT_ROLLBACK_TO, "ROLLBACK TO SAVEPOINT"},
	{" ROLLBACK TO *", SQL_TRANSACTION, SQL_EFFECT_ROLLBACK_TO, "ROLLBACK TO SAVEPOINT"},
	{" ROLLBACK PREPARED *", SQL_TRANSACTION, SQL_EFFECT_NONE, "ROLLBACK PREPARED"},
	{" SAVEPOINT *", SQL_TRANSACTION, SQL_EFFECT_SAVEPOINT, "SAVEPOINT"},
	{" RELEASE *", SQL_TRANSACTION, SQL_EFFECT_RELEASE, "RELEASE SAVEPOINT"},
	{" PREPARE TRANSACTION *", SQL_TRANSACTION, SQL_EFFECT_NONE, "PREPARE TRANSACTION"},
	{" CREATE INDEX CONCURRENTLY *", SQL_NO_TRANSACTION, SQL_EFFECT_INDEX_CREATED,
	 "CREATE INDEX CONCURRENTLY"},
	{" CREATE UNIQUE INDEX CONCURRENTLY *", SQL_NO_TRANSACTION, SQL_EFFECT_INDEX_CREATED,
	 "CREATE INDEX CONCURRENTLY"},
	{" DROP INDEX CONCURRENTLY *", SQL_NO_TRANSACTION, SQL_EFFECT_INDEX_DROPPED,
	 "DROP INDEX CONCURRENTLY"},
	{" REINDEX* CONCURRENTLY *", SQL_NO_TRANSACTION, SQL_EFFECT_REPEATABLE,
	 "REINDEX CONCURRENTLY"},
	{" REINDEX* SCHEMA *", SQL_NO_TRANSACTION, SQL_EFFECT_REPEATABLE,
	 "REINDEX of a schema or database"},
	{" REINDEX* DATABASE *", SQL_NO_TRANSACTION, SQL_EFFECT_REPEATABLE,
	 "REINDEX of a schema or database"},
	{" REINDEX* SYSTEM *", SQL_NO_TRANSACTION, SQL_EFFECT_REPEATABLE,
	 "REINDEX of a schema or database"},
	{" VACUUM *", SQL_NO_TRANSACTION, SQL_EFFECT_REPEATABLE, "VACUUM"},
	{" REPACK *", SQL_NO_TRANSACTION, SQL_EFFECT_REPEATABLE, "REPACK"},
	{" CLUSTER ", SQL_NO_TRANSACTION, SQL_EFFECT_REPEATABLE, "CLUSTER of all tables"},
	{" CREATE DATABASE *", SQL_NO_TRANSACTION, SQL_EFFECT_NONE, "CREATE DATABASE"},
	{" DROP DATABASE *", SQL_NO_TRANSACTION, SQL_EFFECT_NONE, "DROP DATABASE"},
	{" ALTER DATABASE * SET TABLESPACE *", SQL_NO_TRANSACTION, SQL_EFFECT_REPEATABLE,
	 "ALTER DATABASE SET TABLESPACE"},
	{" CREATE TABLESPACE *", SQL_NO_TRANSACTION, SQL_EFFECT_NONE, "CREATE TABLESPACE"},
	{" DROP TABLESPACE *", SQL_NO_TRANSACTION, SQL_EFFECT_NONE, "DROP TABLESPACE"},
	{" ALTER SYSTEM *", SQL_NO_TRANSACTION, SQL_EFFECT_REPEATABLE, "ALTER SYSTEM"},
	{" DISCARD ALL *", SQL_NO_TRANSACTION, SQL_EFFECT_SESSION, "DISCARD ALL"},
	{" SET *", SQL_ORDINARY, SQL_EFFECT_SESSION, "statement"},
	{" COPY * TO STDOUT *", SQL_ORDINARY, SQL_EFFECT_ROWS_OUT, "COPY TO stdout"},
	{" CREATE SUBSCRIPTION *", SQL_NO_TRANSACTION, SQL_EFFECT_NONE, "CREATE SUBSCRIPTION"},
	{" DROP SUBSCRIPTION *", SQL_NO_TRANSACTION, SQL_EFFECT_NONE, "DROP SUBSCRIPTION"},
	{" ALTER SUBSCRIPTION * REFRESH *", SQL_NO_TRANSACTION, SQL_EFFECT_REPEATABLE,
	 "ALTER SUBSCRIPTION with a refresh"},
	{" ALTER SUBSCRIPTION * PUBLICATION *", SQL_NO_TRANSACTION, SQL_EFFECT_REPEATABLE,
	 "ALTER SUBSCRIPTION with a refresh"},
	{" ALTER TABLE * DETACH PARTITION * CONCURRENTLY *", SQL_NO_TRANSACTION, SQL_EFFECT_NONE,
	 "DETACH PARTITION CONCURRENTLY"},
};

/* ---- tokens ---- */

static char *token_text(const char *statement, const SqlToken *token)
{
	if (token->kind == SQL_TOKEN_STRING)
		return g_strdup("'");
	if (token->kind == SQL_TOKEN_WORD)
		return g_ascii_strup(statement + token->start, (gssize)token->length);
	return g_strndup(statement + token->start, token->length);
}

static Tokens *first_tokens(const char *statement)
{
	Tokens *tokens = g_ptr_array_new_with_free_func(g_free);
	SqlToken token;
	SqlLexer lexer;

	sql_lexer_init(&lexer, statement, strlen(statement), "", 1);
	while (tokens->len < TOKENS_MAX && sql_lexer_next(&lexer, &token, NULL) &&
	       token.kind != SQL_TOKEN_END)
		if (token.kind != SQL_TOKEN_BLANK)
			g_ptr_array_add(tokens, token_text(statement, &token));
	return tokens;
}

static const char *token_at(const Tokens *tokens, guint at)
{
	return at < tokens->len ? g_ptr_array_index(tokens, at) : "";
}

static bool is_word(const char *token)
{
	return g_ascii_isalpha(*token) || *token == '_' || (*token & 0x80);
}

/* The words alone, each between spaces; every quoted name is the word "". */
static char *words_of(const Tokens *tokens)
{
	GString *words = g_string_new(" ");

	for (guint i = 0; i < tokens->len; i++) {
		const char *token = token_at(tokens, i);

		if (is_word(token))
			g_string_append_printf(words, "%s ", token);
		else if (*token == '"')
			g_string_append(words, "\"\" ");
	}
	return g_string_free(words, FALSE);
}

/* ---- names ---- */

static char *unquoted(const char *token)
{
	g_autofree char *inner = g_strndup(token + 1, strlen(token) - 2);
	g_auto(GStrv) parts = g_strsplit(inner, "\"\"", -1);

	return g_strjoinv("\"", parts);
}

/* The server keeps 63 bytes of a name, and no half character. */
static char *shortened(char *name)
{
	size_t length = strlen(name);

	if (length <= NAME_MAX_BYTES)
		return name;
	for (length = NAME_MAX_BYTES; length && (name[length] & 0xC0) == 0x80;)
		length--;
	name[length] = '\0';
	return name;
}

/* The token as the name that the server makes of it, or NULL when it is none. */
static char *name_of(const char *token)
{
	if (is_word(token))
		return shortened(g_ascii_strdown(token, -1));
	return *token == '"' ? shortened(unquoted(token)) : NULL;
}

static bool tokens_are(const Tokens *tokens, guint at, const char *first, const char *second)
{
	return strcmp(token_at(tokens, at), first) == 0 &&
	       strcmp(token_at(tokens, at + 1), second) == 0;
}

/* CONCURRENTLY [IF NOT EXISTS] NAME ON [ONLY] [SCHEMA .] TABLE */
static void name_created_index(const Tokens *tokens, guint at, SqlKind *kind)
{
	kind->if_not_exists = tokens_are(tokens, at, "IF", "NOT");
	at += kind->if_not_exists ? 3 : 0;
	if (strcmp(token_at(tokens, at + 1), "ON") != 0)
		return;
	kind->index = name_of(token_at(tokens, at));
	at += strcmp(token_at(tokens, at + 2), "ONLY") == 0 ? 3 : 2;
	if (strcmp(token_at(tokens, at + 1), ".") == 0)
		kind->schema = name_of(token_at(tokens, at));
}

/* CONCURRENTLY [IF EXISTS] [SCHEMA .] NAME [CASCADE | RESTRICT] */
static void name_dropped_index(const Tokens *tokens, guint at, SqlKind *kind)
{
	guint schema;

	at += tokens_are(tokens, at, "IF", "EXISTS") ? 2 : 0;
	schema = at;
	at += strcmp(token_at(tokens, at + 1), ".") == 0 ? 2 : 0;
	if (*token_at(tokens, at + 1) && !is_word(token_at(tokens, at + 1)))
		return;
	kind->index = name_of(token_at(tokens, at));
	if (schema < at)
		kind->schema = name_of(token_at(tokens, schema));
}

static void name_index(const Tokens *tokens, SqlKind *kind)
{
	guint at = 0;

	while (strcmp(token_at(tokens, at), "CONCURRENTLY") != 0)
		at++;
	if (kind->effect == SQL_EFFECT_INDEX_CREATED)
		name_created_index(tokens, at + 1, kind);
	else
		name_dropped_index(tokens, at + 1, kind);
}

void sql_words_judge(const char *statement, SqlKind *kind)
{
	g_autoptr(GPtrArray) tokens = first_tokens(statement);
	g_autofree char *words = words_of(tokens);

	/* The last that fits is the closest. */
	for (guint i = 0; i < G_N_ELEMENTS(phrases); i++) {
		if (!g_pattern_match_simple(phrases[i].pattern, words))
			continue;
		kind->class = phrases[i].class;
		kind->effect = phrases[i].effect;
		kind->what = phrases[i].what;
	}
	if (kind->effect == SQL_EFFECT_INDEX_CREATED || kind->effect == SQL_EFFECT_INDEX_DROPPED)
		name_index(tokens, kind);
}
