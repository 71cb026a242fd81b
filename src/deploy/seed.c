#include "deploy/seed.h"

#include "base/error.h"
#include "base/text.h"
#include "deploy/run.h"
#include "deploy/script.h"

/* A seed is read and run like the up script of a migration that nobody records. */
static Migration *seed_at(const char *folder, const GitEntry *entry)
{
	Migration *seed = g_new0(Migration, 1);

	seed->id = g_strdup(entry->path);
	seed->layout = LAYOUT_PAIR;
	seed->up.path = g_strdup_printf("%s/%s", folder, entry->path);
	seed->up.blob = g_strdup(entry->oid);
	seed->directives = directives_new();
	return seed;
}

static gint compare_entries(gconstpointer a, gconstpointer b)
{
	const GitEntry *const *left = a, *const *right = b;

	return text_compare_versions((*left)->path, (*right)->path);
}

static bool run_seed(DeployContext *context, const Migration *seed, GError **error)
{
	const RunOptions options = {
		.context = context, .direction = RUN_SEED, .number = 1, .total = 1};
	g_autoptr(ReadyScript) script = deploy_ready_script(context, seed, SCRIPT_UP, error);

	if (script && !script->transaction) {
		error_set(error, ERR_MIGRATION,
			  "sample data must run in a transaction, and %s cannot",
			  script->why_not ? script->why_not : "this script");
		error_place(error, script->source.file, 0, 0);
		return false;
	}
	return script && deploy_run_script(&options, script, NULL, error);
}

bool deploy_seed(DeployContext *context, guint *count, GError **error)
{
	g_autofree char *folder =
		g_strdup_printf("%s/%s", context->project->seeds, context->environment->name);
	g_autoptr(GPtrArray) entries =
		git_repo_list(context->repo, context->target->oid, folder, error);

	*count = 0;
	if (!entries)
		return false;
	g_ptr_array_sort(entries, compare_entries);
	for (guint i = 0; i < entries->len; i++) {
		const GitEntry *entry = g_ptr_array_index(entries, i);
		g_autoptr(Migration) seed = NULL;

		if (!g_str_has_suffix(entry->path, ".sql"))
			continue;
		seed = seed_at(folder, entry);
		if (!run_seed(context, seed, error)) {
			g_prefix_error(error, "sample data '%s': ", seed->id);
			return false;
		}
		(*count)++;
	}
	return true;
}
