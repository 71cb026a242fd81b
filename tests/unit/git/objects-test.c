/*
 * Objects of a real repository: what is damaged or of another mode, what no tree may hold, many
 * files in one pack, what is in the index, and nothing written while a push is judged.
 */
#include <string.h>

#include "git/files.h"
#include "throwaway.h"

/* The paths with a bar between them, for the caller to free. */
static char *joined(const GPtrArray *entries)
{
	GString *text = g_string_new(NULL);

	g_assert_nonnull(entries);
	for (guint i = 0; i < entries->len; i++)
		g_string_append_printf(text, "%s%s", i ? "|" : "",
				       ((GitEntry *)g_ptr_array_index(entries, i))->path);
	return g_string_free(text, FALSE);
}

static void assert_refused(GError **error, const char *message)
{
	g_assert_error(*error, BASE_ERROR, ERR_REPOSITORY);
	g_assert_cmpstr((*error)->message, ==, message);
	g_clear_error(error);
}

static void test_damaged(void)
{
	g_auto(Throwaway) made = {0};
	g_autoptr(GError) error = NULL;

	throwaway_init_filled(&made);
	g_autofree char *blob = throwaway_git("rev-parse|HEAD:a.txt");
	g_autofree char *tree = throwaway_git("rev-parse|HEAD:db/x");
	g_autofree char *file = g_strdup_printf(".git/objects/%.2s/%s", blob, blob + 2);
	g_autofree char *words = g_strdup_printf("cannot read blob %s", blob);

	throwaway_lose(blob);
	throwaway_lose(tree);
	g_assert_null(git_repo_blob(made.repo, blob, &error));
	assert_refused(&error, words);
	g_assert_null(git_repo_list(made.repo, "HEAD", "", &error));
	assert_refused(&error, "cannot read folder 'db/x'");
	g_assert_null(git_repo_list(made.repo, "HEAD", "db/x", &error));
	assert_refused(&error, "cannot read folder 'db/x'");
	throwaway_write(file, "this is no zlib stream");
	g_assert_null(git_repo_blob(made.repo, blob, &error));
	assert_refused(&error, words);
}

static void test_modes(void)
{
	static const guint modes[] = {0100755, 0120000, 0160000};
	g_auto(Throwaway) made = {0};

	throwaway_init_filled(&made);
	throwaway_do("update-index|--add|--cacheinfo|100755,"
		     "78981922613b2afb6025042ff6bd878ac1994e85,m/1");
	throwaway_do("update-index|--add|--cacheinfo|120000,"
		     "78981922613b2afb6025042ff6bd878ac1994e85,m/2");
	throwaway_do("update-index|--add|--cacheinfo|160000,"
		     "78981922613b2afb6025042ff6bd878ac1994e85,m/3");
	g_autoptr(GPtrArray) staged = git_index_list(made.repo, "m", NULL);
	throwaway_do("commit|-q|-m|modes");
	g_autoptr(GPtrArray) entries = git_repo_list(made.repo, "HEAD", "m", NULL);
	g_assert_cmpuint(entries->len, ==, G_N_ELEMENTS(modes));
	g_assert_cmpuint(staged->len, ==, G_N_ELEMENTS(modes));
	for (guint i = 0; i < G_N_ELEMENTS(modes); i++) {
		g_assert_cmpuint(((GitEntry *)g_ptr_array_index(entries, i))->mode, ==, modes[i]);
		g_assert_cmpuint(((GitEntry *)g_ptr_array_index(staged, i))->mode, ==, modes[i]);
	}
}

/* What git could not check out is not written. */
static void test_names(void)
{
	static const char *const wrong[] = {"..", ".git", ".", "", "a//b", "a/../b", "/a"};
	g_auto(Throwaway) made = {0};
	g_autoptr(GError) error = NULL;

	throwaway_init_filled(&made);
	g_autofree char *blob = throwaway_git("rev-parse|HEAD:a.txt");
	for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
		g_autoptr(GPtrArray) entries =
			g_ptr_array_new_with_free_func((GDestroyNotify)git_entry_free);

		g_ptr_array_add(entries, git_entry_new(wrong[i], blob, 0100644));
		g_assert_null(git_repo_write_tree(made.repo, entries, &error));
		g_assert_error(error, BASE_ERROR, ERR_REPOSITORY);
		g_clear_error(&error);
	}
}

