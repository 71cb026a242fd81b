/* Opening repositories of every kind, and their settings. */
#include "place.h"

/* ---- what cannot be opened ---- */

static const struct {
	const char *script, *message, *hint;
} unopened[] = {
	{"true", "there is no git repository here",
	 "change into a repository, or make one: git init"},
	{"git init -q; rm .git/HEAD", "there is no git repository here",
	 "change into a repository, or make one: git init"},
	{"git init -q; chown -R nobody .",
	 "git does not trust this repository: it belongs to somebody else",
	 "git config --global --add safe.directory FOLDER, if you trust it"},
	{"git init -q --object-format=sha256", NULL,
	 "use a clone with --object-format=sha1 for deployments"},
	{"git init -q; git config core.repositoryFormatVersion 1; git config extensions.unheard "
	 "true",
	 "there is no git repository here", "change into a repository, or make one: git init"},
};

static void test_unopened(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(unopened); i++) {
		g_autoptr(FileTemporary) folder G_GNUC_UNUSED = NULL;
		g_autoptr(GError) error = NULL;

		/* Only root can give a folder away. */
		if (strstr(unopened[i].script, "chown") && getuid() != 0)
			continue;
		folder = place_make(unopened[i].script);
		g_test_message("%s", unopened[i].script);
		g_assert_null(git_repo_open(&error));
		g_assert_error(error, BASE_ERROR, ERR_REPOSITORY);
		if (unopened[i].message)
			g_assert_cmpstr(error->message, ==, unopened[i].message);
		else
			g_assert_nonnull(strstr(error->message, "has sha256 objects"));
		g_assert_cmpstr(error_get_hint(error), ==, unopened[i].hint);
	}
}

static void test_trusted(void)
{
	g_autoptr(FileTemporary) folder G_GNUC_UNUSED = NULL;

	if (getuid() != 0) {
		g_test_skip("only root can give a folder away");
		return;
	}
	folder = place_make(
		"git init -q; chown -R nobody .; git config --global --add safe.directory '*'");
	git_repo_free(place_open());
	git_repo_free(NULL);
}

/* ---- places ---- */

static const struct {
	const char *name, *script;
	const char *below;                       /* where it is opened */
	const char *dir, *common_dir, *work_dir; /* below the place */
	bool bare;
} kinds[] = {
	{"plain", "git init -q", ".", ".git", ".git", "", false},
	{"sub folder", "git init -q; mkdir -p a/b", "a/b", ".git", ".git", "", false},
	{"bare", "git init -q --bare", ".", "", "", NULL, true},
	{"inside .git", "git init -q", ".git", ".git", ".git", "", false},
	{"worktree", "git init -q; git commit -qm a --allow-empty; git worktree add -q w", "w",
	 ".git/worktrees/w", ".git", "w", false},
	{"separate", "git init -q --separate-git-dir=g w", "w", "g", "g", "w", false},
};

static char *below(const char *base, const char *name)
{
	return name && *name ? g_build_filename(base, name, NULL) : g_strdup(name ? base : NULL);
}

static void test_places(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(kinds); i++) {
		g_autoptr(FileTemporary) folder G_GNUC_UNUSED = place_make(kinds[i].script);
		g_autofree char *base = g_get_current_dir();
		g_autofree char *dir = below(base, kinds[i].dir);
		g_autofree char *common = below(base, kinds[i].common_dir);
		g_autofree char *work = below(base, kinds[i].work_dir);
		g_autoptr(GitRepo) repo = NULL;

		g_test_message("%s", kinds[i].name);
		g_assert_cmpint(chdir(kinds[i].below), ==, 0);
		repo = place_open();
		g_assert_cmpstr(git_repo_dir(repo), ==, dir);
		g_assert_cmpstr(git_repo_common_dir(repo), ==, common);
		g_assert_cmpstr(git_repo_work_dir(repo), ==, work);
		g_assert_cmpint(git_repo_is_bare(repo), ==, kinds[i].bare);
		g_assert_false(git_repo_is_shallow(repo));
	}
}

