/*
 * Snapshots against a real server: each of several hundred single changes is seen, in the right
 * file and in no other; what changes nothing is no change; and any setting of the client is the
 * same to it.
 */
#include "schema/canonical.h"
#include "schema/repair.h"
#include "schema/snapshot.h"

#include <string.h>

#include "base/borrow.h"
#include "base/proc.h"

static char *fixture(const char *name)
{
	g_autofree char *folder = g_path_get_dirname(__FILE__);

	return g_build_filename(folder, "..", "..", "fixtures", "schema", name, NULL);
}

static void run_psql(const char *const *arguments)
{
	const char *folder = g_getenv("PG_TEST_BIN");
	g_autofree char *psql = folder ? g_build_filename(folder, "psql", NULL) : g_strdup("psql");
	g_autoptr(GPtrArray) argv = g_ptr_array_new();
	g_auto(ProcResult) result = {0};
	g_autoptr(GError) error = NULL;

	g_ptr_array_add(argv, psql);
	for (const char *const first[] = {"-Xq", "-v", "ON_ERROR_STOP=1", NULL}, *const *each =
											 first;
	     *each; each++)
		borrow_add(argv, *each);
	for (; *arguments; arguments++)
		borrow_add(argv, *arguments);
	g_ptr_array_add(argv, NULL);
	const ProcSpec spec = {.argv = (const char *const *)argv->pdata};
	proc_run_ok(&spec, &result, &error);
	if (error)
		g_error("psql: %s", result.err ? result.err->str : error->message);
}

static PgSession *connect(const char *database)
{
	const char *settings[] = {"dbname", database, NULL};
	g_autoptr(GError) error = NULL;
	PgSession *session = pg_session_open(settings, "snapshot-test", &error);

	g_assert_no_error(error);
	return session;
}

/* A database of this name with the fixture that holds every kind of object. */
static void make_database(const char *name)
{
	g_autofree char *drop = g_strdup_printf("DROP DATABASE IF EXISTS %s WITH (FORCE)", name);
	g_autofree char *create = g_strdup_printf("CREATE DATABASE %s", name);
	g_autofree char *file = fixture("every-kind.sql");

	run_psql((const char *const[]){"-c", drop, "-c", create, "postgres", NULL});
	run_psql((const char *const[]){"-f", file, name, NULL});
}

static SchemaSnapshot *take(PgSession *session)
{
	g_autoptr(GError) error = NULL;
	SchemaSnapshot *snapshot = schema_snapshot_take(session, NULL, SCHEMA_DEPENDS, &error);

	g_assert_no_error(error);
	return snapshot;
}

static gint compare_paths(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The paths that differ, sorted, with a bar between them. */
static char *difference(const SchemaSnapshot *before, const SchemaSnapshot *after)
{
	g_autoptr(GArray) differences = schema_objects_compare(before->objects, after->objects);
	g_autoptr(GPtrArray) paths = g_ptr_array_new();

	for (guint i = 0; i < differences->len; i++)
		borrow_add(paths, g_array_index(differences, SchemaDifference, i).path);
	g_ptr_array_add(paths, NULL);
	return g_strjoinv(" | ", (char **)paths->pdata);
}

/* The blocks of a fixture, between blank lines. */
static char **blocks_of(const char *name, const char *database)
{
	g_autofree char *path = fixture(name);
	g_autofree char *text = NULL;
	g_autoptr(GString) filled = NULL;

	g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
	filled = g_string_new(text);
	g_string_replace(filled, ":db", database, 0);
	return g_strsplit(filled->str, "\n\n", -1);
}

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

/* A block that the server refuses is a mistake of the fixture: said, and counted as wrong. */
static guint execute(PgSession *session, const char *sql)
{
	g_autoptr(GError) error = NULL;

	if (pg_session_execute(session, sql, &error))
		return 0;
	g_test_message("%s\n  refused: %s", sql, error->message);
	return 1;
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

/* ---- derived changes ---- */

/* The script that makes one schema into the other, object by object as their paths stand. */
static char *derive(const SchemaSnapshot *from, const SchemaSnapshot *to)
{
	g_autoptr(GArray) differences = schema_objects_compare(from->objects, to->objects);
	GString *script = g_string_new(NULL);

	for (guint i = 0; i < differences->len; i++) {
		const SchemaDifference *one = &g_array_index(differences, SchemaDifference, i);
		g_autofree char *sql = schema_change(one->path, one->left ? one->left->text : NULL,
						     one->right ? one->right->text : NULL);
		g_string_append(script, sql);
	}
	return g_string_free(script, FALSE);
}

typedef enum { LEFT_TO_A_PERSON, REFUSED, RIGHT, WRONG } Outcome;

/* Runs the derived script. What the server refuses has changed nothing. */
static Outcome apply(PgSession *session, const SchemaSnapshot *from, const SchemaSnapshot *to)
{
	g_autofree char *script = derive(from, to);
	g_autofree char *left = NULL;
	g_autoptr(SchemaSnapshot) now = NULL;
	g_autoptr(GError) error = NULL;

	if (strstr(script, "-- by hand"))
		return LEFT_TO_A_PERSON;
	if (!pg_session_execute(session, script, &error)) {
		g_test_message("refused: %s\n%s", error->message, script);
		return REFUSED;
	}
	now = take(session);
	left = difference(now, to);
	if (!*left)
		return RIGHT;
	g_test_message("not the same afterwards: %s\n%s", left, script);
	return WRONG;
}

/* Every single change taken back, and made again, by the statements that are derived from the two
 * texts: what they do is right, or they say that they do not know. */
static void test_changes(void)
{
	g_auto(GStrv) blocks = blocks_of("mutations.sql", "snapshot_changes");
	g_autoptr(PgSession) session = NULL;
	g_autoptr(SchemaSnapshot) before = NULL;
	guint count[WRONG + 1] = {0};

	make_database("snapshot_changes");
	session = connect("snapshot_changes");
	before = take(session);
	for (char **block = blocks + 1; *block && **block; block++) {
		g_autoptr(SchemaSnapshot) after = NULL;
		Outcome back, again;

		g_assert_cmpuint(execute(session, *block), ==, 0);
		after = take(session);
		back = apply(session, after, before);
		again = back == RIGHT ? apply(session, before, after) : back;
		count[back]++;
		if (back == RIGHT) {
			count[again]++;
			if (again != RIGHT)
				g_assert_cmpuint(execute(session, *block), ==, 0);
		}
		schema_snapshot_free(before);
		before = g_steal_pointer(&after);
	}
	g_test_message("%u right, %u left to a person, %u refused by the server, %u wrong",
		       count[RIGHT], count[LEFT_TO_A_PERSON], count[REFUSED], count[WRONG]);
	g_assert_cmpuint(count[WRONG], ==, 0);
	g_assert_cmpuint(count[RIGHT], >=, 400);
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
	g_test_add_func("/schema/changes", test_changes);
	g_test_add_func("/schema/same", test_same);
	return g_test_run();
}
