/* Trees and blobs: what stands at a path, what cannot be read, and what is written is what the real
 * git would have written. */
#include <string.h>

#include "git/repo.h"
#include "throwaway.h"

/* ---- paths ---- */

static void test_path(void)
{
	static const struct {
		const char *treeish, *path;
		bool there;
	} cases[] = {{"main", "a.txt", true},         {"main", "db", true},
		     {"main", "db/x", true},          {"main", "db/x/1.sql", true},
		     {"main^{tree}", "a.txt", true},  {"heavy", "a.txt", true},
		     {"main:db", "x/1.sql", true},    {"main", "absent", false},
		     {"main", "db/absent", false},    {"main", "absent/a.txt", false},
		     {"main", "db/x/1.sq", false},    {"main", "a.txt/below", false},
		     {"main:db", "db/x/1.sql", false}};
	g_auto(Throwaway) made = {0};

	throwaway_init_filled(&made);
	throwaway_do("tag|-a|-m|x|heavy");
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		const char *within = strchr(cases[i].treeish, ':') ? "/" : ":";
		g_autofree char *line =
			g_strconcat("rev-parse|", cases[i].treeish,
				    g_str_has_suffix(cases[i].treeish, "^{tree}") ? ":" : within,
				    cases[i].path, NULL);
		g_autofree char *expected = cases[i].there ? throwaway_git(line) : NULL;
		g_autofree char *found =
			git_repo_path_find(made.repo, cases[i].treeish, cases[i].path);
		g_autoptr(GError) error = NULL;
		char *oid = (char[]){"untouched"};

		g_test_message("%s:%s", cases[i].treeish, cases[i].path);
		g_assert_true(git_repo_path_oid(made.repo, cases[i].treeish, cases[i].path, &oid,
						&error));
		g_assert_no_error(error);
		g_assert_cmpstr(oid, ==, expected);
		g_assert_cmpstr(found, ==, expected);
		g_free(oid);
	}
}

static void assert_unreadable(GitRepo *repo, const char *treeish, const char *path,
			      const char *message)
{
	g_autoptr(GError) error = NULL;
	char *oid = NULL;

	g_test_message("%s:%s", treeish, path);
	g_assert_false(git_repo_path_oid(repo, treeish, path, &oid, &error));
	g_assert_error(error, BASE_ERROR, ERR_REPOSITORY);
	g_assert_cmpstr(error->message, ==, message);
	g_assert_null(oid);
	g_assert_null(git_repo_path_find(repo, treeish, path));
}

/* A tree that is lost is not a folder that does not exist. */
static void test_path_unreadable(void)
{
	g_auto(Throwaway) made = {0};
	g_autofree char *lost = NULL;
	g_autoptr(GError) error = NULL;

	throwaway_init_filled(&made);
	assert_unreadable(made.repo, "nonsense", "a.txt",
			  "'nonsense' names no commit in this repository");
	assert_unreadable(made.repo, "main:a.txt", "a.txt",
			  "'main:a.txt' names no commit in this repository");
	lost = throwaway_git("rev-parse|main:db");
	throwaway_lose(lost);
	assert_unreadable(made.repo, "main", "db/x/1.sql", "cannot read 'db/x/1.sql'");
	g_assert_null(git_repo_list(made.repo, "main", "db", &error));
	g_assert_error(error, BASE_ERROR, ERR_REPOSITORY);
	g_assert_cmpstr(error->message, ==, "cannot read folder 'db'");
	g_clear_error(&error);
	g_assert_null(git_repo_list(made.repo, "main", "", &error));
	g_assert_error(error, BASE_ERROR, ERR_REPOSITORY);
	g_clear_error(&error);
	g_assert_null(git_repo_list(made.repo, "main", "db/x", &error));
	g_assert_error(error, BASE_ERROR, ERR_REPOSITORY);
}

/* ---- trees ---- */

/* In tree order, where a folder counts as its name with a slash. */
static const struct {
	const char *path;
	guint mode;
} files[] = {{"B", 0100644},           {"a-b", 0100644}, {"a.b/deep/er/x", 0100755},
	     {"a.b/deep/y", 0100644},  {"a/1", 0100644}, {"a/10", 0100644},
	     {"a/2/x", 0100644},       {"a0", 0120000},  {"b", 0160000},
	     {"z \xc3\xa9\t", 0100644}};

static const char module[] = "1234567890123456789012345678901234567890";