static void test_environment(void)
{
	g_autoptr(FileTemporary) folder G_GNUC_UNUSED =
		place_make("git init -q one; git init -q two");
	g_autofree char *base = g_get_current_dir();
	g_autofree char *dir = g_build_filename(base, "two", ".git", NULL);
	g_autoptr(GitRepo) repo = NULL;

	g_assert_cmpint(chdir("one"), ==, 0);
	g_setenv("GIT_DIR", dir, TRUE);
	repo = place_open();
	g_unsetenv("GIT_DIR");
	g_assert_cmpstr(git_repo_dir(repo), ==, dir);
}

static void test_shallow(void)
{
	g_autoptr(FileTemporary) folder G_GNUC_UNUSED = place_make(
		"git init -q a; cd a; for i in 1 2 3; do git commit -qm $i --allow-empty; done;"
		"git clone -q --depth=2 \"file://$PWD\" ../b");
	g_autoptr(GitRepo) repo = NULL;

	g_assert_cmpint(chdir("b"), ==, 0);
	repo = place_open();
	g_assert_true(git_repo_is_shallow(repo));
}

/* ---- branches ---- */

static void test_branch(void)
{
	static const struct {
		const char *script, *branch;
	} cases[] = {
		{"git init -q", "main"},
		{"git init -q -b a/b", "a/b"},
		{"git init -q; git commit -qm a --allow-empty", "main"},
		{"git init -q; git commit -qm a --allow-empty; git pack-refs --all", "main"},
		{"git init -q; git commit -qm a --allow-empty; git checkout -q --detach", NULL}};

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(FileTemporary) folder G_GNUC_UNUSED = place_make(cases[i].script);
		g_autoptr(GitRepo) repo = place_open();
		g_autofree char *branch = git_repo_branch(repo);

		g_test_message("%s", cases[i].script);
		g_assert_cmpstr(branch, ==, cases[i].branch);
	}
}

/* ---- settings ---- */

static const char settings_script[] =
	"git init -q; git config a.key one; git config --add a.key two; git config a.Sub.Key sub;"
	"git config a.sub.key small; printf '[a]\\n\\tflag\\n\\tempty =\\n' >>.git/config;"
	"git config a.lines \"$(printf 'x\\ny')\"; git config --global b.key home;"
	"git config c.key repo; git config --global c.key home";

static void test_config(void)
{
	static const char *const cases[][2] = {
		{"a.key", "two"},     {"A.KEY", "two"},       {"a.Sub.key", "sub"},
		{"a.Sub.KEY", "sub"}, {"a.sub.key", "small"}, {"a.SUB.key", NULL},
		{"a.flag", "true"},   {"a.empty", ""},        {"a.lines", "x\ny"},
		{"b.key", "home"},    {"c.key", "repo"},      {"a.none", NULL},
		{"nothing", NULL},
	};
	g_autoptr(FileTemporary) folder G_GNUC_UNUSED = place_make(settings_script);
	g_autoptr(GitRepo) repo = place_open();

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_test_message("%s", cases[i][0]);
		g_assert_cmpstr(git_repo_config(repo, cases[i][0]), ==, cases[i][1]);
	}
}

static void test_config_command_line(void)
{
	g_autoptr(FileTemporary) folder G_GNUC_UNUSED =
		place_make("git init -q; git config a.key file");
	g_autoptr(GitRepo) repo = NULL;

	g_setenv("GIT_CONFIG_COUNT", "1", TRUE);
	g_setenv("GIT_CONFIG_KEY_0", "a.key", TRUE);
	g_setenv("GIT_CONFIG_VALUE_0", "given", TRUE);
	repo = place_open();
	g_assert_cmpstr(git_repo_config(repo, "a.key"), ==, "given");
	g_assert_false(git_repo_config_is_tracked(repo, "a.key"));
	g_unsetenv("GIT_CONFIG_COUNT");
}

