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

/* "ALTER DOMAIN d ADD CONSTRAINT c CHECK (...)"; names that the server makes up are not known. */
static char *undo_domain(const char *name, const char *word)
{
	static const char add[] = " ADD CONSTRAINT ";
	const char *end = schema_name_end(name, " ");
	const char *constraint = end + strlen(add);

	(void)word;
	if (!g_str_has_prefix(end, add))
		return NULL;
	return g_strdup_printf("ALTER DOMAIN %.*s DROP CONSTRAINT %.*s", (int)(end - name), name,
			       (int)(schema_name_end(constraint, " ") - constraint), constraint);
}

/* "ALTER PUBLICATION p ADD TABLE ONLY t (a) WHERE (...)". */
static char *undo_table_of(const char *name, const char *word)
{
	static const char add[] = " ADD TABLE ";
	const char *end = schema_name_end(name, " ");
	const char *table = end + strlen(add);
	const char *behind;

	(void)word;
	if (!g_str_has_prefix(end, add))
		return NULL;
	behind = schema_name_end(g_str_has_prefix(table, "ONLY ") ? table + strlen("ONLY ") : table,
				 " ");
	return g_strdup_printf("ALTER PUBLICATION %.*s DROP TABLE %.*s", (int)(end - name), name,
			       (int)(behind - table), table);
}

/* ---- settings ---- */

/* Settings that something always has: what gives them back the value that is not in the text.
 * Behind `did` stands a value, which goes, unless it is the name of what is set. */
static const struct {
	const char *begins, *did, *undo;
	bool keeps_name;
} settings[] = {
	{"", " SET STATISTICS ", " SET STATISTICS -1", false},
	{"", " SET COMPRESSION ", " SET COMPRESSION default", false},
	{"", " CLUSTER ON ", " SET WITHOUT CLUSTER", false},
	{"", " REPLICA IDENTITY ", " REPLICA IDENTITY DEFAULT", false},
	{"ALTER TABLE ", " DISABLE TRIGGER ", " ENABLE TRIGGER ", true},
	{"ALTER TABLE ", " ENABLE REPLICA TRIGGER ", " ENABLE TRIGGER ", true},
	{"ALTER TABLE ", " ENABLE ALWAYS TRIGGER ", " ENABLE TRIGGER ", true},
	{"ALTER TABLE ", " DISABLE RULE ", " ENABLE RULE ", true},
	{"ALTER TABLE ", " ENABLE REPLICA RULE ", " ENABLE RULE ", true},
	{"ALTER TABLE ", " ENABLE ALWAYS RULE ", " ENABLE RULE ", true},
	{"ALTER EVENT TRIGGER ", " DISABLE", " ENABLE", false},
	{"ALTER EVENT TRIGGER ", " ENABLE ALWAYS", " ENABLE", false},
	{"ALTER EVENT TRIGGER ", " ENABLE REPLICA", " ENABLE", false},
	{"ALTER TABLE ", " SET NOT NULL", " DROP NOT NULL", false},
	{"ALTER VIEW ", " SET DEFAULT ", " DROP DEFAULT", false},
	{"ALTER PUBLICATION ", " ADD TABLES IN SCHEMA ", " DROP TABLES IN SCHEMA ", true},
};

/* "x SET (a=1, b='2')" as "x RESET (a, b)". */
static char *undo_options(const char *statement)
{
	const char *set = schema_find_outside(statement, " SET (");
	g_auto(GStrv) options = NULL;
	g_autofree char *list = NULL;

	if (!set || !g_str_has_suffix(statement, ")"))
		return NULL;
	options = g_strsplit(set + strlen(" SET ("), ", ", -1);
	for (char **option = options; *option; option++)
		(*option)[strcspn(*option, "=)")] = '\0';
	list = g_strjoinv(", ", options);
	return g_strdup_printf("%.*s RESET (%s)", (int)(set - statement), statement, list);
}

static char *undo_setting(const char *statement)
{
	for (guint i = 0; i < G_N_ELEMENTS(settings); i++) {
		const char *found = g_str_has_prefix(statement, settings[i].begins)
					    ? schema_find_outside(statement, settings[i].did)
					    : NULL;

		if (found)
			return g_strdup_printf(
				"%.*s%s%s", (int)(found - statement), statement, settings[i].undo,
				settings[i].keeps_name ? found + strlen(settings[i].did) : "");
	}
	return undo_options(statement);
}

static const struct {
	const char *begins;
	char *(*undo)(const char *name, const char *word);
	const char *word;
} undos[] = {
	{"CREATE INDEX ", undo_index, NULL},
	{"CREATE UNIQUE INDEX ", undo_index, NULL},
	{"CREATE TRIGGER ", undo_on, "TRIGGER"},
	{"CREATE CONSTRAINT TRIGGER ", undo_on, "TRIGGER"},
	{"CREATE POLICY ", undo_on, "POLICY"},
	{"ALTER TABLE ", undo_alter, NULL},
	{"COMMENT ON ", undo_comment, NULL},
	{"CREATE RULE ", undo_rule, NULL},
	{"ALTER SEQUENCE ", undo_owner, NULL},
	{"ALTER DOMAIN ", undo_domain, NULL},
	{"ALTER PUBLICATION ", undo_table_of, NULL},
};

char *schema_undo(const char *statement)
{
	char *back = NULL;

	for (guint i = 0; i < G_N_ELEMENTS(undos) && !back; i++)
		if (g_str_has_prefix(statement, undos[i].begins))
			back = undos[i].undo(statement + strlen(undos[i].begins), undos[i].word);
	return !back && g_str_has_prefix(statement, "ALTER ") ? undo_setting(statement) : back;
}
