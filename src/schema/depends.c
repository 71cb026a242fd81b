#include "schema/depends.h"

#include <stdbool.h>
#include <string.h>

#include "names.h"

/* Schema and name with a byte between that is in neither. */
#define KEY "%s\001%s"

static void add_name(GHashTable *names, const SchemaObject *object)
{
	g_autofree char *schema = schema_path_schema(object->path);
	g_autofree char *name = schema_path_name(object->path);
	g_autofree char *key = schema && name ? g_strdup_printf(KEY, schema, name) : NULL;
	GPtrArray *list = key ? g_hash_table_lookup(names, key) : NULL;

	if (!key)
		return;
	if (!list) {
		list = g_ptr_array_new_with_free_func(g_free);
		g_hash_table_insert(names, g_steal_pointer(&key), list);
	}
	g_ptr_array_add(list, g_strdup(object->path));
}

/* Schema and name to the paths (char*) of what is called so. */
static GHashTable *names_of(const GPtrArray *objects)
{
	GHashTable *names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
						  (GDestroyNotify)g_ptr_array_unref);

	for (guint i = 0; i < objects->len; i++)
		add_name(names, g_ptr_array_index(objects, i));
	return names;
}

static bool is_name_byte(char byte)
{
	return g_ascii_isalnum(byte) || byte == '_' || byte == '$' || (byte & 0x80);
}

/* The name that begins here, for the caller to free, and what is behind it; NULL for no name. */
static char *read_name(const char **at)
{
	const char *start = *at, *end = start;
	g_autoptr(GString) plain = NULL;

	if (*start != '"') {
		while (is_name_byte(*end))
			end++;
		*at = end;
		return end > start ? g_strndup(start, (gsize)(end - start)) : NULL;
	}
	end = strchr(start + 1, '"');
	while (end && end[1] == '"')
		end = strchr(end + 2, '"');
	if (!end)
		return NULL;
	plain = g_string_new_len(start + 1, end - start - 1);
	g_string_replace(plain, "\"\"", "\"", 0);
	*at = end + 1;
	return g_strdup(plain->str);
}

/* What a statement stands on, and where that is a table with which of its parts. */
typedef struct {
	SchemaObject *object;
	GHashTable *names, *seen;
	SchemaPart part, needs;
} Reading;

static void need_path(const Reading *reading, const char *path)
{
	g_autofree char *key = g_strdup_printf("%d%s", (int)reading->part, path);

	if (strcmp(path, reading->object->path) == 0 ||
	    !g_hash_table_add(reading->seen, g_steal_pointer(&key)))
		return;
	schema_object_need(reading->object, reading->part, path, reading->needs, NULL)->guessed =
		true;
}

static void need_name(const Reading *reading, const char *schema, const char *name)
{
	g_autofree char *key = g_strdup_printf(KEY, schema, name);
	const GPtrArray *paths = g_hash_table_lookup(reading->names, key);

	for (guint i = 0; paths && i < paths->len; i++)
		need_path(reading, g_ptr_array_index(paths, i));
}

/* Every "a.b" in the text, and "b.c" in "a.b.c". */
static void read_statement(const Reading *reading, const char *statement)
{
	const char *body = reading->object->kind == SCHEMA_KIND_FUNCTION ||
					   reading->object->kind == SCHEMA_KIND_PROCEDURE
				   ? strstr(statement, "\nAS $")
				   : NULL;
	const char *end = body ? body : statement + strlen(statement);

	for (const char *at = statement; at < end;) {
		g_autofree char *schema = read_name(&at);
		const char *behind = at + 1;
		g_autofree char *name = schema && *at == '.' ? read_name(&behind) : NULL;

		if (name)
			need_name(reading, schema, name);
		if (!schema)
			at++;
	}
}

static void read_object(SchemaObject *object, GHashTable *names)
{
	const bool is_view =
		object->kind == SCHEMA_KIND_VIEW || object->kind == SCHEMA_KIND_MATERIALIZED_VIEW;
	g_autoptr(GPtrArray) statements = schema_statements_of(object->text);
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autofree char *schema = schema_path_schema(object->path);
	Reading reading = {.object = object, .names = names, .seen = seen};

	if (schema)
		need_name(&reading, schema, "schema");
	for (guint i = 0; i < statements->len; i++) {
		const char *statement = g_ptr_array_index(statements, i);

		reading.part = schema_part_of(statement, i);
		/* A view may group by a key; a foreign key points at one. */
		reading.needs = is_view || schema_find_outside(statement, " FOREIGN KEY (")
					? SCHEMA_KEYS
					: SCHEMA_BODY;
		read_statement(&reading, statement);
	}
}

void schema_depends_guess(const GPtrArray *objects)
{
	g_autoptr(GHashTable) names = NULL;

	for (guint i = 0; i < objects->len; i++) {
		SchemaObject *object = g_ptr_array_index(objects, i);

		if (object->depends)
			continue;
		if (!names)
			names = names_of(objects);
		schema_object_needs(object);
		read_object(object, names);
	}
}
