#include "foreign/foreign.h"

#include <string.h>

#include "base/borrow.h"
#include "base/error.h"
#include "base/text.h"
#include "model/migration.h"

/* How a ledger says what is applied. */
typedef enum {
	NAMES_ALL,    /* a row for each */
	NAMES_LAST,   /* the one with the highest version */
	NAMES_NEWEST, /* the last in order, of any name */
} Naming;

/* Tables and what they are asked; where nobody says which, the first that exists is believed. `key`
 * is what '--from' calls the tool, `tool` what people do; two tools with one table have two rows.
 */
static const struct {
	const char *key;
	const char *tool;
	const char *table;
	const char *column; /* must exist, too; NULL: any */
	const char *sql;
	Naming naming;
} ledgers[] = {
	{.key = "flyway",
	 .tool = "Flyway",
	 .table = "flyway_schema_history",
	 .sql = "SELECT version FROM flyway_schema_history WHERE success AND version IS NOT NULL",
	 .naming = NAMES_ALL},
	{.key = "golang-migrate",
	 .tool = "golang-migrate",
	 .table = "schema_migrations",
	 .column = "dirty",
	 .sql = "SELECT version::text FROM schema_migrations",
	 .naming = NAMES_LAST},
	{.key = "dbmate",
	 .tool = "dbmate or Rails",
	 .table = "schema_migrations",
	 .column = "version",
	 .sql = "SELECT version::text FROM schema_migrations",
	 .naming = NAMES_ALL},
	{.key = "rails",
	 .tool = "dbmate or Rails",
	 .table = "schema_migrations",
	 .column = "version",
	 .sql = "SELECT version::text FROM schema_migrations",
	 .naming = NAMES_ALL},
	{.key = "goose",
	 .tool = "goose",
	 .table = "goose_db_version",
	 .sql = "SELECT version_id::text FROM (SELECT DISTINCT ON (version_id) version_id, "
		"is_applied "
		"FROM goose_db_version"
		" ORDER BY version_id, id DESC) AS last WHERE is_applied AND version_id > 0",
	 .naming = NAMES_ALL},
	{.key = "sqlx",
	 .tool = "sqlx",
	 .table = "_sqlx_migrations",
	 .sql = "SELECT version::text FROM _sqlx_migrations WHERE success",
	 .naming = NAMES_ALL},
	{.key = "diesel",
	 .tool = "Diesel",
	 .table = "__diesel_schema_migrations",
	 .sql = "SELECT version FROM __diesel_schema_migrations",
	 .naming = NAMES_ALL},
	{.key = "node-pg-migrate",
	 .tool = "node-pg-migrate",
	 .table = "pgmigrations",
	 .sql = "SELECT name FROM pgmigrations",
	 .naming = NAMES_ALL},
	{.key = "sqitch",
	 .tool = "Sqitch",
	 .table = "sqitch.changes",
	 .sql = "SELECT change FROM sqitch.changes",
	 .naming = NAMES_ALL},
	{.key = "alembic",
	 .tool = "Alembic",
	 .table = "alembic_version",
	 .sql = "SELECT version_num FROM alembic_version",
	 .naming = NAMES_NEWEST},
};

bool foreign_is_ledger(const char *path)
{
	static const char *const others[] = {"ar_internal_metadata"};

	for (guint i = 0; i < G_N_ELEMENTS(ledgers) + G_N_ELEMENTS(others); i++) {
		const char *name = i < G_N_ELEMENTS(ledgers) ? ledgers[i].table
							     : others[i - G_N_ELEMENTS(ledgers)];
		g_autofree char *table = g_strdup_printf("/table/%s.sql", name);
		g_autofree char *sequence = g_strdup_printf("/sequence/%s_id_seq.sql", name);

		if (g_str_has_suffix(path, table) || g_str_has_suffix(path, sequence))
			return true;
	}
	return g_str_has_prefix(path, "sqitch/");
}

/* ---- versions ---- */

/* "V001__x", "001_x", "2024-01-01-000000_x" as a number's digits: "1", "1", "20240101000000"; for
 * the caller to free. */
static char *version_of(const char *id)
{
	const char *slash = strrchr(id, '/');
	const char *name = slash ? slash + 1 : id;
	GString *digits = g_string_new(NULL);

	if ((*name == 'V' || *name == 'v') && g_ascii_isdigit(name[1]))
		name++;
	for (; g_ascii_isdigit(*name) ||
	       ((*name == '.' || *name == '_' || *name == '-') && g_ascii_isdigit(name[1]));
	     name++)
		if (*name == '.' || *name == '_')
			g_string_append_c(digits, '.');
		else if (*name != '-' && (digits->len || *name != '0'))
			g_string_append_c(digits, *name);
	return g_string_free(digits, FALSE);
}

/* Alembic's revisions are words of the names: "ae1027a6acf_add_users", "2024_01_02_ae1027a6acf". */
static bool has_part(const char *id, const char *part)
{
	g_auto(GStrv) parts = g_strsplit_set(id, "/_-", -1);

	return g_strv_contains((const char *const *)parts, part);
}

