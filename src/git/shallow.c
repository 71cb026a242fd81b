/*
 * Where a shallow clone's history is cut off. libgit2 below 1.7 only stumbles over the missing
 * parents, and from then on takes such a commit for a root, which would place everything there
 * without a word: so git's own list is asked.
 */
#include <string.h>

#include "base/error.h"
#include "internal.h"

GHashTable *git_internal_shallow(const GitRepo *repo)
{
	GHashTable *shallow = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	/* Git itself names another file to hooks while a push from a shallow clone is judged. */
	const char *named = g_getenv("GIT_SHALLOW_FILE");
	g_autofree char *file =
		named ? g_strdup(named) : g_build_filename(repo->common_dir, "shallow", NULL);
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;

	if (!repo->shallow || !g_file_get_contents(file, &text, NULL, NULL))
		return shallow;
	lines = g_strsplit(text, "\n", -1);
	for (char **line = lines; *line; line++)
		if (**line)
			g_hash_table_add(shallow, g_strdup(*line));
	return shallow;
}

bool git_internal_is_cut(GHashTable *shallow, const git_commit *commit)
{
	g_autofree char *oid = NULL;

	if (g_hash_table_size(shallow) == 0)
		return false;
	oid = git_internal_text(git_commit_id(commit));
	/* A real root may stand in git's list; the raw header has the parents that libgit2 leaves
	 * out. */
	return g_hash_table_contains(shallow, oid) &&
	       strstr(git_commit_raw_header(commit), "\nparent ");
}

bool git_internal_is_cut_id(const GitRepo *repo, GHashTable *shallow, const char *commit)
{
	g_autoptr(git_commit) found = NULL;
	git_oid oid;

	return g_hash_table_contains(shallow, commit) && git_internal_oid(&oid, commit, NULL) &&
	       (git_commit_lookup(&found, repo->handle, &oid) != 0 ||
		git_internal_is_cut(shallow, found));
}

bool git_internal_refuse_shallow(GError **error, const char *format, ...)
{
	g_autofree char *message = NULL;
	va_list args;

	va_start(args, format);
	message = g_strdup_vprintf(format, args);
	va_end(args);
	error_set(error, ERR_REPOSITORY, "this shallow clone %s", message);
	return error_hint(error, "git fetch --unshallow (in CI: fetch-depth: 0)");
}
