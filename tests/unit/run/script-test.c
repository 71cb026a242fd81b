/* Scripts made ready: which are refused and where, what runs in a transaction, what is quiet, and
 * what a record says of them. */
#include "run/script.h"

#include "../git/place.h"

#define HEX40 "0123456789012345678901234567890123456789"

static char *blob_of(GitRepo *repo, const char *text)
{
	g_autoptr(GError) error = NULL;
	char *blob = git_repo_write_blob(repo, text, strlen(text), &error);

	g_assert_no_error(error);
	return blob;
}

static Migration *migration_of(GitRepo *repo, const char *up)
{
	g_autofree char *blob = blob_of(repo, up);

	return migration_new("2024/a", LAYOUT_PAIR, "db/2024/a.up.sql", blob);
}

/* ---- refusals ---- */

#define OWN_TRANSACTION "remove it: the migration runs in a transaction of its own, with its record"
#define BY_ITSELF       "remove it: each statement of this script is committed and recorded by itself"
#define ONE_DEPLOYMENT  "set 'transaction: migration' in the environment's options"

static const struct {
	const char *text;
	TransactionScope scope;
	const char *message, *hint;
	unsigned line, column;
} refusals[] = {
	{"BEGIN;\nSELECT 1;", SCOPE_MIGRATION, "BEGIN is not allowed in a migration",
	 OWN_TRANSACTION, 1, 1},
	{"SELECT 1;\n  COMMIT;", SCOPE_MIGRATION, "COMMIT is not allowed in a migration",
	 OWN_TRANSACTION, 2, 3},
	{"SELECT 1; ROLLBACK", SCOPE_DEPLOYMENT, "ROLLBACK is not allowed in a migration",
	 OWN_TRANSACTION, 1, 11},
	{"VACUUM;\nCOMMIT;", SCOPE_MIGRATION, "COMMIT is not allowed in a migration", BY_ITSELF, 2,
	 1},
	{"SELECT 1;\nCOPY t TO stdout;", SCOPE_MIGRATION,
	 "COPY ... TO stdout sends its rows to nobody: there is no client to take them",
	 "remove it, or keep the rows in a table: CREATE TABLE ... AS", 2, 1},
	{"SELECT 1;\nVACUUM;", SCOPE_DEPLOYMENT,
	 "VACUUM cannot run in a transaction, and this environment deploys in one ('transaction: "
	 "deployment')",
	 ONE_DEPLOYMENT, 2, 1},
};

static void test_refusals(void)
{
	g_autoptr(FileTemporary) folder G_GNUC_UNUSED = place_make("git init -q");
	g_autoptr(GitRepo) repo = place_open();

	for (guint i = 0; i < G_N_ELEMENTS(refusals); i++) {
		g_autoptr(Migration) migration = migration_of(repo, refusals[i].text);
		g_autoptr(ReadyScript) script = NULL;
		g_autoptr(GError) error = NULL;

		g_test_message("%s", refusals[i].text);
		g_assert_false(ready_script_read(repo, migration, SCRIPT_UP, refusals[i].scope,
						 &script, &error));
		g_assert_null(script);
		g_assert_cmpstr(error_get_file(error), ==, "db/2024/a.up.sql");
		g_assert_cmpuint(error_get_line(error), ==, refusals[i].line);
		g_assert_cmpuint(error_get_column(error), ==, refusals[i].column);
		assert_refused(&error, ERR_MIGRATION, refusals[i].message, refusals[i].hint);
	}
}

static void test_not_here(void)
{
	g_autoptr(FileTemporary) folder G_GNUC_UNUSED = place_make("git init -q");
	g_autoptr(GitRepo) repo = place_open();
	g_autoptr(Migration) migration = migration_new("a", LAYOUT_PAIR, "a.up.sql", HEX40);
	g_autoptr(GPtrArray) list = g_ptr_array_new();
	g_autoptr(GError) error = NULL;

	g_ptr_array_add(list, migration);
	g_assert_null(ready_migrations_read(repo, list, SCOPE_MIGRATION, &error));
	assert_refused(&error, ERR_REPOSITORY, "migration 'a': cannot read blob " HEX40,
		       "git fsck tells whether the repository is whole");
}

/* ---- judging ---- */