/* A ledger names a migration by its whole name, the last part of it, or its version. */
static bool is_named(const char *id, const char *name, Naming naming)
{
	const char *slash = strrchr(id, '/');
	g_autofree char *own = version_of(id);
	g_autofree char *other = version_of(name);

	if (strcmp(id, name) == 0 || (slash && strcmp(slash + 1, name) == 0))
		return true;
	return naming == NAMES_NEWEST ? has_part(id, name) : *own && strcmp(own, other) == 0;
}

/* ---- selection ---- */

static bool has_ledger(PgSession *session, guint index)
{
	const char *values[] = {ledgers[index].table, ledgers[index].column};
	g_autoptr(PgResult) row =
		pg_session_query(session,
				 "SELECT to_regclass($1) IS NOT NULL AND ($2::text IS NULL OR "
				 "EXISTS (SELECT FROM pg_attribute"
				 " WHERE attrelid = to_regclass($1) AND attname = $2))",
				 2, values, NULL);

	return row && pg_result_bool(row, 0, 0);
}

static bool is_selected(const Migration *migration, const PgResult *rows, Naming naming)
{
	g_autofree char *own = version_of(migration->id);

	for (int i = 0; i < pg_result_rows(rows); i++) {
		g_autofree char *last = version_of(pg_result_text(rows, i, 0));

		if (naming == NAMES_LAST
			    ? text_compare_versions(own, last) <= 0
			    : is_named(migration->id, pg_result_text(rows, i, 0), naming))
			return true;
	}
	return false;
}

/* Behind the last migration that a row names, in their order. */
static guint count_up_to_newest(const GPtrArray *order, const PgResult *rows)
{
	guint count = order->len;

	while (count > 0 && !is_selected(g_ptr_array_index(order, count - 1), rows, NAMES_NEWEST))
		count--;
	return count;
}

static void choose_named(const GPtrArray *order, const PgResult *rows, Naming naming,
			 GPtrArray *chosen)
{
	const guint newest = naming == NAMES_NEWEST ? count_up_to_newest(order, rows) : 0;

	for (guint i = 0; i < order->len; i++) {
		const Migration *migration = g_ptr_array_index(order, i);

		if (naming == NAMES_NEWEST ? i < newest : is_selected(migration, rows, naming))
			borrow_add(chosen, migration);
	}
}

/* Every version in the other ledger must be a migration here: what is unknown was not adopted. */
static bool check_known(const GPtrArray *selected, const PgResult *rows, guint ledger,
			GError **error)
{
	for (int i = 0; i < pg_result_rows(rows); i++) {
		bool found = false;

		for (guint j = 0; j < selected->len && !found; j++)
			found = is_named(((const Migration *)g_ptr_array_index(selected, j))->id,
					 pg_result_text(rows, i, 0), ledgers[ledger].naming);
		if (found)
			continue;
		error_set(error, ERR_REFUSED,
			  "the ledger of %s names '%s', and the commit has no such migration",
			  ledgers[ledger].tool, pg_result_text(rows, i, 0));
		return error_hint(
			error,
			"take a commit that has it (--at), or name the last one with --through");
	}
	return true;
}

/* The ledger of the tool that is asked for, or of the first whose table exists; the number of
 * ledgers when there is none. */
static guint find_ledger(PgSession *session, const char *from)
{
	guint found = 0;

	while (found < G_N_ELEMENTS(ledgers) &&
	       ((from && strcmp(from, ledgers[found].key) != 0) || !has_ledger(session, found)))
		found++;
	return found;
}

const char *foreign_find(PgSession *session)
{
	const guint found = find_ledger(session, NULL);

	return found < G_N_ELEMENTS(ledgers) ? ledgers[found].tool : NULL;
}

static bool refuse_absent(const char *environment, const char *from, GError **error)
{
	error_set(error, ERR_REFUSED, "the database of '%s' has no ledger of '%s'", environment,
		  from);
	return error_hint(error, "its table must be found by the user's search_path");
}

void foreign_choice_clear(ForeignChoice *choice)
{
	g_clear_pointer(&choice->chosen, g_ptr_array_unref);
	*choice = (ForeignChoice){0};
}

bool foreign_choose(PgSession *session, const char *environment, const GPtrArray *order,
		    const char *from, ForeignChoice *choice, GError **error)
{
	const guint found = find_ledger(session, from);
	g_autoptr(PgResult) rows = NULL;

	choice->chosen = g_ptr_array_new();
	if (found == G_N_ELEMENTS(ledgers)) {
		for (guint i = 0; i < order->len; i++)
			borrow_add(choice->chosen, g_ptr_array_index(order, i));
		return !from || refuse_absent(environment, from, error);
	}
	rows = pg_session_query(session, ledgers[found].sql, 0, NULL, error);
	if (!rows)
		return false;
	choose_named(order, rows, ledgers[found].naming, choice->chosen);
	choice->tool = ledgers[found].tool;
	return check_known(choice->chosen, rows, found, error);
}
