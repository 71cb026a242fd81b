#include <string.h>

#include "names.h"
#include "schema/repair.h"

/* "GRANT p ON o TO r WITH GRANT OPTION" as its REVOKE; NULL for what is no grant. */
static char *undo_grant(const char *statement)
{
	static const char option[] = " WITH GRANT OPTION";
	const char *grant = g_str_has_prefix(statement, "GRANT ")
				    ? statement
				    : schema_find_outside(statement, " GRANT ");
	const char *to = grant ? schema_find_outside(grant, " TO ") : NULL;
	const size_t start = grant ? (size_t)(grant - statement) + (*grant == ' ' ? 1 : 0) : 0;
	const char *rest = statement + start + strlen("GRANT ");
	size_t length;

	if (!to || to < rest)
		return NULL;
	length = strlen(to + strlen(" TO "));
	if (g_str_has_suffix(to, option))
		length -= strlen(option);
	return g_strdup_printf("%.*sREVOKE %.*s FROM %.*s", (int)start, statement, (int)(to - rest),
			       rest, (int)length, to + strlen(" TO "));
}

char *schema_change_access(const char *path, const char *from, const char *to)
{
	g_autoptr(GPtrArray) before = schema_statements_of(from ? from : "");
	g_autoptr(GPtrArray) after = schema_statements_of(to ? to : "");
	GString *sql = g_string_new(NULL);

	if (!from || !to)
		schema_leave(sql, "it is only on one side", path);
	for (guint i = 0; from && to && i < before->len; i++) {
		const char *statement = g_ptr_array_index(before, i);
		g_autofree char *back =
			schema_has_statement(after, statement) ? NULL : undo_grant(statement);

		if (back)
			g_string_append_printf(sql, "%s;\n", back);
	}
	for (guint i = 0; from && to && i < after->len; i++)
		if (!schema_has_statement(before, g_ptr_array_index(after, i)))
			g_string_append_printf(sql, "%s;\n", (char *)g_ptr_array_index(after, i));
	return g_string_free(sql, FALSE);
}