static void test_commits(void)
{
	static const char *const nobody[] = {NULL};
	static const char *const absent[] = {"1111111111111111111111111111111111111111", NULL};
	static const char *const odd[] = {"x", NULL};
	g_auto(Throwaway) made = {0};
	g_autoptr(GError) error = NULL;

	throwaway_init_filled(&made);
	g_autofree char *tree = throwaway_git("rev-parse|HEAD^{tree}");
	g_autofree char *head = throwaway_git("rev-parse|HEAD");
	const char *const parents[] = {head, NULL};
	g_autofree char *oid = git_repo_write_commit(made.repo, tree, parents, "made\n", &error);
	g_assert_no_error(error);
	g_autofree char *line = g_strconcat("log|-1|--format=%P|", oid, NULL);
	g_autofree char *parent = throwaway_git(line);
	g_assert_cmpstr(parent, ==, head);
	/* As many as an octopus has. */
	const char *const many[] = {head, oid, head, oid, head, oid, NULL};
	g_autofree char *octopus = git_repo_write_commit(made.repo, tree, many, "made\n", &error);
	g_autofree char *all_line = g_strconcat("log|-1|--format=%P|", octopus, NULL);
	g_autofree char *all = throwaway_git(all_line);
	g_autofree char *expected = g_strjoin(" ", head, oid, head, oid, head, oid, NULL);
	g_assert_cmpstr(all, ==, expected);
	g_assert_null(git_repo_write_commit(made.repo, "nowhere", nobody, "m", &error));
	assert_refused(&error, "'nowhere' names no commit in this repository");
	g_assert_null(git_repo_write_commit(made.repo, tree, absent, "m", &error));
	assert_refused(&error, "cannot read commit 1111111111111111111111111111111111111111");
	g_assert_null(git_repo_write_commit(made.repo, tree, odd, "m", &error));
	assert_refused(&error, "'x' is no object id");
}

/* Many new files are one pack; what is stored already is no reason for another, and nothing that is
 * written later is lost. */
static void test_pack(void)
{
	const guint count = 450;
	g_auto(Throwaway) made = {0};
	g_autoptr(GPtrArray) keep = g_ptr_array_new_with_free_func(g_free);
	g_autofree GitFile *files = g_new0(GitFile, count);
	g_autoptr(GError) error = NULL;

	throwaway_init_filled(&made);
	for (guint i = 0; i < count; i++) {
		char *path = g_strdup_printf("f%u/%u.sql", i % 7, i);
		char *text = g_strdup_printf("SELECT %u;\n", i);

		g_ptr_array_add(keep, path);
		g_ptr_array_add(keep, text);
		files[i] = (GitFile){path, text};
	}
	g_autofree char *tree = git_repo_write_files(made.repo, files, count, &error);
	g_assert_no_error(error);
	g_autofree char *first = throwaway_git("count-objects|-v");
	g_assert_nonnull(strstr(first, "packs: 1\n"));
	throwaway_do("fsck|--strict");
	g_autoptr(GPtrArray) listed = git_repo_list(made.repo, tree, "", &error);
	g_assert_cmpuint(listed->len, ==, count);
	files[0].text = "SELECT 'other';\n";
	g_autofree char *second = git_repo_write_files(made.repo, files, count, &error);
	g_assert_no_error(error);
	g_autofree char *more = throwaway_git("count-objects|-v");
	g_assert_nonnull(strstr(more, "packs: 1\n"));
	g_autofree char *line = g_strdup_printf("show|%s:f0/0.sql", second);
	g_autofree char *shown = throwaway_git(line);
	g_assert_cmpstr(shown, ==, "SELECT 'other';");
	files[1].path = "..";
	g_assert_null(git_repo_write_files(made.repo, files, count, &error));
	g_assert_error(error, BASE_ERROR, ERR_REPOSITORY);
}

