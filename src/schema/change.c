#include "schema/repair.h"

#include <stdbool.h>
#include <string.h>

#include "names.h"
#include "sql/split.h"

/* ---- texts ---- */

/* The statements of an object's DDL, without semicolons; char*. */
static GPtrArray *statements_of(const char *text)
{
	g_autoptr(SqlScript) script = sql_script_split(text, strlen(text), "", 1, NULL);
	GPtrArray *list = g_ptr_array_new_with_free_func(g_free);

	for (guint i = 0; script && i < script->statements->len; i++)
		g_ptr_array_add(list, sql_statement_text(script, &g_array_index(script->statements,
										SqlStatement, i)));
	return list;
}

static bool has(const GPtrArray *statements, const char *statement)
{
	for (guint i = 0; i < statements->len; i++)
		if (strcmp(g_ptr_array_index(statements, i), statement) == 0)
			return true;
	return false;
}

static bool any_begins(const GPtrArray *statements, const char *begin)
{
	for (guint i = 0; i < statements->len; i++)
		if (g_str_has_prefix(g_ptr_array_index(statements, i), begin))
			return true;
	return false;
}

/* What nobody can derive is left to a person, who sees it. */
static void leave(GString *sql, const char *why, const char *statement)
{
	g_auto(GStrv) lines = g_strsplit(statement, "\n", 2);

	g_string_append_printf(sql, "-- by hand (%s): %s\n", why, lines[0]);
}

/* ---- taking a statement back ---- */

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
	{"COMMENT ON ", undo_comment, NULL},
};

static char *undo(const char *statement)
{
	for (guint i = 0; i < G_N_ELEMENTS(undos); i++)
		if (g_str_has_prefix(statement, undos[i].begins))
			return undos[i].undo(statement + strlen(undos[i].begins), undos[i].word);
	return NULL;
}

/* A comment that is replaced by another one need not be taken away first. */
static bool is_replaced(const char *statement, const GPtrArray *to)
{
	static const char is[] = " IS ";
	const char *found = g_str_has_prefix(statement, "COMMENT ON ")
				    ? schema_find_outside(statement, is)
				    : NULL;
	g_autofree char *begin =
		found ? g_strndup(statement, (size_t)(found - statement) + strlen(is)) : NULL;

	return begin && any_begins(to, begin);
}

/* ---- an object as a list of statements ---- */

/* What is taken away takes with it what else was said of it: its name, the last word of DROP. */
static void note_dropped(GPtrArray *dropped, const char *back)
{
	static const char *const drops[] = {"DROP INDEX ", " DROP CONSTRAINT "};

	for (guint i = 0; i < G_N_ELEMENTS(drops); i++) {
		const char *found = strstr(back, drops[i]);
		const char *name = found ? found + strlen(drops[i]) : NULL;
		const char *dot = name ? schema_name_end(name, ".") : NULL;

		if (name && *name)
			g_ptr_array_add(dropped, g_strdup(*dot ? dot + 1 : name));
	}
}

static bool is_word_byte(char byte)
{
	return g_ascii_isalnum(byte) || byte == '_' || (byte & 0x80);
}

/* Whether a name stands in a statement as a whole word. */
static bool has_word(const char *statement, const char *word)
{
	const size_t length = strlen(word);

	for (const char *at = statement; *word && (at = strstr(at, word)); at++)
		if ((at == statement || !is_word_byte(at[-1])) && !is_word_byte(at[length]))
			return true;
	return false;
}

static bool speaks_of(const char *statement, const GPtrArray *names)
{
	for (guint i = 0; i < names->len; i++)
		if (has_word(statement, g_ptr_array_index(names, i)))
			return true;
	return false;
}

static void append(GString *sql, const char *statement)
{
	g_string_append_printf(sql, "%s;\n", statement);
}

static void change_sequence(GString *sql, const char *settings)
{
	g_string_append_printf(sql, "ALTER SEQUENCE %s%s;\n", settings,
			       g_str_has_suffix(settings, " CYCLE") ? "" : " NO CYCLE");
}

/* The first statement made into the other: a table's columns, a sequence's settings. */
static void change_first(GString *sql, const char *from, const char *to)
{
	static const char sequence[] = "CREATE SEQUENCE ";

	if (strcmp(from, to) == 0)
		return;
	if (g_str_has_prefix(from, sequence) && g_str_has_prefix(to, sequence))
		change_sequence(sql, to + strlen(sequence));
	else if (g_str_has_prefix(to, "CREATE OR REPLACE "))
		append(sql, to);
	else if (!schema_change_columns(sql, from, to))
		leave(sql, "nothing derives it", to);
}

