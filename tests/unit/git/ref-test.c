/* Refs and revisions: what is there, what is not, what cannot be read; and a ref moves only from
 * where its mover saw it. */
#include "git/repo.h"

#include <string.h>

#include "throwaway.h"

enum { CREATED = 1000 };

/* ---- reading refs ---- */

static void assert_ref(GitRepo *repo, const char *ref, const char *expected)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *found = git_ref_find(repo, ref);
	char *oid = (char[]){"untouched"};

	g_assert_true(git_ref_read(repo, ref, &oid, &error));
	g_assert_no_error(error);
	g_assert_cmpstr(oid, ==, expected);
	g_assert_cmpstr(found, ==, expected);
	g_free(oid);
}

static void test_ref_read(void)
{
	static const struct {
		const char *ref, *revision; /* NULL: there is no such ref */
	} cases[] = {{"refs/heads/main", "main"},       {"HEAD", "main"},
		     {"refs/tags/light", "main"},       {"refs/tags/heavy", "heavy"},
		     {"refs/notes/blob", "main:a.txt"}, {"refs/heads/absent", NULL},
		     {"refs/heads/main/below", NULL},   {"refs/heads", NULL}};
	g_auto(Throwaway) made = {0};

	throwaway_init_filled(&made);
	throwaway_do("tag|light");
	throwaway_do("tag|-a|-m|x|heavy");
	throwaway_do("update-ref|refs/notes/blob|main:a.txt");
	for (guint packed = 0; packed < 2; packed++) {
		for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
			g_autofree char *line = g_strconcat("rev-parse|", cases[i].revision, NULL);
			g_autofree char *oid = cases[i].revision ? throwaway_git(line) : NULL;

			g_test_message("%s", cases[i].ref);
			assert_ref(made.repo, cases[i].ref, oid);
		}
		throwaway_do("pack-refs|--all");
	}
}

static void test_ref_unreadable(void)
{
	static const char *const refs[] = {"refs/heads/broken", "refs/heads/a..b", "refs/heads/"};
	g_auto(Throwaway) made = {0};

	throwaway_init_filled(&made);
	throwaway_write(".git/refs/heads/broken", "no id\n");
	for (guint i = 0; i < G_N_ELEMENTS(refs); i++) {
		g_autofree char *words = g_strdup_printf("cannot read ref '%s'", refs[i]);
		g_autoptr(GError) error = NULL;
		char *oid = NULL;

		g_assert_false(git_ref_read(made.repo, refs[i], &oid, &error));
		g_assert_error(error, BASE_ERROR, ERR_REPOSITORY);
		g_assert_cmpstr(error->message, ==, words);
		g_assert_null(oid);
		g_assert_null(git_ref_find(made.repo, refs[i]));
	}
}

/* ---- moving refs ---- */

/* Who moves refs/x/y from where to where: the two commits, '-' for none. */
static void test_ref_move(void)
{
	static const struct {
		char from, to;
		bool moved;
		char then;
	} steps[] = {{'1', '2', false, '-'}, {'-', '1', true, '1'},  {'-', '2', false, '1'},
		     {'-', '1', false, '1'}, {'2', '1', false, '1'}, {'1', '2', true, '2'},
		     {'1', '2', false, '2'}, {'2', '2', true, '2'},  {'2', '1', true, '1'}};
	g_auto(Throwaway) made = {0};
	g_autofree char *one = NULL, *two = NULL;

	throwaway_init_filled(&made);
	throwaway_do("commit|-q|--allow-empty|-m|second");
	one = throwaway_git("rev-parse|main~");
	two = throwaway_git("rev-parse|main");
	for (guint i = 0; i < G_N_ELEMENTS(steps); i++) {
		const char *from = steps[i].from == '-' ? NULL : steps[i].from == '1' ? one : two;
		const char *then = steps[i].then == '-' ? NULL : steps[i].then == '1' ? one : two;
		g_autoptr(GError) error = NULL;
		bool moved = !steps[i].moved;

		g_test_message("step %u", i);
		g_assert_true(git_ref_move(made.repo, "refs/x/y", steps[i].to == '1' ? one : two,
					   from, "why", &moved, &error));
		g_assert_no_error(error);
		g_assert_cmpint(moved, ==, steps[i].moved);
		assert_ref(made.repo, "refs/x/y", then);
	}
}