static const struct {
	const char *text;
	guint length;
	bool transaction, quiet;
	const char *why_not;
} judged[] = {
	{"", 0, true, true, NULL},
	{"-- nothing\n;;", 0, true, true, NULL},
	{"CREATE TABLE t (a int)", 1, true, true, NULL},
	{"CREATE TABLE t (a int); DROP TABLE t;", 2, true, true, NULL},
	{"CREATE TABLE t (a int); SELECT f();", 2, true, false, NULL},
	{"SET search_path = x; CREATE TABLE t (a int);", 2, true, false, NULL},
	{"VACUUM", 1, false, false, "VACUUM"},
	{"CREATE INDEX CONCURRENTLY i ON t (a)", 1, false, false, "CREATE INDEX CONCURRENTLY"},
	{"CREATE INDEX CONCURRENTLY i ON t (a); VACUUM", 2, false, false,
	 "CREATE INDEX CONCURRENTLY"},
	{"CREATE TABLE t (a int); VACUUM", 2, false, false, "VACUUM"},
	{"COPY t FROM stdin;\n1\n\\.\n", 1, true, false, NULL},
};

static void test_judged(void)
{
	g_autoptr(FileTemporary) folder G_GNUC_UNUSED = place_make("git init -q");
	g_autoptr(GitRepo) repo = place_open();

	for (guint i = 0; i < G_N_ELEMENTS(judged); i++) {
		g_autoptr(Migration) migration = migration_of(repo, judged[i].text);
		g_autoptr(ReadyScript) script = NULL;
		g_autoptr(GError) error = NULL;

		g_test_message("%s", judged[i].text);
		ready_script_read(repo, migration, SCRIPT_UP, SCOPE_MIGRATION, &script, &error);
		g_assert_no_error(error);
		g_assert_cmpuint(ready_script_length(script), ==, judged[i].length);
		g_assert_cmpuint(script->kinds->len, ==, judged[i].length);
		g_assert_cmpint(script->transaction, ==, judged[i].transaction);
		g_assert_cmpint(script->quiet, ==, judged[i].quiet);
		g_assert_cmpstr(script->why_not, ==, judged[i].why_not);
	}
	ready_script_free(NULL);
	ready_migration_free(NULL);
}

/* A directive asks for it, and no statement is to blame. */
static void test_directive(void)
{
	g_autoptr(FileTemporary) folder G_GNUC_UNUSED = place_make("git init -q");
	g_autoptr(GitRepo) repo = place_open();
	g_autoptr(Migration) migration =
		migration_of(repo, "-- migrate: no-transaction\nSELECT 1; VACUUM;\n");
	g_autoptr(ReadyScript) before = NULL;
	g_autoptr(ReadyScript) after = NULL;
	g_autoptr(GError) error = NULL;

	ready_script_read(repo, migration, SCRIPT_UP, SCOPE_MIGRATION, &before, &error);
	g_assert_no_error(error);
	g_assert_cmpstr(before->why_not, ==, "VACUUM");
	g_assert_true(history_read_directives(repo, migration, &error));
	ready_script_read(repo, migration, SCRIPT_UP, SCOPE_MIGRATION, &after, &error);
	g_assert_no_error(error);
	g_assert_false(after->transaction);
	g_assert_null(after->why_not);
}

/* ---- roles ---- */

static void test_roles(void)
{
	g_autoptr(FileTemporary) folder G_GNUC_UNUSED = place_make("git init -q");
	g_autoptr(GitRepo) repo = place_open();
	g_autoptr(Migration) migration = migration_of(repo, "SELECT 1;");
	g_autoptr(ReadyMigration) up = NULL;
	g_autoptr(ReadyMigration) down = NULL;
	g_autoptr(ReadyMigration) whole = NULL;
	g_autoptr(GError) error = NULL;

	up = ready_migration_read(repo, migration, SCRIPT_UP, SCOPE_MIGRATION, &error);
	g_assert_no_error(error);
	g_assert_nonnull(up->script);
	g_assert_null(up->verify);
	down = ready_migration_read(repo, migration, SCRIPT_DOWN, SCOPE_MIGRATION, &error);
	g_assert_no_error(error);
	g_assert_null(down->script);
	migration->verify.path = g_strdup("db/2024/a.verify.sql");
	migration->verify.blob = blob_of(repo, "SELECT 2; SELECT 3;");
	whole = ready_migration_read(repo, migration, SCRIPT_UP, SCOPE_MIGRATION, &error);
	g_assert_no_error(error);
	g_assert_cmpuint(ready_script_length(whole->script), ==, 1);
	g_assert_cmpuint(ready_script_length(whole->verify), ==, 2);
	g_assert_cmpstr(whole->verify->source.file, ==, "db/2024/a.verify.sql");
	g_assert_cmpstr(whole->migration->id, ==, "2024/a");
}