static void test_quarantine(void)
{
	static const char *const nobody[] = {NULL};
	static const char refusal[] = "nothing may be written while a push is being judged";
	static const GitFile files[] = {{"one", "1"}};
	g_auto(Throwaway) made = {0};
	g_autoptr(GPtrArray) none = g_ptr_array_new();
	g_autoptr(GError) error = NULL;
	bool moved = true;

	throwaway_init_filled(&made);
	g_autofree char *tree = throwaway_git("rev-parse|HEAD^{tree}");
	g_autofree char *objects = g_canonicalize_filename(".git/objects", NULL);
	g_setenv("GIT_QUARANTINE_PATH", objects, TRUE);
	g_autoptr(GitRepo) repo = throwaway_open();
	g_unsetenv("GIT_QUARANTINE_PATH");
	g_assert_null(git_repo_write_blob(repo, "x", 1, &error));
	assert_refused(&error, refusal);
	g_assert_null(git_repo_write_tree(repo, none, &error));
	assert_refused(&error, refusal);
	g_assert_null(git_repo_write_files(repo, files, 1, &error));
	assert_refused(&error, refusal);
	g_assert_null(git_repo_join_trees(repo, NULL, NULL, 0, &error));
	assert_refused(&error, refusal);
	g_assert_null(git_repo_write_commit(repo, tree, nobody, "m", &error));
	assert_refused(&error, refusal);
	g_assert_false(git_ref_move(repo, "refs/x/y", tree, NULL, "r", &moved, &error));
	assert_refused(&error, refusal);
	g_assert_false(moved);
	g_autoptr(GPtrArray) seen = git_repo_list(repo, "HEAD", "", &error);
	g_assert_cmpuint(seen->len, ==, 2);
}

static void test_index(void)
{
	g_auto(Throwaway) made = {0};

	throwaway_init_filled(&made);
	throwaway_write("db/grün x.sql", "x");
	throwaway_write("db/untracked.sql", "x");
	throwaway_do("add|db/grün x.sql");
	g_autoptr(GPtrArray) staged = git_index_list(made.repo, "db", NULL);
	g_autofree char *list = joined(staged);
	g_assert_cmpstr(list, ==, "grün x.sql|x/1.sql");
	/* Neither a prefix nor a pattern is a folder. */
	for (const char *const none[] = {"d", "*", "nowhere", "a.txt", NULL}, *const *name = none;
	     *name; name++) {
		g_autoptr(GPtrArray) found = git_index_list(made.repo, *name, NULL);
		g_assert_cmpuint(found->len, ==, 0);
	}
	/* A conflicted file is none yet. */
	throwaway_do("commit|-q|-m|second");
	throwaway_do("checkout|-q|-b|side|HEAD~1");
	throwaway_write("db/grün x.sql", "other");
	throwaway_do("add|db/grün x.sql");
	throwaway_do("commit|-q|-m|side");
	char *words[] = {(char[]){"git"}, (char[]){"merge"}, (char[]){"-q"}, (char[]){"main"},
			 NULL};
	int status = 0;
	g_assert_true(g_spawn_sync(NULL, words, NULL,
				   G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL |
					   G_SPAWN_STDERR_TO_DEV_NULL,
				   NULL, NULL, NULL, NULL, &status, NULL));
	g_assert_cmpint(status, !=, 0);
	g_autoptr(GPtrArray) conflicted = git_index_list(made.repo, "db", NULL);
	g_autofree char *left = joined(conflicted);
	g_assert_cmpstr(left, ==, "x/1.sql");
}

