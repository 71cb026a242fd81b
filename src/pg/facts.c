#include "pg/facts.h"

char **pg_session_list(PgSession *session, const char *sql, const char *value, GError **error)
{
	g_autoptr(PgResult) rows = pg_session_query(session, sql, value != NULL, &value, error);
	char **list;

	if (!rows)
		return NULL;
	list = g_new0(char *, (gsize)pg_result_rows(rows) + 1);
	for (int i = 0; i < pg_result_rows(rows); i++)
		list[i] = g_strdup(pg_result_text(rows, i, 0));
	return list;
}

char **pg_session_invalid_indexes(PgSession *session, GError **error)
{
	return pg_session_list(session,
			       "SELECT format('%I.%I', n.nspname, c.relname) FROM pg_index i"
			       " JOIN pg_class c ON c.oid = i.indexrelid"
			       " JOIN pg_namespace n ON n.oid = c.relnamespace"
			       " WHERE NOT i.indisvalid AND c.relkind = 'i' ORDER BY 1",
			       NULL, error);
}

bool pg_session_index_state(PgSession *session, const char *schema, const char *index, bool *exists,
			    bool *valid, GError **error)
{
	const char *sql =
		"SELECT i.indisvalid FROM pg_class c JOIN pg_index i ON i.indexrelid = c.oid"
		" WHERE c.relname = $2 AND (CASE WHEN $1::text IS NULL"
		" THEN pg_table_is_visible(c.oid)"
		" ELSE c.relnamespace = to_regnamespace(quote_ident($1)) END)";
	const char *values[] = {schema, index};
	g_autoptr(PgResult) rows = pg_session_query(session, sql, 2, values, error);

	if (!rows)
		return false;
	*exists = pg_result_rows(rows) > 0;
	*valid = *exists && pg_result_bool(rows, 0, 0);
	return true;
}

bool pg_session_may_create(PgSession *session, bool *may, char **user, GError **error)
{
	g_autoptr(PgResult) row = pg_session_query(
		session,
		"SELECT has_database_privilege(current_database(), 'CREATE'), current_user", 0,
		NULL, error);

	if (!row)
		return false;
	*may = pg_result_bool(row, 0, 0);
	*user = g_strdup(pg_result_text(row, 0, 1));
	return true;
}

char **pg_session_other_roles(PgSession *session, GError **error)
{
	return pg_session_list(session,
			       "SELECT rolname FROM pg_roles WHERE rolname !~ '^pg_'"
			       " AND rolname <> current_user ORDER BY rolname",
			       NULL, error);
}

char **pg_session_objects(PgSession *session, const char *except, GError **error)
{
	return pg_session_list(
		session,
		"SELECT o.kind || ' ' || o.name FROM ("
		"SELECT CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view'"
		" WHEN 'S' THEN 'sequence' WHEN 'f' THEN 'foreign table' ELSE 'table' END AS kind,"
		" format('%I.%I', c.relnamespace::regnamespace, c.relname) AS name,"
		" c.relnamespace AS namespace, c.tableoid AS class, c.oid AS id"
		" FROM pg_class c WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f')"
		" UNION ALL SELECT 'function', p.oid::regprocedure::text, p.pronamespace,"
		" p.tableoid, p.oid FROM pg_proc p"
		" UNION ALL SELECT 'type', t.oid::regtype::text, t.typnamespace, t.tableoid, t.oid"
		" FROM pg_type t WHERE t.typtype IN ('e', 'd', 'r')) AS o"
		" JOIN pg_namespace n ON n.oid = o.namespace"
		" WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', $1)"
		" AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = o.class"
		" AND d.objid = o.id AND d.objsubid = 0 AND d.deptype = 'e')"
		" ORDER BY o.kind <> 'table', o.name",
		except, error);
}

char **pg_session_databases(PgSession *session, const char *prefix, GError **error)
{
	return pg_session_list(session,
			       "SELECT datname FROM pg_database WHERE starts_with(datname, $1)",
			       prefix, error);
}

void pg_session_drop_roles(PgSession *session, const char *unless)
{
	g_auto(GStrv) roles = pg_session_list(
		session,
		"SELECT rolname FROM pg_roles WHERE rolname !~ '^pg_' AND rolname <> current_user"
		" AND NOT EXISTS (SELECT FROM pg_database WHERE starts_with(datname, $1))",
		unless, NULL);

	for (char **role = roles; role && *role; role++) {
		g_autofree char *name = pg_quote_identifier(*role);
		g_autofree char *sql = g_strconcat("DROP ROLE ", name, NULL);

		pg_session_execute(session, sql, NULL);
	}
}

gint64 pg_session_process(PgSession *session, gint64 patience_ms)
{
	g_autoptr(PgResult) row = NULL;

	pg_session_set_deadline(session, g_get_monotonic_time() + patience_ms * 1000);
	row = pg_session_query(session, "SELECT pg_backend_pid()", 0, NULL, NULL);
	pg_session_set_deadline(session, 0);
	return row ? pg_result_int64(row, 0, 0) : 0;
}
