#include <string.h>

#include "names.h"

/* DROP INDEX needs the schema, which is the table's. */
static char *undo_index(const char *name, const char *word)
{
	const char *end = schema_name_end(name, " ");
	const char *on = schema_find_outside(end, " ON ");
	const char *table = on ? on + strlen(" ON ") : NULL;
	size_t schema;

	(void)word;
	if (!table)
		return NULL;
	if (g_str_has_prefix(table, "ONLY "))
		table += strlen("ONLY ");
	schema = (size_t)(schema_name_end(table, ".") - table);
	return g_strdup_printf("DROP INDEX %.*s.%.*s", (int)schema, table, (int)(end - name), name);
}

/* "CREATE RULE x AS ON INSERT TO t ...", the server's own line breaks between. */
static char *undo_rule(const char *name, const char *word)
{
	const char *end = schema_name_end(name, " ");
	const char *to = schema_find_outside(end, " TO ");
	const char *table = to ? to + strlen(" TO ") : NULL;

	(void)word;
	return table ? g_strdup_printf("DROP RULE %.*s ON %.*s", (int)(end - name), name,
				       (int)(schema_name_end(table, " \n") - table), table)
		     : NULL;
}

/* "ALTER SEQUENCE x OWNED BY c". */
static char *undo_owner(const char *name, const char *word)
{
	const char *end = schema_name_end(name, " ");

	(void)word;
	return g_str_has_prefix(end, " OWNED BY ")
		       ? g_strdup_printf("ALTER SEQUENCE %.*s OWNED BY NONE", (int)(end - name),
					 name)
		       : NULL;
}

/* "CREATE TRIGGER x ... ON t", "CREATE POLICY x ON t": dropped by name and table. */
static char *undo_on(const char *name, const char *word)
{
	const char *end = schema_name_end(name, " ");
	const char *on = schema_find_outside(end, " ON ");
	const char *table = on ? on + strlen(" ON ") : NULL;

	return table ? g_strdup_printf("DROP %s %.*s ON %.*s", word, (int)(end - name), name,
				       (int)(schema_name_end(table, " ") - table), table)
		     : NULL;
}

/* The name that the server makes up for a constraint of these columns, "(a, b)", when nothing needs
 * quotes or is too long (PostgreSQL's ChooseConstraintName); NULL otherwise. */
static char *default_name(const char *relation, size_t length, const char *columns,
			  const char *suffix)
{
	const size_t longest = 62;
	const char *end = columns ? strchr(columns, ')') : NULL;
	GString *name = g_string_new_len(relation, (gssize)length);

	for (const char *at = columns; end && at < end; at++)
		if (*at == '(' || *at == ',')
			g_string_append_c(name, '_');
		else if (*at != ' ')
			g_string_append_c(name, *at);
	g_string_append(name, suffix);
	return g_string_free(name, name->len > longest || strpbrk(name->str, "\"()"));
}

/* Constraints whose names are not in the text, because the server made them up. */
static char *undo_unnamed(const char *table, const char *end)
{
	static const struct {
		const char *did;
		bool has_columns;
		const char *suffix;
	} forms[] = {{" ADD PRIMARY KEY (", false, "_pkey"},
		     {" ADD UNIQUE (", true, "_key"},
		     {" ADD FOREIGN KEY (", true, "_fkey"}};
	const char *dot = schema_name_end(table, ".");
	const char *relation = dot + 1;

	for (guint i = 0; i < G_N_ELEMENTS(forms) && dot < end; i++) {
		const char *columns = end + strlen(forms[i].did) - 1;
		g_autofree char *name = NULL;

		if (!g_str_has_prefix(end, forms[i].did))
			continue;
		name = default_name(relation, (size_t)(end - relation),
				    forms[i].has_columns ? columns : NULL, forms[i].suffix);
		return name ? g_strdup_printf("ALTER TABLE %.*s DROP CONSTRAINT %s",
					      (int)(end - table), table, name)
			    : NULL;
	}
	return NULL;
}

static char *undo_alter(const char *name, const char *word)
{
	static const struct {
		const char *did, *undo;
	} forms[] = {{" ENABLE ROW LEVEL SECURITY", " DISABLE ROW LEVEL SECURITY"},
		     {" FORCE ROW LEVEL SECURITY", " NO FORCE ROW LEVEL SECURITY"}};
	static const char add[] = " ADD CONSTRAINT ";
	const char *table = g_str_has_prefix(name, "ONLY ") ? name + strlen("ONLY ") : name;
	const char *end = schema_name_end(table, " ");
	const char *constraint = end + strlen(add);

	(void)word;
	for (guint i = 0; i < G_N_ELEMENTS(forms); i++)
		if (strcmp(end, forms[i].did) == 0)
			return g_strdup_printf("ALTER TABLE %.*s%s", (int)(end - table), table,
					       forms[i].undo);
	if (!g_str_has_prefix(end, add))
		return undo_unnamed(table, end);
	return g_strdup_printf("ALTER TABLE %.*s DROP CONSTRAINT %.*s", (int)(end - table), table,
			       (int)(schema_name_end(constraint, " ") - constraint), constraint);
}

static char *undo_comment(const char *name, const char *word)
{
	const char *is = schema_find_outside(name, " IS ");

	(void)word;
	return is ? g_strdup_printf("COMMENT ON %.*s IS NULL", (int)(is - name), name) : NULL;
}

static const struct {
	const char *begins;
	char *(*undo)(const char *name, const char *word);
	const char *word;
} undos[] = {
	{"CREATE INDEX ", undo_index, NULL},     {"CREATE UNIQUE INDEX ", undo_index, NULL},
	{"CREATE TRIGGER ", undo_on, "TRIGGER"}, {"CREATE CONSTRAINT TRIGGER ", undo_on, "TRIGGER"},
	{"CREATE POLICY ", undo_on, "POLICY"},   {"ALTER TABLE ", undo_alter, NULL},
	{"COMMENT ON ", undo_comment, NULL},     {"CREATE RULE ", undo_rule, NULL},
	{"ALTER SEQUENCE ", undo_owner, NULL},
};

char *schema_undo(const char *statement)
{
	for (guint i = 0; i < G_N_ELEMENTS(undos); i++)
		if (g_str_has_prefix(statement, undos[i].begins))
			return undos[i].undo(statement + strlen(undos[i].begins), undos[i].word);
	return NULL;
}
