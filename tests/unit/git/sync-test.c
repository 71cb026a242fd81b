/*
 * Remotes: which one ledgers travel by, what is fetched, and a push that is taken, behind or
 * refused.
 */
#include "git/sync.h"

#include <glib/gstdio.h>
#include <string.h>

#include "throwaway.h"

/* A filled repository whose remote `origin` is a bare clone of it; the remote's folder. */
static char *init_with_remote(Throwaway *made)
{
	char *remote;

	throwaway_init_filled(made);
	remote = g_build_filename(made->folder, "remote.git", NULL);
	g_autofree char *line = g_strdup_printf("clone|-q|--bare|.|%s", remote);
	g_autofree char *add = g_strdup_printf("remote|add|origin|%s", remote);
	throwaway_do(line);
	throwaway_do(add);
	return remote;
}

static char *in_remote(const char *remote, const char *words)
{
	g_autofree char *line = g_strdup_printf("--git-dir=%s|%s", remote, words);

	return throwaway_git(line);
}

/* The remote of the repository as it is configured now. */
static void assert_remote(const char *expected)
{
	g_autoptr(GitRepo) repo = throwaway_open();
	g_autofree char *remote = git_sync_remote(repo);

	g_assert_cmpstr(remote, ==, expected);
}

static void test_remote(void)
{
	g_auto(Throwaway) made = {0};

	throwaway_init_filled(&made);
	assert_remote(NULL);
	throwaway_do("remote|add|one|/nowhere/1");
	assert_remote("one");
	throwaway_do("remote|add|two|/nowhere/2");
	assert_remote(NULL);
	throwaway_do("remote|add|origin|/nowhere/3");
	assert_remote("origin");
	throwaway_do("config|branch.main.remote|two");
	assert_remote("two");
	/* The branch tracks one of this very repository. */
	throwaway_do("config|branch.main.remote|.");
	assert_remote("origin");
	throwaway_do("config|branch.main.remote|two");
	throwaway_do("checkout|-q|--detach");
	assert_remote("origin");
	throwaway_do("config|migrate.remote|one");
	assert_remote("one");
	/* Empty means: by none. */
	throwaway_do("config|migrate.remote|");
	assert_remote(NULL);
}

static void test_fetch(void)
{
	static const char *const notes[] = {"+refs/notes/x/*:refs/fetched/x/*", NULL};
	static const char *const absent[] = {"refs/notes/none:refs/fetched/none", NULL};
	g_auto(Throwaway) made = {0};
	g_autoptr(GError) error = NULL;
	g_autofree char *remote = init_with_remote(&made);

	/* A pattern that matches nothing is fine. */
	g_assert_true(git_sync_fetch(made.repo, "origin", notes, &error));
	g_assert_no_error(error);
	g_free(in_remote(remote, "update-ref|refs/notes/x/a|main"));
	g_free(in_remote(remote, "tag|v1|main"));
	g_assert_true(git_sync_fetch(made.repo, "origin", notes, &error));
	g_autofree char *fetched =
		throwaway_git("for-each-ref|--format=%(refname)|refs/fetched|refs/tags");
	g_assert_cmpstr(fetched, ==, "refs/fetched/x/a");
	g_assert_false(g_file_test(".git/FETCH_HEAD", G_FILE_TEST_EXISTS));
	g_assert_false(git_sync_fetch(made.repo, "origin", absent, &error));
	g_assert_error(error, BASE_ERROR, ERR_REPOSITORY);
	g_assert_cmpstr(error->message, ==, "git cannot fetch from 'origin'");
	g_assert_nonnull(strstr(error_get_detail(error), "refs/notes/none"));
	g_clear_error(&error);
	g_assert_false(git_sync_fetch(made.repo, "/nowhere at all", notes, &error));
	g_assert_cmpstr(error->message, ==, "git cannot fetch from '/nowhere at all'");
}

static void assert_push(GitRepo *repo, const char *remote, const char *refspec,
			GitSyncOutcome outcome, const char *message)
{
	const char *const refspecs[] = {refspec, NULL};
	g_autoptr(GError) error = NULL;

	g_assert_cmpint(git_sync_push(repo, remote, refspecs, &error), ==, outcome);
	g_assert_cmpstr(error ? error->message : NULL, ==, message);
}

static void test_push(void)
{
	g_auto(Throwaway) made = {0};
	g_autofree char *remote = init_with_remote(&made);

	throwaway_do("update-ref|refs/notes/x|main");
	assert_push(made.repo, "origin", "refs/notes/x", GIT_SYNC_DONE, NULL);
	assert_push(made.repo, "origin", "refs/notes/x", GIT_SYNC_DONE, NULL);
	/* The remote has what we have not. */
	throwaway_do("commit|-q|--allow-empty|-m|ours");
	g_autofree char *theirs = throwaway_git("commit-tree|-p|HEAD~1|-m|theirs|HEAD^{tree}");
	g_autofree char *send = g_strdup_printf("push|-q|origin|%s:refs/notes/x", theirs);
	throwaway_do(send);
	throwaway_do("update-ref|refs/notes/x|HEAD");
	assert_push(made.repo, "origin", "refs/notes/x", GIT_SYNC_BEHIND, NULL);
	g_autofree char *stands = in_remote(remote, "rev-parse|refs/notes/x");
	g_assert_cmpstr(stands, ==, theirs);
	assert_push(made.repo, "origin", "refs/notes/none", GIT_SYNC_FAILED,
		    "git cannot push to 'origin'");
	assert_push(made.repo, "/nowhere at all", "refs/notes/x", GIT_SYNC_FAILED,
		    "git cannot push to '/nowhere at all'");
}

/* A lock of somebody else in the remote is no refusal: it is busy. A hook's no is one, whatever
 * the hook prints. */
static void test_push_refused(void)
{
	static const char hook[] =
		"#!/bin/sh\nprintf '!\\trefs/x:refs/x\\t[rejected] (fetch first)\\n'\nexit 1\n";
	g_auto(Throwaway) made = {0};
	g_autofree char *remote = init_with_remote(&made);
	g_autofree char *lock = g_build_filename(remote, "refs", "notes", "x.lock", NULL);
	g_autofree char *script = g_build_filename(remote, "hooks", "pre-receive", NULL);

	throwaway_do("update-ref|refs/notes/x|main");
	throwaway_write(lock, "");
	assert_push(made.repo, "origin", "refs/notes/x", GIT_SYNC_BEHIND, NULL);
	g_assert_cmpint(g_unlink(lock), ==, 0);
	throwaway_write(script, hook);
	g_assert_cmpint(g_chmod(script, 0755), ==, 0);
	assert_push(made.repo, "origin", "refs/notes/x", GIT_SYNC_FAILED,
		    "git cannot push to 'origin'");
	g_assert_cmpint(g_unlink(script), ==, 0);
	/* A pre-push hook of our own is not asked. */
	throwaway_write(".git/hooks/pre-push", "#!/bin/sh\nexit 1\n");
	g_assert_cmpint(g_chmod(".git/hooks/pre-push", 0755), ==, 0);
	assert_push(made.repo, "origin", "refs/notes/x", GIT_SYNC_DONE, NULL);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	throwaway_environment();
	g_test_add_func("/git/sync/the remote that ledgers travel by", test_remote);
	g_test_add_func("/git/sync/fetched into our own names", test_fetch);
	g_test_add_func("/git/sync/pushed, or behind", test_push);
	g_test_add_func("/git/sync/busy and refused", test_push_refused);
	return g_test_run();
}
