/*
 * Snapshots against a real server: each of several hundred single changes is seen, in the right
 * file and in no other; what changes nothing is no change; and any setting of the client is the
 * same to it.
 */
#include <string.h>

#include "database.h"
#include "schema/canonical.h"

/* What a block expects: the paths in its first line, sorted as difference() does. */
static char *expected_of(const char *block)
{
	const char *end = strchr(block, '\n');
	g_autofree char *line = g_strndup(block + 3, (gsize)(end - block - 3));
	g_autoptr(GString) paths = g_string_new(line);
	g_auto(GStrv) list = NULL;

	g_string_replace(paths, ".sql ", ".sql\n", 0);
	list = g_strsplit(paths->str, "\n", -1);
	qsort(list, g_strv_length(list), sizeof *list, compare_paths);
	return g_strjoinv(" | ", list);
}

static void test_mutations(void)
{
	g_auto(GStrv) blocks = blocks_of("mutations.sql", "snapshot_mutations");
	g_autoptr(PgSession) session = NULL;
	g_autoptr(SchemaSnapshot) before = NULL;
	guint wrong = 0, count = 0;

	make_database("snapshot_mutations");
	session = connect("snapshot_mutations");
	before = take(session);
	for (char **block = blocks + 1; *block && **block; block++, count++) {
		g_autoptr(SchemaSnapshot) after = NULL;
		g_autofree char *expected = expected_of(*block);
		g_autofree char *found = NULL;

		wrong += execute(session, *block);
		after = take(session);
		found = difference(before, after);
		if (strcmp(found, expected) != 0) {
			g_test_message("%s\n  differs: %s", *block, found);
			wrong++;
		}
		schema_snapshot_free(before);
		before = g_steal_pointer(&after);
	}
	g_assert_cmpuint(count, >=, 250);
	g_assert_cmpuint(wrong, ==, 0);
}

/* The text of plain indexes is put together by the query: it must be the server's own, whatever is
 * said of an index. */
static void test_indexes(void)
{
	static const char ways[] =
		"CREATE TABLE ix (a int, b varchar(5), c text COLLATE \"C\", d int[], \"e f\" "
		"text);"
		"CREATE INDEX ON ix (a); CREATE INDEX ON ix (b); CREATE INDEX ON ix (b, a, c, d);"
		"CREATE INDEX ON ix (\"e f\"); CREATE INDEX \"I x\" ON ix (a); CREATE UNIQUE INDEX "
		"ON ix "
		"(a, b);"
		"CREATE INDEX ON ix (c COLLATE \"POSIX\"); CREATE INDEX ON ix (c COLLATE \"C\");"
		"CREATE INDEX ON ix (a DESC); CREATE INDEX ON ix (a NULLS FIRST);"
		"CREATE INDEX ON ix (b varchar_pattern_ops); CREATE INDEX ON ix (c "
		"text_pattern_ops);"
		"CREATE INDEX ON ix (b varchar_ops); CREATE INDEX ON ix (a) INCLUDE (b);"
		"CREATE INDEX ON ix (lower(c)); CREATE INDEX ON ix (a) WHERE a > 0;"
		"CREATE INDEX ON ix USING hash (a); CREATE INDEX ON ix USING gin (d);"
		"CREATE INDEX ON ix USING brin (a); CREATE INDEX ON ix USING spgist (c);"
		"CREATE INDEX ON ix (a) WITH (fillfactor = 50);"
		"ALTER TABLE ix ADD COLUMN t tsvector; CREATE INDEX ON ix USING gist (t);"
		"CREATE INDEX ON ix USING gist (t tsvector_ops (siglen = 100));"
		"CREATE INDEX ON ix USING brin (a int4_bloom_ops (n_distinct_per_range = 100))";
	g_autoptr(PgSession) session = NULL;
	g_autoptr(SchemaSnapshot) snapshot = NULL;
	g_autoptr(PgResult) rows = NULL;
	g_autoptr(GString) all = g_string_new(NULL);

	make_database("snapshot_indexes");
	session = connect("snapshot_indexes");
	g_assert_cmpuint(execute(session, ways), ==, 0);
	snapshot = take(session);
	for (guint i = 0; i < snapshot->objects->len; i++)
		g_string_append(all,
				((SchemaObject *)g_ptr_array_index(snapshot->objects, i))->text);
	g_assert_cmpuint(execute(session, "SET search_path = pg_catalog"), ==, 0);
	rows = pg_session_query(
		session,
		"SELECT replace(pg_get_indexdef(i.indexrelid), ' ON ONLY ', ' ON ') || ';' FROM "
		"pg_index i"
		" JOIN pg_class r ON r.oid = i.indrelid AND r.relkind IN ('r', 'p', 'm') JOIN "
		"pg_namespace "
		"n ON n.oid = r.relnamespace"
		" WHERE n.nspname !~ '^(pg_|information_schema)' AND NOT EXISTS (SELECT FROM "
		"pg_constraint WHERE conindid = i.indexrelid)"
		" AND NOT EXISTS (SELECT FROM pg_inherits WHERE inhrelid = i.indexrelid)",
		0, NULL, NULL);
	g_assert_cmpint(pg_result_rows(rows), >, 25);
	for (int i = 0; i < pg_result_rows(rows); i++) {
		g_autofree char *wanted = schema_canonical(pg_result_text(rows, i, 0));

		if (!strstr(all->str, wanted))
			g_test_message("not in the snapshot: %s", wanted);
		g_assert_nonnull(strstr(all->str, wanted));
	}
}

static void test_same(void)
{
	g_auto(GStrv) blocks = blocks_of("same.sql", "snapshot_same");
	g_autoptr(PgSession) session = NULL;
	g_autoptr(SchemaSnapshot) before = NULL;
	guint wrong = 0, count = 0;

	make_database("snapshot_same");
	session = connect("snapshot_same");
	before = take(session);
	for (char **block = blocks + 1; *block && **block; block++, count++) {
		g_autoptr(PgSession) fresh = NULL;
		g_autoptr(SchemaSnapshot) after = NULL;
		g_autofree char *found = NULL;

		wrong += execute(session, *block);
		/* A session of its own, so that settings of the database are in force in it. */
		fresh = connect("snapshot_same");
		after = take(fresh);
		found = difference(before, after);
		if (*found) {
			g_test_message("%s\n  differs: %s", *block, found);
			wrong++;
		}
	}
	g_assert_cmpuint(count, >=, 60);
	g_assert_cmpuint(wrong, ==, 0);
}

static void test_paths(void)
{
	static const struct {
		const char *schema, *kind, *name, *path;
	} cases[] = {{"public", "table", "users", "public/table/users.sql"},
		     {NULL, "extension", "x", "@global/extension/x.sql"},
		     {"@global", NULL, "schema", "%40global/schema.sql"},
		     {"a/b", "table", "..", "a%2Fb/table/%2E..sql"},
		     {"a", "function", "f(text, \"x%y\")", "a/function/f(text, \"x%25y\").sql"},
		     {"a", "table", "line\nbreak", "a/table/line%0Abreak.sql"}};
	g_autofree char *long_name = g_strnfill(1000, 'x');
	g_autofree char *long_path = schema_path("a", "function", long_name);

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *path = schema_path(cases[i].schema, cases[i].kind, cases[i].name);
		g_assert_cmpstr(path, ==, cases[i].path);
	}
	g_assert_cmpuint(strlen(long_path), <, 255);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/schema/paths", test_paths);
	g_test_add_func("/schema/mutations", test_mutations);
	g_test_add_func("/schema/indexes", test_indexes);
	g_test_add_func("/schema/same", test_same);
	return g_test_run();
}
