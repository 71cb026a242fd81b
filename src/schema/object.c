#include "schema/object.h"

#include <string.h>

#include "base/text.h"

#define GLOBAL "@global"

/* ---- objects ---- */

static void dependency_free(SchemaDependency *dependency)
{
	g_free(dependency->path);
	g_free(dependency->column);
	g_free(dependency);
}

void schema_object_free(SchemaObject *object)
{
	if (!object)
		return;
	g_free(object->path);
	g_free(object->text);
	g_ptr_array_unref(object->statements);
	g_clear_pointer(&object->depends, g_ptr_array_unref);
	g_free(object);
}

GPtrArray *schema_objects_new(void)
{
	return g_ptr_array_new_with_free_func((GDestroyNotify)schema_object_free);
}

SchemaObject *schema_object_new(const char *path)
{
	SchemaObject *object = g_new0(SchemaObject, 1);

	object->path = g_strdup(path);
	object->kind = schema_kind_of(path);
	object->statements = g_ptr_array_new_with_free_func(g_free);
	return object;
}

SchemaObject *schema_object_of_text(const char *path, const char *text)
{
	SchemaObject *object = schema_object_new(path);

	object->text = g_strdup(text);
	return object;
}

void schema_object_needs(SchemaObject *object)
{
	if (!object->depends)
		object->depends = g_ptr_array_new_with_free_func((GDestroyNotify)dependency_free);
}

SchemaDependency *schema_object_need(SchemaObject *object, SchemaPart part, const char *path,
				     SchemaPart needs, const char *column)
{
	SchemaDependency *dependency = g_new0(SchemaDependency, 1);

	*dependency = (SchemaDependency){
		.path = g_strdup(path), .column = g_strdup(column), .part = part, .needs = needs};
	schema_object_needs(object);
	g_ptr_array_add(object->depends, dependency);
	return dependency;
}

/* ---- paths ---- */

SchemaKind schema_kind_of(const char *path)
{
	static const char *const words[] = {
		[SCHEMA_KIND_SCHEMA] = "schema",
		[SCHEMA_KIND_EXTENSION] = "extension",
		[SCHEMA_KIND_COLLATION] = "collation",
		[SCHEMA_KIND_TYPE] = "type",
		[SCHEMA_KIND_DOMAIN] = "domain",
		[SCHEMA_KIND_SEQUENCE] = "sequence",
		[SCHEMA_KIND_FUNCTION] = "function",
		[SCHEMA_KIND_PROCEDURE] = "procedure",
		[SCHEMA_KIND_OPERATOR] = "operator",
		[SCHEMA_KIND_AGGREGATE] = "aggregate",
		[SCHEMA_KIND_TABLE] = "table",
		[SCHEMA_KIND_VIEW] = "view",
		[SCHEMA_KIND_MATERIALIZED_VIEW] = "materialized_view",
	};
	const char *slash = strchr(path, '/');
	const size_t length = slash ? strcspn(slash + 1, "/.") : 0;
	guint kind = 0;

	while (kind < G_N_ELEMENTS(words) && (!slash || strlen(words[kind]) != length ||
					      strncmp(slash + 1, words[kind], length) != 0))
		kind++;
	return (SchemaKind)kind;
}

/* One name as a part of a path. */
static void append_name(GString *path, const char *name)
{
	static const char special[] = "/\\%@";
	const size_t longest = 200, kept = 180;
	const gsize start = path->len;

	for (const char *c = name; *c; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f || strchr(special, *c) ||
		    (c == name && *c == '.'))
			g_string_append_printf(path, "%%%02X", (unsigned char)*c);
		else
			g_string_append_c(path, *c);
	if (path->len - start > longest) {
		g_autofree char *digest = text_sha256(name, strlen(name));

		g_string_truncate(path, start + kept);
		g_string_append_printf(path, "~%.12s", digest);
	}
}

char *schema_path(const char *schema, const char *kind, const char *name)
{
	GString *path = g_string_new(NULL);

	if (schema)
		append_name(path, schema);
	else
		g_string_append(path, GLOBAL);
	g_string_append_c(path, '/');
	if (kind)
		g_string_append_printf(path, "%s/", kind);
	append_name(path, name);
	g_string_append(path, ".sql");
	return g_string_free(path, FALSE);
}

/* A part of a path with its %XX as bytes again; NULL when it is shortened. */
static char *decoded(const char *part, size_t length)
{
	GString *name = g_string_new(NULL);

	for (const char *at = part; at < part + length; at++)
		if (*at == '~') {
			g_string_free(name, TRUE);
			return NULL;
		} else if (*at == '%' && at + 2 < part + length) {
			g_string_append_c(name, (char)(g_ascii_xdigit_value(at[1]) * 16 +
						       g_ascii_xdigit_value(at[2])));
			at += 2;
		} else {
			g_string_append_c(name, *at);
		}
	return g_string_free(name, FALSE);
}

char *schema_path_name(const char *path)
{
	static const bool has_arguments[SCHEMA_KIND_OTHER + 1] = {[SCHEMA_KIND_FUNCTION] = true,
								  [SCHEMA_KIND_PROCEDURE] = true,
								  [SCHEMA_KIND_OPERATOR] = true,
								  [SCHEMA_KIND_AGGREGATE] = true};
	const char *slash = strrchr(path, '/');
	const char *first = strchr(path, '/');
	const char *second = first ? strchr(first + 1, '/') : NULL;
	const char *name = second ? second + 1 : slash ? slash + 1 : path;
	const size_t length = strlen(name), suffix = strlen(".sql");
	const size_t end = has_arguments[schema_kind_of(path)] ? strcspn(name, "(") : length;

	return decoded(name, end < length ? end : length > suffix ? length - suffix : length);
}

char *schema_path_schema(const char *path)
{
	return decoded(path, strcspn(path, "/"));
}
