/*
 * A repository for one test, made by the real git, which the process stands in.
 */
#pragma once

#include <glib.h>
#include <unistd.h>

#include "base/error.h"
#include "git/repo.h"

typedef struct {
	char *folder;
	GitRepo *repo;
} Throwaway;

/* Nothing of the caller's Git reaches the tests. */
static inline void throwaway_environment(void)
{
	static const char *const pairs[][2] = {{"GIT_CONFIG_GLOBAL", "/dev/null"},
					       {"GIT_CONFIG_NOSYSTEM", "1"},
					       {"GIT_AUTHOR_NAME", "Ann"},
					       {"GIT_AUTHOR_EMAIL", "ann@example.org"},
					       {"GIT_COMMITTER_NAME", "Carl"},
					       {"GIT_COMMITTER_EMAIL", "carl@example.org"},
					       {"GIT_AUTHOR_DATE", "@1000000000 +0000"},
					       {"GIT_COMMITTER_DATE", "@1000000500 +0000"}};
	g_auto(GStrv) names = g_listenv();

	for (char **name = names; *name; name++)
		if (g_str_has_prefix(*name, "GIT_"))
			g_unsetenv(*name);
	for (guint i = 0; i < G_N_ELEMENTS(pairs); i++)
		g_setenv(pairs[i][0], pairs[i][1], TRUE);
}

/* Runs git with the words of a line, parted by '|', which must succeed; its output without the last
 * line's end. */
static inline char *throwaway_git(const char *line)
{
	g_autofree char *whole = g_strconcat("git|", line, NULL);
	g_auto(GStrv) words = g_strsplit(whole, "|", -1);
	g_autofree char *said = NULL;
	g_autoptr(GError) error = NULL;
	char *out = NULL;
	int status = 0;

	g_spawn_sync(NULL, words, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &out, &said, &status,
		     &error);
	g_assert_no_error(error);
	if (status != 0)
		g_error("git %s: %s", line, said);
	return g_strchomp(out);
}

static inline void throwaway_do(const char *line)
{
	g_free(throwaway_git(line));
}

static inline void throwaway_write(const char *path, const char *text)
{
	g_autofree char *folder = g_path_get_dirname(path);

	g_assert_cmpint(g_mkdir_with_parents(folder, 0755), ==, 0);
	g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

/* Opens the one that the process stands in. */
static inline GitRepo *throwaway_open(void)
{
	g_autoptr(GError) error = NULL;
	GitRepo *repo = git_repo_open(&error);

	g_assert_no_error(error);
	return repo;
}

/* An empty one on branch main. */
static inline void throwaway_init(Throwaway *made)
{
	made->folder = g_dir_make_tmp("unit-XXXXXX", NULL);
	g_assert_nonnull(made->folder);
	g_assert_cmpint(chdir(made->folder), ==, 0);
	throwaway_do("init|-q|-b|main");
	made->repo = throwaway_open();
}

/* One with a commit of a.txt and db/x/1.sql. */
static inline void throwaway_init_filled(Throwaway *made)
{
	throwaway_init(made);
	throwaway_write("a.txt", "a\n");
	throwaway_write("db/x/1.sql", "SELECT 1;\n");
	throwaway_do("add|.");
	throwaway_do("commit|-q|-m|first\n\nwith a body");
}

static inline void throwaway_clear(Throwaway *made)
{
	char *words[] = {(char[]){"rm"}, (char[]){"-rf"}, made->folder, NULL};

	git_repo_free(made->repo);
	g_assert_cmpint(chdir("/"), ==, 0);
	g_spawn_sync(NULL, words, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL);
	g_free(made->folder);
	*made = (Throwaway){0};
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Throwaway, throwaway_clear)

/* Takes the file of a loose object away. */
static inline void throwaway_lose(const char *oid)
{
	g_autofree char *path = g_strdup_printf(".git/objects/%.2s/%s", oid, oid + 2);

	g_assert_cmpint(unlink(path), ==, 0);
}