/* Another process holds the lock, or was faster after we looked. */
static void test_ref_raced(void)
{
	g_auto(Throwaway) made = {0};
	g_autofree char *one = NULL, *two = NULL;
	g_autoptr(GError) error = NULL;
	bool moved = true;

	throwaway_init_filled(&made);
	throwaway_do("commit|-q|--allow-empty|-m|second");
	one = throwaway_git("rev-parse|main~");
	two = throwaway_git("rev-parse|main");
	throwaway_do("update-ref|refs/x/y|main~");
	assert_ref(made.repo, "refs/x/y", one);
	throwaway_write(".git/refs/x/y.lock", "");
	g_assert_true(git_ref_move(made.repo, "refs/x/y", two, one, "why", &moved, &error));
	g_assert_no_error(error);
	g_assert_false(moved);
	g_assert_cmpint(unlink(".git/refs/x/y.lock"), ==, 0);
	throwaway_do("update-ref|refs/x/y|main");
	g_assert_true(git_ref_move(made.repo, "refs/x/y", two, one, "why", &moved, &error));
	g_assert_no_error(error);
	g_assert_false(moved);
	assert_ref(made.repo, "refs/x/y", two);
}

/* Each thread with a handle of its own tries to make every ref; how many it made. */
static gpointer create_all(gpointer target)
{
	g_autoptr(GitRepo) repo = throwaway_open();
	guint made = 0;

	for (guint i = 0; i < CREATED; i++) {
		g_autofree char *ref = g_strdup_printf("refs/at-once/%u", i);
		g_autoptr(GError) error = NULL;
		bool moved = false;

		git_ref_move(repo, ref, target, NULL, "made", &moved, &error);
		g_assert_no_error(error);
		made += moved;
	}
	return GUINT_TO_POINTER(made);
}

/* Of many who create a ref at once one does, and no more: none is overwritten. */
static void test_ref_created_at_once(void)
{
	g_auto(Throwaway) made = {0};
	GThread *threads[4];
	guint sum = 0;

	throwaway_init_filled(&made);
	g_autofree char *head = throwaway_git("rev-parse|HEAD");
	for (guint i = 0; i < G_N_ELEMENTS(threads); i++)
		threads[i] = g_thread_new("creator", create_all, head);
	for (guint i = 0; i < G_N_ELEMENTS(threads); i++)
		sum += GPOINTER_TO_UINT(g_thread_join(threads[i]));
	g_assert_cmpuint(sum, ==, CREATED);
}

static void test_ref_move_refused(void)
{
	static const char nobody[] = "1111111111111111111111111111111111111111";
	static const struct {
		const char *ref, *to, *from, *message;
	} cases[] = {{"refs/x/y", "12ab", NULL, "'12ab' is no object id"},
		     {"refs/x/y", "", NULL, "'' is no object id"},
		     {"refs/x/y", "main", NULL, "'main' is no object id"},
		     {"refs/x/y", NULL, "12ab", "'12ab' is no object id"},
		     {"refs/x/y", nobody, NULL, "cannot move ref 'refs/x/y'"},
		     {"refs/x..y", NULL, NULL, "cannot move ref 'refs/x..y'"},
		     {"refs/heads/main/x", NULL, NULL, "cannot move ref 'refs/heads/main/x'"}};
	g_auto(Throwaway) made = {0};
	g_autofree char *head = NULL;

	throwaway_init_filled(&made);
	head = throwaway_git("rev-parse|main");
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;
		bool moved = true;

		g_test_message("%s", cases[i].message);
		g_assert_false(git_ref_move(made.repo, cases[i].ref,
					    cases[i].to ? cases[i].to : head, cases[i].from, "why",
					    &moved, &error));
		g_assert_error(error, BASE_ERROR, ERR_REPOSITORY);
		g_assert_cmpstr(error->message, ==, cases[i].message);
		g_assert_false(moved);
	}
	assert_ref(made.repo, "refs/x/y", NULL);
}

static void test_ref_list(void)
{
	g_auto(Throwaway) made = {0};
	g_autoptr(GError) error = NULL;
	g_auto(GStrv) some = NULL, none = NULL;
	g_autofree char *names = NULL;

	throwaway_init_filled(&made);
	throwaway_do("update-ref|refs/x/b|main");
	throwaway_do("update-ref|refs/x/a/c|main");
	throwaway_do("update-ref|refs/xx/a|main");
	some = git_ref_list(made.repo, "refs/x/", &error);
	g_assert_no_error(error);
	names = g_strjoinv(" ", some);
	g_assert_cmpstr(names, ==, "refs/x/a/c refs/x/b");
	none = git_ref_list(made.repo, "refs/absent/", &error);
	g_assert_no_error(error);
	g_assert_cmpuint(g_strv_length(none), ==, 0);
}

static void test_branch(void)
{
	g_auto(Throwaway) made = {0};
	g_autofree char *unborn = NULL, *deep = NULL;

	throwaway_init(&made);
	unborn = git_repo_branch(made.repo);
	g_assert_cmpstr(unborn, ==, "main");
	throwaway_do("commit|-q|--allow-empty|-m|x");
	throwaway_do("checkout|-q|-b|a/b");
	deep = git_repo_branch(made.repo);
	g_assert_cmpstr(deep, ==, "a/b");
	throwaway_do("checkout|-q|--detach");
	g_assert_null(git_repo_branch(made.repo));
}