static void take_back(GString *sql, const char *statement, GPtrArray *dropped)
{
	g_autofree char *back = undo(statement);

	if (!back) {
		leave(sql, "take it away", statement);
		return;
	}
	append(sql, back);
	note_dropped(dropped, back);
}

static void change_rest(GString *sql, const GPtrArray *from, const GPtrArray *to)
{
	g_autoptr(GPtrArray) dropped = g_ptr_array_new_with_free_func(g_free);

	for (guint i = from->len; i > 1; i--) {
		const char *statement = g_ptr_array_index(from, i - 1);

		if (!has(to, statement) && !is_replaced(statement, to))
			take_back(sql, statement, dropped);
	}
	change_first(sql, g_ptr_array_index(from, 0), g_ptr_array_index(to, 0));
	for (guint i = 1; i < to->len; i++) {
		const char *statement = g_ptr_array_index(to, i);

		if (!has(from, statement) || speaks_of(statement, dropped))
			append(sql, statement);
	}
}

/* Two constraints of the same text cannot be told apart. */
static bool has_twins(const GPtrArray *statements)
{
	g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);

	for (guint i = 0; i < statements->len; i++)
		if (!g_hash_table_add(seen, g_ptr_array_index(statements, i)))
			return true;
	return false;
}

/* ---- objects that are made anew ---- */

/* Up to the LANGUAGE line: what CREATE OR REPLACE does not change. */
static bool same_signature(const char *from, const char *to)
{
	const char *end = strstr(from, "\n LANGUAGE ");
	const size_t length = end ? (size_t)(end - from) : strlen(from);

	return strncmp(from, to, length) == 0;
}

static bool is_made_anew(const char *from, const char *to)
{
	static const char *const begins[] = {"CREATE VIEW ", "CREATE MATERIALIZED VIEW "};

	for (guint i = 0; i < G_N_ELEMENTS(begins); i++)
		if (g_str_has_prefix(from, begins[i]))
			return true;
	return g_str_has_prefix(from, "CREATE OR REPLACE ") && !same_signature(from, to);
}

static void make_anew(GString *sql, const char *path, const char *from, const char *to)
{
	g_autofree char *drop = schema_drop(path, from);

	if (drop)
		g_string_append_printf(sql, "%s\n", drop);
	else
		leave(sql, "drop it first", path);
	g_string_append(sql, to);
}

/* ---- the whole ---- */

/* A line of a snapshot that is no statement: an index that is INVALID. */
static bool has_remark(const char *text)
{
	return strstr(text, "\n-- INVALID: ");
}

static void change(GString *sql, const char *path, const char *from, const char *to)
{
	g_autoptr(GPtrArray) before = statements_of(from);
	g_autoptr(GPtrArray) after = statements_of(to);

	if (is_made_anew(from, to))
		make_anew(sql, path, from, to);
	else if (before->len == 0 || after->len == 0 || has_twins(before) || has_twins(after) ||
		 has_remark(from) || has_remark(to))
		leave(sql, "nothing derives it", path);
	else
		change_rest(sql, before, after);
}

char *schema_change(const char *path, const char *from, const char *to)
{
	GString *sql = g_string_new(NULL);
	g_autofree char *drop = from && !to ? schema_drop(path, from) : NULL;

	if (!from)
		g_string_append(sql, to);
	else if (to)
		change(sql, path, from, to);
	else if (drop)
		g_string_append_printf(sql, "%s\n", drop);
	else
		leave(sql, "drop it", path);
	return g_string_free(sql, FALSE);
}

/* ---- owners and privileges ---- */

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
	g_autoptr(GPtrArray) before = statements_of(from ? from : "");
	g_autoptr(GPtrArray) after = statements_of(to ? to : "");
	GString *sql = g_string_new(NULL);

	if (!from || !to)
		leave(sql, "it is only on one side", path);
	for (guint i = 0; from && to && i < before->len; i++) {
		const char *statement = g_ptr_array_index(before, i);
		g_autofree char *back = has(after, statement) ? NULL : undo_grant(statement);

		if (back)
			append(sql, back);
	}
	for (guint i = 0; from && to && i < after->len; i++)
		if (!has(before, g_ptr_array_index(after, i)))
			append(sql, g_ptr_array_index(after, i));
	return g_string_free(sql, FALSE);
}