static void test_files(void)
{
	static char one[] = "db/x/1.sql", absent[] = "db/none";
	g_auto(Throwaway) made = {0};
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) gone = g_ptr_array_new();

	throwaway_init_filled(&made);
	g_auto(GStrv) clean = git_files_changed(made.repo, "db", &error);
	g_assert_no_error(error);
	g_assert_cmpuint(g_strv_length(clean), ==, 0);
	throwaway_write("a.txt", "changed");
	throwaway_write("db/x/1.sql", "changed");
	throwaway_write("db/new", "new");
	throwaway_write(".gitignore", "*.o\n");
	throwaway_write("db/ignored.o", "x");
	g_auto(GStrv) changed = git_files_changed(made.repo, "db", &error);
	g_autofree char *text = g_strjoinv("|", changed);
	g_assert_cmpstr(text, ==, "db/x/1.sql|db/new");
	g_assert_true(git_files_add(made.repo, "db/made/3.sql", "x\n", 2, &error));
	g_autofree char *staged = throwaway_git("diff|--cached|--name-only");
	g_assert_cmpstr(staged, ==, "db/made/3.sql");
	g_assert_false(git_files_add(made.repo, "db/new", "y", 1, &error));
	g_assert_error(error, BASE_ERROR, ERR_SYSTEM);
	g_assert_cmpstr(error->message, ==, "'db/new' exists already");
	g_clear_error(&error);
	g_assert_false(git_files_add(made.repo, "db/new/below", "y", 1, &error));
	g_assert_error(error, BASE_ERROR, ERR_SYSTEM);
	g_clear_error(&error);
	throwaway_do("reset|-q|--hard");
	g_ptr_array_add(gone, one);
	g_assert_true(git_files_remove(made.repo, gone, &error));
	g_assert_false(g_file_test(one, G_FILE_TEST_EXISTS));
	g_ptr_array_add(gone, absent);
	g_assert_false(git_files_remove(made.repo, gone, &error));
	assert_refused(&error, "'git rm' failed");
}

static void test_diffs(void)
{
	g_auto(Throwaway) made = {0};
	g_autoptr(GError) error = NULL;
	g_autofree char *texts = git_diff_texts("one\n", "two\n");
	g_autofree char *same = git_diff_texts("one\n", "one\n");
	g_autofree char *last = git_diff_texts("", "x");

	throwaway_init_filled(&made);
	g_autofree char *one = git_repo_write_blob(made.repo, "one\n", 4, NULL);
	g_autofree char *two = git_repo_write_blob(made.repo, "two\n", 4, NULL);
	g_autofree char *blobs = git_repo_diff_blobs(made.repo, one, two, &error);
	g_autofree char *equal = git_repo_diff_blobs(made.repo, one, one, &error);
	g_assert_no_error(error);
	g_assert_cmpstr(blobs, ==, "@@ -1 +1 @@\n-one\n+two\n");
	g_assert_cmpstr(texts, ==, "@@ -1 +1 @@\n-one\n+two\n");
	g_assert_cmpstr(same, ==, "");
	g_assert_cmpstr(equal, ==, "");
	g_assert_cmpstr(last, ==, "@@ -0,0 +1 @@\n+x\n\\ No newline at end of file\n");
	g_assert_null(git_repo_diff_blobs(made.repo, one,
					  "1111111111111111111111111111111111111111", &error));
	assert_refused(&error, "'git diff' failed");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	throwaway_environment();
	g_test_add_func("/git/objects/what is lost or damaged is an error", test_damaged);
	g_test_add_func("/git/objects/programs, links and submodules", test_modes);
	g_test_add_func("/git/objects/names that no tree may hold", test_names);
	g_test_add_func("/git/objects/commits and their parents", test_commits);
	g_test_add_func("/git/objects/many files are one pack", test_pack);
	g_test_add_func("/git/objects/nothing is written while a push is judged", test_quarantine);
	g_test_add_func("/git/index/what is staged below a folder", test_index);
	g_test_add_func("/git/files/changed, added, removed", test_files);
	g_test_add_func("/git/diff/of texts and of blobs", test_diffs);
	return g_test_run();
}