/* Shuffled: from the middle outwards. */
static GPtrArray *shuffled(const char *oid)
{
	const guint count = G_N_ELEMENTS(files);
	GPtrArray *entries = g_ptr_array_new_with_free_func((GDestroyNotify)git_entry_free);

	for (guint i = 0; i < count; i++) {
		const guint at = (i * 7 + count / 2) % count;
		g_ptr_array_add(entries, git_entry_new(files[at].path,
						       files[at].mode == 0160000 ? module : oid,
						       files[at].mode));
	}
	return entries;
}

static void test_round_trip(void)
{
	g_auto(Throwaway) made = {0};
	g_autoptr(GError) error = NULL;
	g_autofree char *oid = NULL, *tree = NULL, *line = NULL, *listed = NULL;
	g_autoptr(GPtrArray) entries = NULL, found = NULL;
	g_autoptr(GString) text = g_string_new(NULL);

	throwaway_init(&made);
	oid = git_repo_write_blob(made.repo, "x\n", 2, &error);
	entries = shuffled(oid);
	tree = git_repo_write_tree(made.repo, entries, &error);
	g_assert_no_error(error);
	g_assert_cmpstr(((GitEntry *)g_ptr_array_index(entries, 0))->path, ==, files[5].path);
	found = git_repo_list(made.repo, tree, "", &error);
	g_assert_no_error(error);
	g_assert_cmpuint(found->len, ==, G_N_ELEMENTS(files));
	for (guint i = 0; i < found->len; i++) {
		const GitEntry *entry = g_ptr_array_index(found, i);
		g_assert_cmpstr(entry->path, ==, files[i].path);
		g_assert_cmphex(entry->mode, ==, files[i].mode);
		g_string_append_printf(text, "%s%06o %s", i ? "\n" : "", entry->mode, entry->oid);
	}
	line = g_strdup_printf("ls-tree|-r|--format=%%(objectmode) %%(objectname)|%s", tree);
	listed = throwaway_git(line);
	g_assert_cmpstr(text->str, ==, listed);
	throwaway_do("fsck|--strict|--no-dangling");
}

static void test_list_folder(void)
{
	static const struct {
		const char *folder, *paths; /* NULL: an error */
	} cases[] = {{"a", "1 10 2/x"},      {"a/2", "x"},   {"a.b", "deep/er/x deep/y"},
		     {"a.b/deep", "er/x y"}, {"absent", ""}, {"a/absent", ""},
		     {"a/3/4", ""},          {"B", NULL},    {"a/1", NULL}};
	g_auto(Throwaway) made = {0};
	g_autofree char *oid = NULL, *tree = NULL;
	g_autoptr(GPtrArray) entries = NULL;

	throwaway_init(&made);
	oid = git_repo_write_blob(made.repo, "x\n", 2, NULL);
	entries = shuffled(oid);
	tree = git_repo_write_tree(made.repo, entries, NULL);
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(GPtrArray) found =
			git_repo_list(made.repo, tree, cases[i].folder, &error);
		g_autoptr(GString) paths = g_string_new(NULL);

		g_test_message("%s", cases[i].folder);
		for (guint j = 0; found && j < found->len; j++)
			g_string_append_printf(paths, "%s%s", j ? " " : "",
					       ((GitEntry *)g_ptr_array_index(found, j))->path);
		g_assert_cmpint(found == NULL, ==, cases[i].paths == NULL);
		g_assert_cmpint(error_is(error, ERR_REPOSITORY), ==, cases[i].paths == NULL);
		g_assert_cmpstr(paths->str, ==, cases[i].paths ? cases[i].paths : "");
	}
}

static void test_empty_tree(void)
{
	g_auto(Throwaway) made = {0};
	g_autoptr(GPtrArray) none = g_ptr_array_new();
	g_autoptr(GPtrArray) found = NULL;
	g_autofree char *tree = NULL;

	throwaway_init(&made);
	tree = git_repo_write_tree(made.repo, none, NULL);
	g_assert_cmpstr(tree, ==, "4b825dc642cb6eb9a060e54bf8d69288fbee4904");
	found = git_repo_list(made.repo, tree, "", NULL);
	g_assert_nonnull(found);
	g_assert_cmpuint(found->len, ==, 0);
}

