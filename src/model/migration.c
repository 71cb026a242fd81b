#include "model/migration.h"

static void script_file_clear(ScriptFile *file)
{
	g_free(file->path);
	g_free(file->blob);
}

void replaced_free(Replaced *replaced)
{
	if (!replaced)
		return;
	g_free(replaced->id);
	g_free(replaced->blob);
	g_free(replaced->via);
	g_free(replaced);
}

Directives *directives_new(void)
{
	Directives *directives = g_new0(Directives, 1);

	directives->requires = g_ptr_array_new_with_free_func(g_free);
	directives->allow = g_ptr_array_new_with_free_func(g_free);
	directives->replaces = g_ptr_array_new_with_free_func((GDestroyNotify)replaced_free);
	directives->lock_timeout_ms = -1;
	return directives;
}

void directives_free(Directives *directives)
{
	if (!directives)
		return;
	g_ptr_array_unref(directives->requires);
	g_ptr_array_unref(directives->allow);
	g_ptr_array_unref(directives->replaces);
	g_free(directives->irreversible);
	g_free(directives->risk);
	g_free(directives);
}

Migration *migration_new(const char *id, MigrationLayout layout, const char *path, const char *blob)
{
	Migration *migration = g_new0(Migration, 1);

	migration->id = g_strdup(id);
	migration->layout = layout;
	migration->up.path = g_strdup(path);
	migration->up.blob = g_strdup(blob);
	return migration;
}

void migration_free(Migration *migration)
{
	if (!migration)
		return;
	g_free(migration->id);
	script_file_clear(&migration->up);
	script_file_clear(&migration->down);
	script_file_clear(&migration->verify);
	directives_free(migration->directives);
	g_free(migration);
}

MigrationSet *migration_set_new(const char *commit, const char *folder)
{
	MigrationSet *set = g_new0(MigrationSet, 1);

	set->commit = g_strdup(commit);
	set->folder = g_strdup(folder);
	set->all = g_ptr_array_new_with_free_func((GDestroyNotify)migration_free);
	set->by_id = g_hash_table_new(g_str_hash, g_str_equal);
	return set;
}

void migration_set_free(MigrationSet *set)
{
	if (!set)
		return;
	g_free(set->commit);
	g_free(set->folder);
	g_free(set->tree);
	g_hash_table_unref(set->by_id);
	g_ptr_array_unref(set->all);
	g_free(set);
}

bool migration_set_add(MigrationSet *set, Migration *migration)
{
	if (g_hash_table_contains(set->by_id, migration->id)) {
		migration_free(migration);
		return false;
	}
	g_ptr_array_add(set->all, migration);
	g_hash_table_insert(set->by_id, migration->id, migration);
	return true;
}

Migration *migration_set_get(const MigrationSet *set, const char *id)
{
	return g_hash_table_lookup(set->by_id, id);
}
