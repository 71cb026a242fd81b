/*
 * What tests of the schema need of a real server: databases with the fixtures, and their snapshots.
 */
#pragma once

#include <string.h>

#include "base/borrow.h"
#include "base/proc.h"
#include "schema/snapshot.h"

G_GNUC_UNUSED static char *fixture(const char *name)
{
	g_autofree char *folder = g_path_get_dirname(__FILE__);

	return g_build_filename(folder, "..", "..", "fixtures", "schema", name, NULL);
}

G_GNUC_UNUSED static void run_psql(const char *const *arguments)
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

G_GNUC_UNUSED static PgSession *connect(const char *database)
{
	const char *settings[] = {"dbname", database, NULL};
	g_autoptr(GError) error = NULL;
	PgSession *session = pg_session_open(settings, "snapshot-test", &error);

	g_assert_no_error(error);
	return session;
}

/* An empty database of this name. */
G_GNUC_UNUSED static void make_empty_database(const char *name)
{
	g_autofree char *drop = g_strdup_printf("DROP DATABASE IF EXISTS %s WITH (FORCE)", name);
	g_autofree char *create = g_strdup_printf("CREATE DATABASE %s", name);

	run_psql((const char *const[]){"-c", drop, "-c", create, "postgres", NULL});
}

/* A database of this name with the fixture that holds every kind of object. */
G_GNUC_UNUSED static void make_database(const char *name)
{
	g_autofree char *file = fixture("every-kind.sql");

	make_empty_database(name);
	run_psql((const char *const[]){"-f", file, name, NULL});
}

G_GNUC_UNUSED static SchemaSnapshot *take(PgSession *session)
{
	g_autoptr(GError) error = NULL;
	SchemaSnapshot *snapshot = schema_snapshot_take(session, NULL, SCHEMA_DEPENDS, &error);

	g_assert_no_error(error);
	return snapshot;
}

G_GNUC_UNUSED static gint compare_paths(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The paths that differ, sorted, with a bar between them. */
G_GNUC_UNUSED static char *difference(const SchemaSnapshot *before, const SchemaSnapshot *after)
{
	g_autoptr(GArray) differences = schema_objects_compare(before->objects, after->objects);
	g_autoptr(GPtrArray) paths = g_ptr_array_new();

	for (guint i = 0; i < differences->len; i++)
		borrow_add(paths, g_array_index(differences, SchemaDifference, i).path);
	g_ptr_array_add(paths, NULL);
	return g_strjoinv(" | ", (char **)paths->pdata);
}

/* The blocks of a fixture, between blank lines. */
G_GNUC_UNUSED static char **blocks_of(const char *name, const char *database)
{
	g_autofree char *path = fixture(name);
	g_autofree char *text = NULL;
	g_autoptr(GString) filled = NULL;

	g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
	filled = g_string_new(text);
	g_string_replace(filled, ":db", database, 0);
	return g_strsplit(filled->str, "\n\n", -1);
}

/* A block that the server refuses is a mistake of the fixture: said, and counted as wrong. */
G_GNUC_UNUSED static guint execute(PgSession *session, const char *sql)
{
	g_autoptr(GError) error = NULL;

	if (pg_session_execute(session, sql, &error))
		return 0;
	g_test_message("%s\n  refused: %s", sql, error->message);
	return 1;
}