static void test_join(void)
{
	static const char *const names[] = {"schema", "access"};
	g_auto(Throwaway) made = {0};
	g_autofree char *first = NULL, *second = NULL, *tree = NULL, *line = NULL, *listed = NULL;

	throwaway_init_filled(&made);
	first = throwaway_git("rev-parse|main:db");
	second = throwaway_git("rev-parse|main:db/x");
	tree = git_repo_join_trees(made.repo, names, (const char *const[]){first, second}, 2, NULL);
	line = g_strdup_printf("ls-tree|-r|--name-only|%s", tree);
	listed = throwaway_git(line);
	g_assert_cmpstr(listed, ==, "access/1.sql\nschema/x/1.sql");
}

/* ---- blobs ---- */

static const struct {
	const char *bytes;
	size_t length;
} blobs[] = {{"", 0},     {"a", 1},  {"a\n", 2},     {"a\r\nb\r\n", 6},
	     {"a\0b", 3}, {"\0", 1}, {"\xff\xfe", 2}};

/* As git itself has it, whatever the settings about line ends. */
static void test_blobs(void)
{
	g_auto(Throwaway) made = {0};

	throwaway_init(&made);
	throwaway_do("config|core.autocrlf|true");
	for (guint i = 0; i < G_N_ELEMENTS(blobs); i++) {
		const size_t length = blobs[i].length;
		g_autofree char *hashed =
			git_repo_hash_blob(made.repo, blobs[i].bytes, length, NULL);
		g_autofree char *expected = NULL, *written = NULL;
		g_autoptr(GBytes) read = NULL;

		g_assert_false(git_repo_has_object(made.repo, hashed));
		written = git_repo_write_blob(made.repo, blobs[i].bytes, length, NULL);
		g_assert_cmpstr(written, ==, hashed);
		g_assert_true(git_repo_has_object(made.repo, hashed));
		g_assert_true(g_file_set_contents("blob", blobs[i].bytes, (gssize)length, NULL));
		expected = throwaway_git("hash-object|--no-filters|blob");
		g_assert_cmpstr(written, ==, expected);
		read = git_repo_blob(made.repo, written, NULL);
		g_assert_nonnull(read);
		g_assert_cmpuint(g_bytes_get_size(read), ==, length);
		g_assert_cmpint(memcmp(g_bytes_get_data(read, NULL), blobs[i].bytes, length), ==,
				0);
		g_assert_cmpint(((const char *)g_bytes_get_data(read, NULL))[length], ==, '\0');
	}
}

static void test_no_blob(void)
{
	g_auto(Throwaway) made = {0};
	g_autofree char *tree = NULL;

	throwaway_init_filled(&made);
	tree = throwaway_git("rev-parse|main^{tree}");
	for (const char *const *oid = (const char *const[]){tree, module, "12ab", "", "main", NULL};
	     *oid; oid++) {
		g_autoptr(GError) error = NULL;

		g_test_message("'%s'", *oid);
		g_assert_null(git_repo_blob(made.repo, *oid, &error));
		g_assert_error(error, BASE_ERROR, ERR_REPOSITORY);
		g_assert_nonnull(strstr(error->message, *oid));
	}
	g_assert_true(git_repo_has_object(made.repo, tree));
	g_assert_false(git_repo_has_object(made.repo, module));
	g_assert_false(git_repo_has_object(made.repo, "main"));
}

/* What is written to memory is there for us, and nowhere else. */
static void test_in_memory(void)
{
	g_auto(Throwaway) made = {0};
	g_autoptr(GitRepo) other = NULL;
	g_autoptr(GBytes) read = NULL;
	g_autofree char *oid = NULL;

	throwaway_init(&made);
	g_assert_true(git_repo_write_in_memory(made.repo, NULL));
	oid = git_repo_write_blob(made.repo, "x\n", 2, NULL);
	read = git_repo_blob(made.repo, oid, NULL);
	g_assert_nonnull(read);
	other = throwaway_open();
	g_assert_false(git_repo_has_object(other, oid));
}

int main(int argc, char **argv)
{
	throwaway_environment();
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/git/path/what is there and what is not", test_path);
	g_test_add_func("/git/path/a lost tree is an error", test_path_unreadable);
	g_test_add_func("/git/tree/written and listed in tree order", test_round_trip);
	g_test_add_func("/git/tree/a folder is listed", test_list_folder);
	g_test_add_func("/git/tree/the empty tree", test_empty_tree);
	g_test_add_func("/git/tree/joined from trees", test_join);
	g_test_add_func("/git/blob/hashed, written and read as git does", test_blobs);
	g_test_add_func("/git/blob/what is none", test_no_blob);
	g_test_add_func("/git/blob/in memory only", test_in_memory);
	return g_test_run();
}
