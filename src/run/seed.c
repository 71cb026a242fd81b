#include "run/seed.h"

#include <string.h>

#include "base/error.h"
#include "history/read.h"

/* A seed is read and run like the up script of a migration that nobody records. */
static Migration *seed_of(const GitEntry *entry, size_t folder_length)
{
	Migration *seed = migration_new(entry->path + folder_length + strlen("/"), LAYOUT_PAIR,
					entry->path, entry->oid);

	seed->directives = directives_new();
	return seed;
}

static bool run_one(GitRepo *repo, const Runner *runner, const Migration *seed, GError **error)
{
	g_autoptr(ReadyScript) script = NULL;
	g_auto(RunOutcome) outcome = {0};

	if (!ready_script_read(repo, seed, SCRIPT_UP, SCOPE_MIGRATION, &script, error))
		return false;
	if (!script->transaction) {
		error_set(error, ERR_MIGRATION,
			  "sample data must run in a transaction, and %s cannot",
			  script->why_not ? script->why_not : "this script");
		return error_place(error, script->source.file, 0, 0);
	}
	return runner_run(runner, script, NULL, &outcome, error);
}

bool seed_run(GitRepo *repo, const Runner *runner, const char *commit, const char *folder,
	      guint *count, GError **error)
{
	g_autoptr(GPtrArray) entries = history_list_sql(repo, commit, folder, error);

	*count = 0;
	for (guint i = 0; entries && i < entries->len; i++) {
		g_autoptr(Migration) seed = seed_of(g_ptr_array_index(entries, i), strlen(folder));

		if (!run_one(repo, runner, seed, error)) {
			g_prefix_error(error, "sample data '%s': ", seed->id);
			return false;
		}
		(*count)++;
	}
	return entries;
}
