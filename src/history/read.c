#include "history/read.h"

#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "history/layout.h"

void script_clear(Script *script)
{
	g_clear_pointer(&script->file_bytes, g_bytes_unref);
	g_free(script->file);
	g_free(script->blob);
	*script = (Script){0};
}

/* Whether an entry could hold scripts, were it not a link: a script, or a folder. */
static bool may_hold_scripts(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *dot = strrchr(slash ? slash : path, '.');

	return !dot || g_ascii_strcasecmp(dot, ".sql") == 0;
}

/* A link's blob is a path, a submodule has none: what stands behind them is not in the commit. */
static bool refuse_elsewhere(const char *folder, const char *path, guint mode, GError **error)
{
	const char *what = mode == GIT_ENTRY_LINK        ? "a symbolic link"
			   : mode == GIT_ENTRY_SUBMODULE ? "a submodule"
							 : "a file";
	g_autofree char *place = path ? g_strconcat(folder, "/", path, NULL) : g_strdup(folder);

	error_set(error, ERR_MIGRATION, "'%s' is %s, not %s", place, what,
		  path ? "a script" : "a folder");
	return error_hint(error, "the commit itself must have the migrations there");
}

static MigrationSet *read_entries(const GPtrArray *entries, const char *commit, const char *folder,
				  HistoryRules rules, GError **error)
{
	g_autofree const char **paths = g_new0(const char *, entries->len + 1);
	g_autofree const char **blobs = g_new0(const char *, entries->len + 1);
	guint count = 0;

	for (guint i = 0; i < entries->len; i++) {
		const GitEntry *entry = g_ptr_array_index(entries, i);

		if ((entry->mode == GIT_ENTRY_LINK && may_hold_scripts(entry->path)) ||
		    entry->mode == GIT_ENTRY_SUBMODULE) {
			refuse_elsewhere(folder, entry->path, entry->mode, error);
			return NULL;
		}
		if (entry->mode == GIT_ENTRY_LINK)
			continue;
		paths[count] = entry->path;
		blobs[count++] = entry->oid;
	}
	return history_layout_read(commit, folder, paths, blobs, rules, error);
}

static MigrationSet *read_folder(GitRepo *repo, const char *treeish, const char *folder,
				 const char *shown_folder, HistoryRules rules, GError **error)
{
	g_autofree char *tree = NULL;
	g_autoptr(GPtrArray) entries = NULL;
	MigrationSet *set;
	guint mode;

	if (!git_repo_path_mode(repo, treeish, folder, &mode, error) ||
	    !git_repo_path_oid(repo, treeish, folder, &tree, error))
		return NULL;
	if (!tree)
		return migration_set_new(treeish, shown_folder);
	if (mode != GIT_ENTRY_FOLDER) {
		refuse_elsewhere(shown_folder, NULL, mode, error);
		return NULL;
	}
	entries = git_repo_list(repo, treeish, folder, error);
	set = entries ? read_entries(entries, treeish, shown_folder, rules, error) : NULL;
	if (set)
		set->tree = g_steal_pointer(&tree);
	return set;
}

MigrationSet *history_read_tree(GitRepo *repo, const char *treeish, const char *folder,
				const char *shown_folder, GError **error)
{
	return read_folder(repo, treeish, folder, shown_folder, HISTORY_APPLIED, error);
}

MigrationSet *history_read(GitRepo *repo, const char *commit, const char *folder, GError **error)
{
	return read_folder(repo, commit, folder, folder, HISTORY_STRICT, error);
}

MigrationSet *history_read_index(GitRepo *repo, const char *folder, GError **error)
{
	g_autoptr(GPtrArray) entries = git_index_list(repo, folder, error);

	return entries ? read_entries(entries, "index", folder, HISTORY_STRICT, error) : NULL;
}

/* The file's sections; for layouts with a file a script the whole file is the up section. */
static bool read_sections(const Script *script, bool single, ScriptSections *sections,
			  GError **error)
{
	static const char mark[] = "\xEF\xBB\xBF";
	size_t length;
	const char *text = g_bytes_get_data(script->file_bytes, &length);
	const size_t skip = length >= 3 && memcmp(text, mark, 3) == 0 ? 3 : 0;

	if (single)
		return history_script_sections(text, length, script->file, sections, error);
	*sections = (ScriptSections){.up = {text + skip, length - skip, 1, true}};
	return true;
}

bool history_read_script(GitRepo *repo, const Migration *migration, ScriptRole role, Script *script,
			 GError **error)
{
	const ScriptFile *const files[] = {[SCRIPT_UP] = &migration->up,
					   [SCRIPT_DOWN] = &migration->down,
					   [SCRIPT_VERIFY] = &migration->verify};
	const ScriptFile *file = files[role];
	const bool single = migration->layout == LAYOUT_SINGLE;
	ScriptSections sections;

	if (!file->path)
		return true;
	script->file = g_strdup(file->path);
	script->blob = g_strdup(file->blob);
	script->file_bytes = git_repo_blob(repo, file->blob, error);
	if (!script->file_bytes || !read_sections(script, single, &sections, error))
		return false;
	script->text = single && role == SCRIPT_DOWN ? sections.down : sections.up;
	script->no_transaction = sections.no_transaction;
	return true;
}

bool history_read_directives(GitRepo *repo, Migration *migration, GError **error)
{
	g_auto(Script) script = {0};

	if (migration->directives)
		return true;
	if (!history_read_script(repo, migration, SCRIPT_UP, &script, error))
		return false;
	migration->directives = history_script_directives(&script.text, script.file, error);
	return migration->directives;
}

/* ---- other files ---- */

static gint compare_entries(gconstpointer a, gconstpointer b)
{
	const GitEntry *const *left = a, *const *right = b;

	return text_compare_versions((*left)->path, (*right)->path);
}

GPtrArray *history_list_sql(GitRepo *repo, const char *treeish, const char *folder, GError **error)
{
	const guint file = 0100000, type = 0170000;
	g_autoptr(GPtrArray) entries = git_repo_list(repo, treeish, folder, error);
	GPtrArray *files;

	if (!entries)
		return NULL;
	files = g_ptr_array_new_with_free_func((GDestroyNotify)git_entry_free);
	for (guint i = 0; i < entries->len; i++) {
		const GitEntry *entry = g_ptr_array_index(entries, i);
		g_autofree char *path = g_build_filename(folder, entry->path, NULL);

		if ((entry->mode & type) == file && g_str_has_suffix(path, ".sql"))
			g_ptr_array_add(files, git_entry_new(path, entry->oid, entry->mode));
	}
	g_ptr_array_sort(files, compare_entries);
	return files;
}
