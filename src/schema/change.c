#include <string.h>

#include "edit.h"
#include "names.h"
#include "schema/repair.h"

/* ---- edits ---- */

void schema_edit_init(SchemaEdit *edit)
{
	for (guint part = 0; part < SCHEMA_PARTS; part++) {
		edit->take[part] = g_string_new(NULL);
		edit->make[part] = g_string_new(NULL);
	}
	edit->goes = false;
}

void schema_edit_clear(SchemaEdit *edit)
{
	for (guint part = 0; part < SCHEMA_PARTS; part++) {
		if (edit->take[part])
			g_string_free(g_steal_pointer(&edit->take[part]), TRUE);
		if (edit->make[part])
			g_string_free(g_steal_pointer(&edit->make[part]), TRUE);
	}
}

static void append(GString *sql, const char *statement)
{
	g_string_append_printf(sql, "%s;\n", statement);
}

static bool any_begins(const GPtrArray *statements, const char *begin)
{
	for (guint i = 0; i < statements->len; i++)
		if (g_str_has_prefix(g_ptr_array_index(statements, i), begin))
			return true;
	return false;
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

/* What is taken away takes with it what else was said of it: its name, behind DROP. */
static void note_dropped(GPtrArray *dropped, const char *back)
{
	static const struct {
		const char *drop, *ends;
	} forms[] = {{"DROP INDEX ", ""},
		     {" DROP CONSTRAINT ", ""},
		     {"DROP TRIGGER ", " "},
		     {"DROP RULE ", " "},
		     {"DROP POLICY ", " "}};

	for (guint i = 0; i < G_N_ELEMENTS(forms); i++) {
		const char *found = strstr(back, forms[i].drop);
		const char *name = found ? found + strlen(forms[i].drop) : NULL;
		const char *dot = name ? schema_name_end(name, ".") : NULL;

		if (!name || !*name)
			continue;
		if (!*forms[i].ends && *dot)
			name = dot + 1;
		g_ptr_array_add(
			dropped,
			g_strndup(name, (gsize)(schema_name_end(name, forms[i].ends) - name)));
	}
}

/* Whether a statement that stays the same makes way for a while. */
static bool makes_way(const char *statement, SchemaPart part, const SchemaMakeWay *way)
{
	if (!way || part == SCHEMA_BODY || g_str_has_prefix(statement, "COMMENT ON "))
		return false;
	if (schema_has_any_word(statement, way->words))
		return true;
	return part == SCHEMA_LINKS && g_str_has_prefix(statement, "CREATE ") &&
	       schema_has_any_word(statement, way->columns);
}

static void take_back(GString *sql, const char *statement, GPtrArray *dropped)
{
	g_autofree char *back = schema_undo(statement);

	if (!back) {
		schema_leave(sql, "take it away", statement);
		return;
	}
	append(sql, back);
	note_dropped(dropped, back);
}

/* The first statement made into the other: a table's columns, a sequence's settings. */
static void change_first(SchemaEdit *edit, const char *from, const char *to,
			 const SchemaMakeWay *way)
{
	static const char sequence[] = "CREATE SEQUENCE ";
	GString *make = edit->make[SCHEMA_BODY];

	if (strcmp(from, to) == 0 && (!way || !way->words))
		return;
	if (g_str_has_prefix(from, sequence) && g_str_has_prefix(to, sequence))
		schema_change_sequence(make, from + strlen(sequence), to + strlen(sequence));
	else if (g_str_has_prefix(to, "CREATE OR REPLACE "))
		append(make, to);
	else if (!schema_change_columns(edit->take[SCHEMA_BODY], make, from, to,
					way ? way->words : NULL) &&
		 strcmp(from, to) != 0)
		schema_leave(make, "nothing derives it", to);
}

/* What stays is not said again, unless it went with something that was taken away. */
static void change_rest(SchemaEdit *edit, const GPtrArray *from, const GPtrArray *to,
			const SchemaMakeWay *way)
{
	g_autoptr(GPtrArray) dropped = g_ptr_array_new_with_free_func(g_free);

	for (guint i = from->len; i > 1; i--) {
		const char *statement = g_ptr_array_index(from, i - 1);
		const SchemaPart part = schema_part_of(statement, i - 1);

		if (makes_way(statement, part, way) ||
		    (!schema_has_statement(to, statement) && !is_replaced(statement, to)))
			take_back(edit->take[part], statement, dropped);
	}
	change_first(edit, g_ptr_array_index(from, 0), g_ptr_array_index(to, 0), way);
	for (guint i = 1; i < to->len; i++) {
		const char *statement = g_ptr_array_index(to, i);
		const SchemaPart part = schema_part_of(statement, i);

		if (!schema_has_statement(from, statement) || makes_way(statement, part, way) ||
		    schema_has_any_word(statement, dropped))
			append(edit->make[part], statement);
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

/* Whether the first statements of two texts are the same. */
static bool same_first(const char *from, const char *to)
{
	g_autoptr(GPtrArray) before = schema_statements_of(from);
	g_autoptr(GPtrArray) after = schema_statements_of(to);

	return before->len && after->len &&
	       strcmp(g_ptr_array_index(before, 0), g_ptr_array_index(after, 0)) == 0;
}

bool schema_is_made_anew(const char *from, const char *to)
{
	static const char *const begins[] = {"CREATE VIEW ", "CREATE MATERIALIZED VIEW "};

	for (guint i = 0; i < G_N_ELEMENTS(begins); i++)
		if (g_str_has_prefix(from, begins[i]))
			return !same_first(from, to);
	return g_str_has_prefix(from, "CREATE OR REPLACE ") && !same_signature(from, to);
}

bool schema_drops_key(const char *from, const char *to)
{
	g_autoptr(GPtrArray) before = schema_statements_of(from);
	g_autoptr(GPtrArray) after = schema_statements_of(to);

	for (guint i = 1; i < before->len; i++) {
		const char *statement = g_ptr_array_index(before, i);

		if (schema_part_of(statement, i) == SCHEMA_KEYS &&
		    !schema_has_statement(after, statement))
			return true;
	}
	return false;
}

/* All of it: dropped as a whole, or, where it hangs in a circle, its links first. */
static void take_all(SchemaEdit *edit, const char *path, const char *from, const char *otherwise)
{
	g_autofree char *drop = schema_drop(path, from);
	g_autoptr(GPtrArray) statements = schema_statements_of(from);

	edit->goes = true;
	if (drop)
		g_string_append_printf(edit->take[SCHEMA_BODY], "%s\n", drop);
	else
		schema_leave(edit->take[SCHEMA_BODY], otherwise, path);
	for (guint i = statements->len; i > 1; i--) {
		const char *statement = g_ptr_array_index(statements, i - 1);
		const SchemaPart part = schema_part_of(statement, i - 1);
		g_autofree char *back =
			part == SCHEMA_BODY || g_str_has_prefix(statement, "COMMENT ON ")
				? NULL
				: schema_undo(statement);

		if (back)
			append(edit->take[part], back);
		else if (part != SCHEMA_BODY && schema_find_outside(statement, " ADD "))
			schema_leave(edit->take[part], "take it away", statement);
	}
}

/* A line of a snapshot that is no statement: an index that is INVALID. */
static bool has_remark(const char *text)
{
	return strstr(text, "\n-- INVALID: ");
}

static void make_all(SchemaEdit *edit, const char *path, const char *to)
{
	g_autoptr(GPtrArray) statements = schema_statements_of(to);

	for (guint i = 0; i < statements->len; i++) {
		const char *statement = g_ptr_array_index(statements, i);

		append(edit->make[schema_part_of(statement, i)], statement);
	}
	if (has_remark(to))
		schema_leave(edit->make[SCHEMA_LINKS], "an index of it is invalid", path);
}

/* ---- the whole ---- */

static void change(SchemaEdit *edit, const char *path, const char *from, const char *to,
		   const SchemaMakeWay *way)
{
	g_autoptr(GPtrArray) before = schema_statements_of(from);
	g_autoptr(GPtrArray) after = schema_statements_of(to);

	if (before->len == 0 || after->len == 0 || has_twins(before) || has_twins(after) ||
	    has_remark(from) || has_remark(to))
		schema_leave(edit->make[SCHEMA_BODY], "nothing derives it", path);
	else
		change_rest(edit, before, after, way);
}

void schema_edit_derive(SchemaEdit *edit, const char *path, const char *from, const char *to,
			const SchemaMakeWay *way)
{
	const bool anew = from && to && ((way && way->anew) || schema_is_made_anew(from, to));

	if (from && (!to || anew))
		take_all(edit, path, from, to ? "drop it first" : "drop it");
	if (to && (!from || anew))
		make_all(edit, path, to);
	if (from && to && !anew)
		change(edit, path, from, to, way);
}

char *schema_change(const char *path, const char *from, const char *to)
{
	g_auto(SchemaEdit) edit = {0};
	GString *sql = g_string_new(NULL);

	schema_edit_init(&edit);
	schema_edit_derive(&edit, path, from, to, NULL);
	for (guint part = edit.goes ? 1 : SCHEMA_PARTS; part > 0; part--)
		g_string_append(sql, edit.take[part - 1]->str);
	/* What is only made comes out as it is written. */
	if (to && (!from || edit.goes))
		g_string_append(sql, to);
	for (guint part = 0; to && from && !edit.goes && part < SCHEMA_PARTS; part++)
		g_string_append(sql, edit.make[part]->str);
	return g_string_free(sql, FALSE);
}