/* ---- revisions ---- */

static void assert_no_commit(GitRepo *repo, const char *revision, const char *message,
			     const char *hint)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GError) other = NULL;

	g_test_message("%s", revision);
	g_assert_null(git_repo_find_commit(repo, revision));
	g_assert_null(git_repo_resolve(repo, revision, &error));
	g_assert_error(error, BASE_ERROR, ERR_REPOSITORY);
	g_assert_cmpstr(error->message, ==, message);
	g_assert_cmpstr(error_get_hint(error), ==, hint);
	g_assert_null(git_repo_commit(repo, revision, &other));
	g_assert_cmpstr(other->message, ==, message);
}

static void test_resolve(void)
{
	static const char *const first[] = {"main~", "HEAD~1", "heavy",      "refs/tags/heavy",
					    "twice", "HEAD^",  "heavy^{}^0", ":/first"};
	static const char *const nothing[] = {
		"nonsense",   "main~2",
		"main:a.txt", "main^{tree}",
		"blob",       "",
		"main^2",     "main:absent",
		"refs/heads", ("1111111111111111111111111111111111111111")};
	g_auto(Throwaway) made = {0};
	g_autofree char *oid = NULL;

	throwaway_init_filled(&made);
	throwaway_do("tag|-a|-m|x|heavy");
	throwaway_do("tag|-a|-m|x|twice|heavy");
	throwaway_do("tag|-a|-m|x|blob|main:a.txt");
	throwaway_do("commit|-q|--allow-empty|-m|second");
	oid = throwaway_git("rev-parse|main~");
	for (guint i = 0; i < G_N_ELEMENTS(first); i++) {
		g_autofree char *found = git_repo_find_commit(made.repo, first[i]);
		g_autofree char *resolved = git_repo_resolve(made.repo, first[i], NULL);

		g_test_message("%s", first[i]);
		g_assert_cmpstr(found, ==, oid);
		g_assert_cmpstr(resolved, ==, oid);
	}
	for (guint i = 0; i < G_N_ELEMENTS(nothing); i++) {
		g_autofree char *message =
			g_strdup_printf("'%s' names no commit in this repository", nothing[i]);
		assert_no_commit(made.repo, nothing[i], message,
				 "fetch it first: git fetch --tags");
	}
}

static void test_unborn(void)
{
	g_auto(Throwaway) made = {0};

	throwaway_init(&made);
	assert_no_commit(made.repo, "HEAD", "the current branch has no commit yet",
			 "commit your migrations: git add db && git commit");
	assert_ref(made.repo, "HEAD", NULL);
}

static void test_commit(void)
{
	g_auto(Throwaway) made = {0};
	g_autoptr(GitRevision) found = NULL;
	g_autofree char *oid = NULL, *tree = NULL, *message = NULL;

	throwaway_init_filled(&made);
	throwaway_do("tag|-a|-m|x|heavy");
	oid = throwaway_git("rev-parse|main");
	tree = throwaway_git("rev-parse|main^{tree}");
	found = git_repo_commit(made.repo, "heavy", NULL);
	g_assert_nonnull(found);
	g_assert_cmpstr(found->oid, ==, oid);
	g_assert_cmpstr(found->tree, ==, tree);
	g_assert_cmpstr(found->author, ==, "Ann");
	g_assert_cmpstr(found->email, ==, "ann@example.org");
	g_assert_cmpint(found->time, ==, 1000000000);
	g_assert_cmpstr(found->subject, ==, "first");
	message = git_repo_commit_message(made.repo, oid, NULL);
	g_assert_cmpstr(message, ==, "first\n\nwith a body\n");
}

int main(int argc, char **argv)
{
	throwaway_environment();
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/git/ref/what is there is read, what is not is none", test_ref_read);
	g_test_add_func("/git/ref/what cannot be read is an error", test_ref_unreadable);
	g_test_add_func("/git/ref/moves only from where it stands", test_ref_move);
	g_test_add_func("/git/ref/another process was faster", test_ref_raced);
	g_test_add_func("/git/ref/created by one of many at once", test_ref_created_at_once);
	g_test_add_func("/git/ref/no move to or from nonsense", test_ref_move_refused);
	g_test_add_func("/git/ref/a prefix is listed", test_ref_list);
	g_test_add_func("/git/branch/attached, unborn, detached", test_branch);
	g_test_add_func("/git/revision/names of commits, tags peeled", test_resolve);
	g_test_add_func("/git/revision/a branch without a commit", test_unborn);
	g_test_add_func("/git/revision/all of a commit", test_commit);
	return g_test_run();
}
