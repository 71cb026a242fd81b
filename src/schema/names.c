#include "names.h"

#include <string.h>

#include "sql/split.h"

const char *schema_name_end(const char *name, const char *ends)
{
	bool quoted = false;

	for (; *name; name++)
		if (*name == '"')
			quoted = !quoted;
		else if (!quoted && strchr(ends, *name))
			break;
	return name;
}

const char *schema_find_outside(const char *text, const char *words)
{
	const size_t length = strlen(words);
	char quote = '\0';

	for (; *text; text++)
		if (!quote && strncmp(text, words, length) == 0)
			return text;
		else if (!quote && (*text == '"' || *text == '\''))
			quote = *text;
		else if (*text == quote)
			quote = '\0';
	return NULL;
}

static bool is_word_byte(char byte)
{
	return g_ascii_isalnum(byte) || byte == '_' || (byte & 0x80);
}

bool schema_has_word(const char *statement, const char *word)
{
	const size_t length = strlen(word);

	for (const char *at = statement; *word && (at = strstr(at, word)); at++)
		if ((at == statement || !is_word_byte(at[-1])) && !is_word_byte(at[length]))
			return true;
	return false;
}

GPtrArray *schema_statements_of(const char *text)
{
	g_autoptr(SqlScript) script = sql_script_split(text, strlen(text), "", 1, NULL);
	GPtrArray *list = g_ptr_array_new_with_free_func(g_free);

	for (guint i = 0; script && i < script->statements->len; i++)
		g_ptr_array_add(list, sql_statement_text(script, &g_array_index(script->statements,
										SqlStatement, i)));
	return list;
}

bool schema_has_any_word(const char *statement, const GPtrArray *words)
{
	for (guint i = 0; words && i < words->len; i++)
		if (schema_has_word(statement, g_ptr_array_index(words, i)))
			return true;
	return false;
}

bool schema_has_statement(const GPtrArray *statements, const char *statement)
{
	for (guint i = 0; i < statements->len; i++)
		if (strcmp(g_ptr_array_index(statements, i), statement) == 0)
			return true;
	return false;
}

SchemaPart schema_part_of(const char *statement, guint index)
{
	static const char *const links[] = {
		"CREATE TRIGGER ", "CREATE CONSTRAINT TRIGGER ", "CREATE RULE ", "CREATE POLICY ",
		"COMMENT ON ",     "ALTER PUBLICATION ",         "DO "};
	static const char *const ties[] = {" FOREIGN KEY (", " TRIGGER ", " RULE ", " OWNED BY "};

	if (index == 0)
		return SCHEMA_BODY;
	for (guint i = 0; i < G_N_ELEMENTS(links); i++)
		if (g_str_has_prefix(statement, links[i]))
			return SCHEMA_LINKS;
	for (guint i = 0; i < G_N_ELEMENTS(ties); i++)
		if (g_str_has_prefix(statement, "ALTER ") &&
		    schema_find_outside(statement, ties[i]))
			return SCHEMA_LINKS;
	return schema_find_outside(statement, " ALTER COLUMN ") &&
			       !g_str_has_prefix(statement, "ALTER INDEX ")
		       ? SCHEMA_BODY
		       : SCHEMA_KEYS;
}

void schema_leave(GString *sql, const char *why, const char *statement)
{
	g_auto(GStrv) lines = g_strsplit(statement, "\n", 2);

	g_string_append_printf(sql, "-- by hand (%s): %s\n", why, lines[0]);
}
