#include "schema/repair.h"

#include <stdbool.h>
#include <string.h>

#include "names.h"

/* What stands behind CREATE in the first line, and how the object is dropped. The name follows it,
 * up to the end. */
static const struct {
	const char *begins;
	const char *drop;
	const char *ends; /* bytes that may follow the name */
} forms[] = {
	{"CREATE TABLE ", "DROP TABLE ", " ("},
	{"CREATE UNLOGGED TABLE ", "DROP TABLE ", " ("},
	{"CREATE FOREIGN TABLE ", "DROP FOREIGN TABLE ", " ("},
	{"CREATE VIEW ", "DROP VIEW ", " "},
	{"CREATE MATERIALIZED VIEW ", "DROP MATERIALIZED VIEW ", " "},
	{"CREATE SEQUENCE ", "DROP SEQUENCE ", " "},
	{"CREATE UNLOGGED SEQUENCE ", "DROP SEQUENCE ", " "},
	{"CREATE SCHEMA IF NOT EXISTS ", "DROP SCHEMA ", ";"},
	{"CREATE EXTENSION IF NOT EXISTS ", "DROP EXTENSION ", " "},
	{"CREATE TYPE ", "DROP TYPE ", " ;"},
	{"CREATE DOMAIN ", "DROP DOMAIN ", " "},
	{"CREATE COLLATION ", "DROP COLLATION ", " "},
	{"CREATE STATISTICS ", "DROP STATISTICS ", " "},
	{"CREATE PUBLICATION ", "DROP PUBLICATION ", " "},
	{"CREATE EVENT TRIGGER ", "DROP EVENT TRIGGER ", " "},
	{"CREATE SERVER ", "DROP SERVER ", " "},
	{"CREATE FOREIGN DATA WRAPPER ", "DROP FOREIGN DATA WRAPPER ", " ;"},
	{"CREATE CONVERSION ", "DROP CONVERSION ", " "},
	{"CREATE ACCESS METHOD ", "DROP ACCESS METHOD ", " "},
};

/* A routine is dropped by its name and arguments, which its path holds:
 * SCHEMA/function/NAME(ARGUMENTS).sql. */
static char *drop_routine(const char *path)
{
	static const char *const kinds[] = {"/function/", "/procedure/"};

	for (guint i = 0; i < G_N_ELEMENTS(kinds); i++) {
		const char *kind = strstr(path, kinds[i]);
		g_autofree char *schema = kind ? g_strndup(path, (gsize)(kind - path)) : NULL;
		g_autofree char *routine = kind ? g_strndup(kind + strlen(kinds[i]),
							    strlen(kind + strlen(kinds[i])) - 4)
						: NULL;

		/* A name that had to be changed for the path is not the name. */
		if (kind && !strchr(path, '%') && !strchr(path, '~') &&
		    !strpbrk(schema, "ABCDEFGHIJKLMNOPQRSTUVWXYZ -"))
			return g_strdup_printf("DROP ROUTINE %s.%s;", schema, routine);
	}
	return NULL;
}

char *schema_drop(const char *path, const char *text)
{
	for (guint i = 0; i < G_N_ELEMENTS(forms); i++) {
		const char *name = text + strlen(forms[i].begins);

		if (g_str_has_prefix(text, forms[i].begins))
			return g_strdup_printf("%s%.*s;", forms[i].drop,
					       (int)(schema_name_end(name, forms[i].ends) - name),
					       name);
	}
	return drop_routine(path);
}