static void test_config_bool(void)
{
	static const struct {
		const char *value;
		bool with_false, with_true;
	} cases[] = {
		{"true", true, true}, {"Yes", true, true},    {"on", true, true},
		{"1", true, true},    {"2", true, true},      {"false", false, false},
		{"NO", false, false}, {"off", false, false},  {"0", false, false},
		{"", false, false},   {"maybe", false, true},
	};
	g_autoptr(FileTemporary) folder G_GNUC_UNUSED = place_make("git init -q");

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *script = g_strdup_printf("git config x.y '%s'", cases[i].value);
		g_autoptr(GitRepo) repo = NULL;

		run(script);
		repo = place_open();
		g_test_message("'%s'", cases[i].value);
		g_assert_cmpint(git_repo_config_bool(repo, "x.y", false), ==, cases[i].with_false);
		g_assert_cmpint(git_repo_config_bool(repo, "x.y", true), ==, cases[i].with_true);
		g_assert_false(git_repo_config_bool(repo, "x.unset", false));
		g_assert_true(git_repo_config_bool(repo, "x.unset", true));
	}
}

static void test_config_tracked(void)
{
	static const struct {
		const char *script;
		bool tracked;
	} cases[] = {
		{"git config a.key x", false},
		{"git config --global a.key x", false},
		{"git config include.path ../shared; git config -f shared a.key x", true},
		{"git config include.path ../shared; git config -f shared a.key x; git config "
		 "a.key own",
		 false},
		{"mkdir sub; git config include.path ../sub/../shared; git config -f shared a.key "
		 "x",
		 true},
		{"git config include.path more; git config -f .git/more a.key x", false},
		{"git config include.path \"$HOME/out\"; git config -f \"$HOME/out\" a.key x",
		 false},
		{"true", false},
	};

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(FileTemporary) folder G_GNUC_UNUSED = place_make("git init -q");
		g_autoptr(GitRepo) repo = NULL;

		run(cases[i].script);
		repo = place_open();
		g_test_message("%s", cases[i].script);
		g_assert_cmpint(git_repo_config_is_tracked(repo, "a.key"), ==, cases[i].tracked);
	}
}

/* ---- asking git ---- */

static void test_run(void)
{
	static const char *const good[] = {"rev-parse", "--is-bare-repository", NULL};
	static const char *const bad[] = {"--no-pager", "-C",      ".", "cat-file",
					  "-e",         "nothing", NULL};
	static const char *const bytes[] = {"config", "-z", "a.key", NULL};
	g_autoptr(FileTemporary) folder G_GNUC_UNUSED =
		place_make("git init -q; git config a.key v");
	g_autoptr(GitRepo) repo = place_open();
	g_autoptr(GError) error = NULL;
	g_autofree char *said = git_repo_run(repo, good, &error);
	g_autoptr(GBytes) raw = git_repo_run_bytes(repo, bytes, &error);

	g_assert_no_error(error);
	g_assert_cmpstr(said, ==, "false\n");
	g_assert_cmpuint(g_bytes_get_size(raw), ==, 2);
	g_assert_cmpstr(g_bytes_get_data(raw, NULL), ==, "v");
	g_assert_null(git_repo_run(repo, bad, &error));
	g_assert_nonnull(error_get_detail(error));
	g_assert_nonnull(strstr(error_get_detail(error), "nothing"));
	assert_refused(&error, ERR_REPOSITORY, "'git cat-file' failed", NULL);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/git/repo/what cannot be opened, and what to do", test_unopened);
	g_test_add_func("/git/repo/a stranger's folder that git trusts is opened", test_trusted);
	g_test_add_func("/git/repo/places of every kind of repository", test_places);
	g_test_add_func("/git/repo/git's environment names it", test_environment);
	g_test_add_func("/git/repo/a clone with --depth is shallow", test_shallow);
	g_test_add_func("/git/repo/the branch, also before its first commit", test_branch);
	g_test_add_func("/git/config/the last value counts, subsections keep their case",
			test_config);
	g_test_add_func("/git/config/what the command line says goes first",
			test_config_command_line);
	g_test_add_func("/git/config/booleans as git reads them", test_config_bool);
	g_test_add_func("/git/config/files of the work tree are told apart", test_config_tracked);
	g_test_add_func("/git/run/output, bytes and failure", test_run);
	return g_test_run();
}
