#include "standing/state.h"

#include <string.h>

#include "base/error.h"
#include "history/read.h"
#include "ledger/state.h"

#define REGULAR_FILE 0100644

AppliedScripts *applied_scripts_new(void)
{
	AppliedScripts *scripts = g_new0(AppliedScripts, 1);

	scripts->by_commit = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
						   (GDestroyNotify)migration_set_free);
	return scripts;
}

void applied_scripts_free(AppliedScripts *scripts)
{
	if (!scripts)
		return;
	migration_set_free(scripts->state);
	g_hash_table_unref(scripts->by_commit);
	g_free(scripts);
}

static bool read_state(const Standing *standing, AppliedScripts *scripts, GError **error)
{
	g_autofree char *ref = ledger_state_ref(standing_name(standing));
	g_autofree char *tip = NULL;

	if (!git_ref_read(standing->repo, ref, &tip, error))
		return false;
	if (!tip)
		return true;
	scripts->state = history_read_tree(standing->repo, tip, LEDGER_STATE_FOLDER,
					   standing->project->migrations, error);
	return scripts->state;
}

/* The set of a commit that was deployed, read once. */
static MigrationSet *set_of_commit(const Standing *standing, AppliedScripts *scripts,
				   const char *commit, GError **error)
{
	MigrationSet *set = g_hash_table_lookup(scripts->by_commit, commit);

	if (set)
		return set;
	set = history_read(standing->repo, commit, standing->project->migrations, error);
	if (set)
		g_hash_table_insert(scripts->by_commit, g_strdup(commit), set);
	return set;
}

static Migration *matching(const MigrationSet *set, const Applied *applied)
{
	Migration *found = set ? migration_set_get(set, applied->id) : NULL;

	return found && strcmp(found->up.blob, applied->blob) == 0 ? found : NULL;
}

Migration *applied_scripts_find(const Standing *standing, AppliedScripts *scripts,
				const Applied *applied, GError **error)
{
	g_autoptr(GError) why = NULL;
	Migration *found;
	MigrationSet *set;

	if (!scripts->state && !read_state(standing, scripts, error))
		return NULL;
	found = matching(scripts->state, applied);
	if (found)
		return found;
	set = set_of_commit(standing, scripts, applied->commit, &why);
	found = matching(set, applied);
	if (found)
		return found;
	error_set(error, ERR_REPOSITORY,
		  "the scripts of migration '%s' as they were applied are not in this clone",
		  applied->id);
	if (why)
		error_detail(error, "%s", why->message);
	error_hint(error,
		   "fetch commit %.12s from where it was deployed, or its state: "
		   "git fetch origin 'refs/migrate/state/*:refs/migrate/state/*'",
		   applied->commit);
	return NULL;
}

/* ---- drawing the state ---- */

static void add_file(GHashTable *files, const ScriptFile *file, size_t prefix)
{
	if (file->path)
		g_hash_table_replace(files, g_strdup(file->path + prefix), g_strdup(file->blob));
}

/* The files of all applied migrations, path below the folder to blob. */
static GHashTable *applied_files(Standing *standing, const AppliedSet *applied, GError **error)
{
	g_autoptr(AppliedScripts) scripts = applied_scripts_new();
	g_autoptr(GHashTable) files =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	const size_t prefix = strlen(standing->project->migrations) + 1;

	for (guint i = 0; i < applied->all->len; i++) {
		const Applied *row = g_ptr_array_index(applied->all, i);
		const Migration *migration = applied_scripts_find(standing, scripts, row, error);

		if (!migration)
			return NULL;
		add_file(files, &migration->up, prefix);
		add_file(files, &migration->down, prefix);
		add_file(files, &migration->verify, prefix);
	}
	return g_steal_pointer(&files);
}

static GPtrArray *entries_of(GHashTable *files)
{
	GPtrArray *entries = g_ptr_array_new_with_free_func((GDestroyNotify)git_entry_free);
	GHashTableIter each;
	gpointer path, blob;

	g_hash_table_iter_init(&each, files);
	while (g_hash_table_iter_next(&each, &path, &blob))
		g_ptr_array_add(entries, git_entry_new(path, blob, REGULAR_FILE));
	return entries;
}

/* The policies that the state has, and the one in force now: a clone without the old commits can
 * still tell who might sign what. */
static GPtrArray *policy_entries(Standing *standing, GError **error)
{
	g_autofree char *ref = ledger_state_ref(standing_name(standing));
	g_autofree char *tip = git_ref_find(standing->repo, ref);
	const char *blob = standing->policy_name ? strchr(standing->policy_name, ':') + 1 : NULL;
	GPtrArray *entries = tip ? git_repo_list(standing->repo, tip, LEDGER_STATE_POLICIES, error)
				 : g_ptr_array_new_with_free_func((GDestroyNotify)git_entry_free);
	g_autofree char *path = blob ? g_strconcat(blob, ".yaml", NULL) : NULL;

	for (guint i = 0; entries && i < entries->len; i++)
		if (g_strcmp0(((GitEntry *)g_ptr_array_index(entries, i))->path, path) == 0)
			return entries;
	if (entries && path)
		g_ptr_array_add(entries, git_entry_new(path, blob, REGULAR_FILE));
	return entries;
}

/* The schema that the head names: what was seen with it by this command, or, of an earlier
 * command's record, the tree that it names, if that is here. Never the one of the state before: it
 * belongs to another record. */
static const char *schema_of_head(const Standing *standing)
{
	const Ledgers *ledgers = &standing->ledgers;
	const Record *last = ledgers->last;

	if (ledgers->trees.schema || !last || last->action != RECORD_FINISH || !last->snapshot ||
	    g_strcmp0(last->id, ledgers->state.head) != 0)
		return ledgers->trees.schema;
	return git_repo_has_object(standing->repo, last->snapshot) ? last->snapshot : NULL;
}

bool state_update(Standing *standing, const char *summary, GError **error)
{
	const Ledgers *ledgers = &standing->ledgers;
	const LedgerStateWords words = {.environment = standing_name(standing),
					.record = ledgers->state.head,
					.sequence = ledgers->state.sequence,
					.commit = ledgers->head_commit,
					.summary = summary,
					.schema = schema_of_head(standing),
					.order = ledgers->trees.order,
					.access = ledgers->trees.access};
	g_autofree char *shown = NULL;
	g_autoptr(AppliedSet) applied = NULL;
	g_autoptr(GHashTable) files = NULL;
	g_autoptr(GPtrArray) entries = NULL;
	g_autoptr(GPtrArray) policies = NULL;

	if (!standing->ledgers.state.head)
		return true;
	if (!ledger_state_record(standing->repo, words.environment, &shown, error))
		return false;
	if (g_strcmp0(shown, words.record) == 0)
		return true;
	applied = ledger_database_applied(standing->session, true, error);
	files = applied ? applied_files(standing, applied, error) : NULL;
	policies = files ? policy_entries(standing, error) : NULL;
	if (!policies)
		return false;
	entries = entries_of(files);
	return ledger_state_write(standing->repo, &words, entries, policies, error);
}
