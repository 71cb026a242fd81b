#include "schema/rows.h"

/* A table that never held a row takes no space. */
char *schema_written_tables(PgSession *session)
{
	g_autoptr(PgResult) row = pg_session_query(
		session,
		"SELECT string_agg(c.oid::regclass::text, ', ' ORDER BY c.oid::regclass::text)"
		" FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
		" WHERE c.relkind = 'r' AND n.nspname !~ '^(pg_|information_schema$)'"
		" AND pg_relation_size(c.oid) > 0",
		0, NULL, NULL);

	return row ? g_strdup(pg_result_text(row, 0, 0)) : NULL;
}
