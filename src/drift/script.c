#include "script.h"

#include "schema/script.h"

/* Path to object. */
static GHashTable *by_path(const GPtrArray *objects)
{
	GHashTable *table = g_hash_table_new(g_str_hash, g_str_equal);

	for (guint i = 0; i < objects->len; i++) {
		SchemaObject *object = g_ptr_array_index(objects, i);

		g_hash_table_insert(table, object->path, object);
	}
	return table;
}

/* The changes of the report alone: what a rule takes out stays as it is. */
static char *derive(const DriftReport *report, const GPtrArray *from, const GPtrArray *to,
		    const GPtrArray *access)
{
	g_autoptr(GHashTable) left = by_path(from), right = by_path(to);
	g_autoptr(GArray) differences = g_array_new(FALSE, FALSE, sizeof(SchemaDifference));

	for (guint i = 0; i < report->changes->len; i++) {
		const DriftChange *change = g_ptr_array_index(report->changes, i);
		const SchemaDifference one = {.path = change->path,
					      .left = g_hash_table_lookup(left, change->path),
					      .right = g_hash_table_lookup(right, change->path)};

		g_array_append_val(differences, one);
	}
	return schema_script(differences, from, access);
}

void drift_report_derive(DriftReport *report, const GPtrArray *left, const GPtrArray *right,
			 const GPtrArray *access)
{
	report->repair = derive(report, right, left, access);
	report->adopt = derive(report, left, right, NULL);
}
