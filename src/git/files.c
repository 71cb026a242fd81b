#include "git/files.h"

#include <errno.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"

/* Arguments of a git command on the work tree, from its root; the caller adds more, and frees. */
static GPtrArray *command_new(const GitRepo *repo, const char *name)
{
	GPtrArray *words = g_ptr_array_new_with_free_func(g_free);
	const char *dir = git_repo_work_dir(repo);

	g_ptr_array_add(words, g_strconcat("--work-tree=", dir, NULL));
	g_ptr_array_add(words, g_strdup("-C"));
	g_ptr_array_add(words, g_strdup(dir));
	g_ptr_array_add(words, g_strdup(name));
	return words;
}

static char *run(const GitRepo *repo, GPtrArray *words, GError **error)
{
	g_ptr_array_add(words, NULL);
	return git_repo_run(repo, (const char *const *)words->pdata, error);
}

static char *pathspec(const char *path)
{
	return g_strconcat(":(top,literal)", path, NULL);
}

char **git_files_changed(GitRepo *repo, const char *folder, GError **error)
{
	const size_t state = strlen("XY ");
	g_autoptr(GPtrArray) words = command_new(repo, "status");
	g_autoptr(GPtrArray) paths = g_ptr_array_new();
	g_autoptr(GBytes) said = NULL;
	const char *at, *end;
	size_t length;

	g_ptr_array_add(words, g_strdup("--porcelain"));
	g_ptr_array_add(words, g_strdup("-z"));
	g_ptr_array_add(words, g_strdup("--no-renames"));
	g_ptr_array_add(words, g_strdup("--untracked-files=all"));
	g_ptr_array_add(words, g_strdup("--"));
	g_ptr_array_add(words, pathspec(folder));
	g_ptr_array_add(words, NULL);
	said = git_repo_run_bytes(repo, (const char *const *)words->pdata, error);
	if (!said)
		return NULL;
	at = g_bytes_get_data(said, &length);
	for (end = at + length; at && at + state < end; at += strlen(at) + 1)
		g_ptr_array_add(paths, g_strdup(at + state));
	g_ptr_array_add(paths, NULL);
	return (char **)g_ptr_array_free(g_steal_pointer(&paths), FALSE);
}

bool git_files_add(GitRepo *repo, const char *path, const char *text, size_t length, GError **error)
{
	const int everybody = 0777;
	g_autofree char *whole = g_build_filename(git_repo_work_dir(repo), path, NULL);
	g_autofree char *above = g_path_get_dirname(whole);
	g_autoptr(GPtrArray) words = command_new(repo, "add");
	g_autofree char *said = NULL;

	if (g_file_test(whole, G_FILE_TEST_EXISTS))
		return error_set(error, ERR_SYSTEM, "'%s' exists already", path);
	if (g_mkdir_with_parents(above, everybody) != 0)
		return error_set(error, ERR_SYSTEM, "cannot make folder '%s': %s", above,
				 g_strerror(errno));
	if (!file_write(whole, text, length, error))
		return false;
	g_ptr_array_add(words, g_strdup("--"));
	g_ptr_array_add(words, pathspec(path));
	said = run(repo, words, error);
	return said;
}

bool git_files_remove(GitRepo *repo, const GPtrArray *paths, GError **error)
{
	const guint most = 500; /* in one command line */
	bool ok = true;

	for (guint i = 0; i < paths->len && ok; i += most) {
		g_autoptr(GPtrArray) words = command_new(repo, "rm");
		g_autofree char *said = NULL;

		g_ptr_array_add(words, g_strdup("--quiet"));
		g_ptr_array_add(words, g_strdup("--"));
		for (guint j = i; j < paths->len && j < i + most; j++)
			g_ptr_array_add(words, pathspec(g_ptr_array_index(paths, j)));
		said = run(repo, words, error);
		ok = said;
	}
	return ok;
}
