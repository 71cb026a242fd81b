#include "sql/meaning.h"

#include <jansson.h>
#include <string.h>

#include "parse.h"
#include "sql/split.h"

/* Keys that say where a thing stands in the text, not what it is. The LOCATION of a tablespace is
 * a string under the same key, and stays. */
static const char *const places[] = {"location", "stmt_location", "stmt_len"};

static void drop_places(json_t *node)
{
	const char *key;
	json_t *below;
	size_t i;

	if (json_is_array(node)) {
		json_array_foreach(node, i, below) drop_places(below);
		return;
	}
	if (!json_is_object(node))
		return;
	for (guint p = 0; p < G_N_ELEMENTS(places); p++)
		if (json_is_integer(json_object_get(node, places[p])))
			json_object_del(node, places[p]);
	json_object_foreach(node, key, below) drop_places(below);
}

static void add(GChecksum *digest, const char *tag, const char *bytes, size_t length)
{
	g_autofree char *head = g_strdup_printf("%s %zu\n", tag, length);

	g_checksum_update(digest, (const guchar *)head, -1);
	g_checksum_update(digest, (const guchar *)bytes, (gssize)length);
}

static int add_chunk(const char *bytes, size_t length, void *data)
{
	g_checksum_update(data, (const guchar *)bytes, (gssize)length);
	return 0;
}

/* One statement: its tree, or its bytes when the parser does not know it. */
static bool add_statement(GChecksum *digest, const SqlScript *script, const SqlStatement *statement)
{
	g_autofree char *text = sql_statement_text(script, statement);
	g_auto(Parse) parse = {0};

	sql_parse(text, &parse);
	if (parse.outcome == PARSE_READ) {
		drop_places(parse.tree);
		add(digest, "tree", "", 0);
		json_dump_callback(parse.tree, add_chunk, digest, JSON_COMPACT | JSON_SORT_KEYS);
	} else {
		add(digest, "text", text, strlen(text));
	}
	if (statement->is_copy_from_stdin)
		add(digest, "data", script->text + statement->data_start, statement->data_length);
	return parse.outcome == PARSE_READ;
}

char *sql_meaning_digest(const char *text, size_t length, bool *parsed)
{
	g_autoptr(SqlScript) script = sql_script_split(text, length, "", 1, NULL);
	GChecksum *digest = g_checksum_new(G_CHECKSUM_SHA256);
	bool all = script != NULL;
	char *result;

	if (!script)
		add(digest, "bytes", text, length);
	for (guint i = 0; script && i < script->statements->len; i++)
		all &= add_statement(digest, script,
				     &g_array_index(script->statements, SqlStatement, i));
	if (parsed)
		*parsed = all;
	result = g_strdup(g_checksum_get_string(digest));
	g_checksum_free(digest);
	return result;
}
