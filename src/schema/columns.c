#include "names.h"

#include <string.h>

/* ---- a table ---- */

/* A column's line: name, type (with its collation), and what may follow. */
typedef struct {
	char *name;
	char *type;
	char *generated; /* "GENERATED ...", or NULL */
	char *fallback;  /* the default's expression, or NULL */
	bool not_null;
} Column;

static void column_free(Column *column)
{
	g_free(column->name);
	g_free(column->type);
	g_free(column->generated);
	g_free(column->fallback);
	g_free(column);
}

/* Cuts the text in front of a phrase that stands outside quotes and parentheses: what is behind its
 * first space, or NULL when it is not there. */
static char *cut_at(char *text, const char *phrase)
{
	const char *found = schema_find_outside(text, phrase);
	char *at = found ? text + (found - text) : NULL;

	if (at)
		*at = '\0';
	return at ? at + 1 : NULL;
}

static Column *column_parse(const char *line)
{
	static const char not_null[] = " NOT NULL", with_default[] = " DEFAULT ";
	Column *column = g_new0(Column, 1);
	g_autofree char *text = g_strdup(line);
	char *rest, *fallback;

	if (g_str_has_suffix(text, ","))
		text[strlen(text) - 1] = '\0';
	rest = text + (schema_name_end(text, " ") - text);
	column->name = g_strndup(text, (gsize)(rest - text));
	column->not_null = g_str_has_suffix(rest, not_null);
	if (column->not_null)
		rest[strlen(rest) - strlen(not_null)] = '\0';
	column->generated = g_strdup(cut_at(rest, " GENERATED "));
	fallback = cut_at(rest, with_default);
	column->fallback = fallback ? g_strdup(fallback + strlen(with_default) - 1) : NULL;
	column->type = g_strdup(*rest ? rest + 1 : rest);
	return column;
}

typedef struct {
	char *name;
	char *tail;         /* behind the columns */
	GPtrArray *columns; /* Column* */
} Table;