/* One file with both: the down script's places are those of the file. */
static void test_single(void)
{
	static const char text[] =
		"-- migrate:up\nSELECT 1;\n-- migrate:down\nSELECT 2;\n  SELECT 3;\n";
	g_autoptr(FileTemporary) folder G_GNUC_UNUSED = place_make("git init -q");
	g_autoptr(GitRepo) repo = place_open();
	g_autofree char *blob = blob_of(repo, text);
	g_autoptr(Migration) migration = migration_new("a", LAYOUT_SINGLE, "db/a.sql", blob);
	g_autoptr(ReadyScript) up = NULL;
	g_autoptr(ReadyScript) down = NULL;
	g_autoptr(GError) error = NULL;

	migration->down.path = g_strdup("db/a.sql");
	migration->down.blob = g_strdup(blob);
	ready_script_read(repo, migration, SCRIPT_UP, SCOPE_MIGRATION, &up, &error);
	g_assert_no_error(error);
	ready_script_read(repo, migration, SCRIPT_DOWN, SCOPE_MIGRATION, &down, &error);
	g_assert_no_error(error);
	g_assert_cmpuint(ready_script_length(up), ==, 1);
	g_assert_cmpuint(ready_script_length(down), ==, 2);
	g_assert_cmpuint(ready_script_statement(down, 1)->line, ==, 5);
	g_assert_cmpuint(ready_script_statement(down, 1)->column, ==, 3);
	g_assert_cmpstr(down->content, ==, up->content);
}

/* ---- records ---- */

static void test_items(void)
{
	g_autoptr(FileTemporary) folder G_GNUC_UNUSED =
		place_make("git init -q; printf 'SELECT 1;' >x");
	g_autoptr(GitRepo) repo = place_open();
	g_autofree char *blob = shell("git hash-object x");
	g_autofree char *content = shell("sha256sum x | cut -d' ' -f1");
	g_autoptr(Migration) one = migration_of(repo, "SELECT 1;");
	g_autoptr(Migration) two = migration_of(repo, "VACUUM");
	g_autoptr(GPtrArray) list = g_ptr_array_new();
	g_autoptr(GPtrArray) ready = NULL;
	g_autoptr(GPtrArray) items = NULL;
	g_autoptr(GError) error = NULL;
	const RecordItem *item;

	g_ptr_array_add(list, one);
	g_ptr_array_add(list, two);
	ready = ready_migrations_read(repo, list, SCOPE_MIGRATION, &error);
	g_assert_no_error(error);
	items = ready_migrations_items(ready);
	g_assert_cmpuint(items->len, ==, 2);
	item = g_ptr_array_index(items, 0);
	g_assert_cmpstr(item->id, ==, "2024/a");
	g_assert_cmpstr(item->path, ==, "db/2024/a.up.sql");
	g_assert_cmpstr(item->blob, ==, blob);
	g_assert_cmpstr(item->content, ==, content);
	g_assert_true(item->transaction);
	item = g_ptr_array_index(items, 1);
	g_assert_false(item->transaction);
}

/* The first bad script stops all of them, and is named. */
static void test_first_bad(void)
{
	g_autoptr(FileTemporary) folder G_GNUC_UNUSED = place_make("git init -q");
	g_autoptr(GitRepo) repo = place_open();
	g_autoptr(Migration) good = migration_of(repo, "SELECT 1;");
	g_autoptr(Migration) bad = migration_of(repo, "COMMIT;");
	g_autoptr(GPtrArray) list = g_ptr_array_new();
	g_autoptr(GError) error = NULL;

	g_ptr_array_add(list, good);
	g_ptr_array_add(list, bad);
	g_assert_null(ready_migrations_read(repo, list, SCOPE_MIGRATION, &error));
	assert_refused(&error, ERR_MIGRATION,
		       "migration '2024/a': COMMIT is not allowed in a migration", OWN_TRANSACTION);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/run/script/what cannot be carried out is refused at its place",
			test_refusals);
	g_test_add_func("/run/script/a blob that is not here names its migration", test_not_here);
	g_test_add_func("/run/script/transactions and what is quiet", test_judged);
	g_test_add_func("/run/script/a directive forbids the transaction", test_directive);
	g_test_add_func("/run/script/up with its verify script, and no down", test_roles);
	g_test_add_func("/run/script/both sections of one file", test_single);
	g_test_add_func("/run/script/items say what will run", test_items);
	g_test_add_func("/run/script/the first bad one stops all", test_first_bad);
	return g_test_run();
}
