#include <string.h>

#include "ledger/records.h"
#include "ledger/replay.h"
#include "pg/session.h"

/* The columns that a record gives, in the order of column_value(). */
static const char *const columns[] = {"blob", "content", "path", "commit"};

static const char *column_value(const Applied *row, guint column)
{
	const char *const values[] = {row->blob, row->content, row->path, row->commit};

	return values[column];
}

static void append_literal(GString *sql, const char *text)
{
	g_autofree char *literal = pg_quote_literal(text);

	g_string_append(sql, literal);
}

static void append_delete(GString *sql, const Applied *row)
{
	g_string_append(sql, "DELETE FROM git_migrate.applied WHERE id = ");
	append_literal(sql, row->id);
	g_string_append(sql, ";\n");
}

static void append_insert(GString *sql, const Applied *row, gint64 position)
{
	g_string_append(sql, "INSERT INTO git_migrate.applied (id");
	for (guint i = 0; i < G_N_ELEMENTS(columns); i++)
		g_string_append_printf(sql, ", %s", columns[i]);
	g_string_append(sql, ", applied_at, record, position, execution_time_ms)"
			     " OVERRIDING SYSTEM VALUE VALUES (");
	append_literal(sql, row->id);
	for (guint i = 0; i < G_N_ELEMENTS(columns); i++) {
		g_string_append(sql, ", ");
		append_literal(sql, column_value(row, i));
	}
	g_string_append(sql, ", ");
	append_literal(sql, row->applied_at);
	g_string_append_printf(sql, ", %" G_GINT64_FORMAT ", %" G_GINT64_FORMAT ", 0);\n",
			       row->record, position);
}

static bool is_same(const Applied *expected, const Applied *row)
{
	for (guint i = 0; i < G_N_ELEMENTS(columns); i++)
		if (strcmp(column_value(expected, i), column_value(row, i)) != 0)
			return false;
	return expected->record == row->record;
}

static void append_update(GString *sql, const Applied *expected)
{
	g_string_append(sql, "UPDATE git_migrate.applied SET ");
	for (guint i = 0; i < G_N_ELEMENTS(columns); i++) {
		g_string_append_printf(sql, "%s = ", columns[i]);
		append_literal(sql, column_value(expected, i));
		g_string_append(sql, ", ");
	}
	g_string_append_printf(sql, "record = %" G_GINT64_FORMAT " WHERE id = ", expected->record);
	append_literal(sql, expected->id);
	g_string_append(sql, ";\n");
}

/* A row that was deleted left its position free, between those of its neighbours. */
static void append_expected(GString *sql, const AppliedSet *expected, const AppliedSet *applied)
{
	gint64 last = 0;

	for (guint i = 0; i < expected->all->len; i++) {
		const Applied *wanted = g_ptr_array_index(expected->all, i);
		const Applied *row = applied_set_get(applied, wanted->id);

		if (!row)
			append_insert(sql, wanted, last + 1);
		else if (!is_same(wanted, row))
			append_update(sql, wanted);
		last = row ? row->position : last + 1;
	}
}

char *ledger_rows_sql(const GPtrArray *records, const AppliedSet *applied)
{
	const Record *open = NULL;
	g_autoptr(AppliedSet) expected = ledger_replay(records, &open);
	g_autoptr(GString) sql = g_string_new(NULL);

	if (open)
		return NULL;
	for (guint i = 0; i < applied->all->len; i++) {
		const Applied *row = g_ptr_array_index(applied->all, i);

		if (!applied_set_get(expected, row->id))
			append_delete(sql, row);
	}
	append_expected(sql, expected, applied);
	return sql->len ? g_strdup_printf("BEGIN;\n%sCOMMIT;\n", sql->str) : g_strdup("");
}