static void table_clear(Table *table)
{
	g_free(table->name);
	g_free(table->tail);
	g_clear_pointer(&table->columns, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Table, table_clear)

/* "CREATE TABLE x (", a line for each column behind a tab, ")" and the rest. */
static bool table_parse(const char *text, Table *table)
{
	static const char create[] = "CREATE TABLE ";
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	const guint count = g_strv_length(lines);
	const char *name = text + strlen(create);
	guint i;

	if (!g_str_has_prefix(text, create) || count < 2 || !g_str_has_suffix(lines[0], " ("))
		return false;
	table->name = g_strndup(name, (gsize)(schema_name_end(name, " ") - name));
	table->columns = g_ptr_array_new_with_free_func((GDestroyNotify)column_free);
	for (i = 1; i < count && *lines[i] == '\t'; i++)
		g_ptr_array_add(table->columns, column_parse(lines[i] + 1));
	table->tail = g_strjoinv("\n", lines + i);
	return *table->tail == ')';
}

static const Column *find_column(const Table *table, const char *name)
{
	for (guint i = 0; i < table->columns->len; i++) {
		const Column *column = g_ptr_array_index(table->columns, i);
		if (strcmp(column->name, name) == 0)
			return column;
	}
	return NULL;
}

/* ---- the difference ---- */

static void add_column(GString *sql, const Table *table, const Column *column)
{
	g_string_append_printf(sql, "ALTER TABLE %s ADD COLUMN %s %s", table->name, column->name,
			       column->type);
	if (column->fallback)
		g_string_append_printf(sql, " DEFAULT %s", column->fallback);
	if (column->generated)
		g_string_append_printf(sql, " %s", column->generated);
	g_string_append(sql, column->not_null ? " NOT NULL;\n" : ";\n");
}

static void alter_type(GString *sql, const Table *table, const Column *column)
{
	const bool collated = schema_find_outside(column->type, " COLLATE ");
	g_autofree char *cast =
		collated ? NULL : g_strdup_printf(" USING %s::%s", column->name, column->type);

	g_string_append_printf(sql, "ALTER TABLE %s ALTER COLUMN %s TYPE %s%s;\n", table->name,
			       column->name, column->type, cast ? cast : "");
}

static void drop_default(GString *sql, const Table *table, const Column *column)
{
	g_string_append_printf(sql, "ALTER TABLE %s ALTER COLUMN %s DROP DEFAULT;\n", table->name,
			       column->name);
}

/* The two texts of a table, and what makes one into the other. */
typedef struct {
	GString *take, *make;
	const GPtrArray *words;
} Change;

static void alter_column(const Change *change, const Table *table, const Column *from,
			 const Column *to)
{
	const bool new_default =
		g_strcmp0(from->fallback, to->fallback) != 0 ||
		(from->fallback && schema_has_any_word(from->fallback, change->words));

	/* It may not fit a new type, and may name what goes away: names have a dot. */
	if (new_default && from->fallback &&
	    (!to->fallback || strcmp(from->type, to->type) != 0 || strchr(from->fallback, '.')))
		drop_default(change->take, table, to);
	if (strcmp(from->type, to->type) != 0)
		alter_type(change->make, table, to);
	if (new_default && to->fallback)
		g_string_append_printf(change->make,
				       "ALTER TABLE %s ALTER COLUMN %s SET DEFAULT %s;\n",
				       table->name, to->name, to->fallback);
	if (from->not_null != to->not_null)
		g_string_append_printf(change->make,
				       "ALTER TABLE %s ALTER COLUMN %s %s NOT NULL;\n", table->name,
				       to->name, to->not_null ? "SET" : "DROP");
}

/* Whether what columns are generated from stays the same, which no ALTER changes in general. */
static bool can_change(const Table *from, const Table *to)
{
	if (strcmp(from->name, to->name) != 0 || strcmp(from->tail, to->tail) != 0)
		return false;
	for (guint i = 0; i < to->columns->len; i++) {
		const Column *column = g_ptr_array_index(to->columns, i);
		const Column *before = find_column(from, column->name);

		if (before && g_strcmp0(before->generated, column->generated) != 0)
			return false;
	}
	return true;
}

bool schema_change_columns(GString *take, GString *make, const char *from, const char *to,
			   const GPtrArray *words)
{
	const Change change = {take, make, words};
	g_auto(Table) before = {0};
	g_auto(Table) after = {0};

	if (!table_parse(from, &before) || !table_parse(to, &after) || !can_change(&before, &after))
		return false;
	for (guint i = 0; i < before.columns->len; i++) {
		const Column *column = g_ptr_array_index(before.columns, i);
		if (!find_column(&after, column->name))
			g_string_append_printf(take, "ALTER TABLE %s DROP COLUMN %s;\n", after.name,
					       column->name);
	}
	for (guint i = 0; i < after.columns->len; i++) {
		const Column *column = g_ptr_array_index(after.columns, i);
		const Column *was = find_column(&before, column->name);

		if (was)
			alter_column(&change, &after, was, column);
		else
			add_column(make, &after, column);
	}
	return true;
}

/* A name as the catalog has it. */
static char *unquoted(const char *name)
{
	g_autoptr(GString) plain = NULL;

	if (*name != '"')
		return g_strdup(name);
	plain = g_string_new_len(name + 1, (gssize)strlen(name + 1) - 1);
	g_string_replace(plain, "\"\"", "\"", 0);
	return g_strdup(plain->str);
}

GPtrArray *schema_columns_touched(const char *from, const char *to)
{
	GPtrArray *touched = g_ptr_array_new_with_free_func(g_free);
	g_auto(Table) before = {0};
	g_auto(Table) after = {0};

	if (!table_parse(from, &before) || !table_parse(to, &after))
		return touched;
	for (guint i = 0; i < before.columns->len; i++) {
		const Column *column = g_ptr_array_index(before.columns, i);
		const Column *now = find_column(&after, column->name);

		if (!now || strcmp(column->type, now->type) != 0)
			g_ptr_array_add(touched, unquoted(column->name));
	}
	return touched;
}
