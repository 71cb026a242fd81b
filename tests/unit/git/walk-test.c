/* Walks through history: when a path landed, which commits changed it, who wrote it; and what a
 * shallow clone cannot tell. */
#include "git/walk.h"

#include "git/tag.h"
#include "place.h"

/* `add FILE` commits a new file, `say WORDS` commits nothing; each commit is a minute later. */
#define WORDS                                                                                      \
	"n=1000000000; tick() { n=$((n + 60)); export GIT_AUTHOR_DATE=\"@$n +0000\""               \
	" GIT_COMMITTER_DATE=\"@$n +0000\"; };"                                                    \
	"add() { tick; mkdir -p db; echo \"$1\" >\"db/$1\"; git add db; git commit -qm \"$1\"; };" \
	"say() { tick; git commit -q --allow-empty -m \"$1\"; };"                                  \
	"join() { tick; git merge -q --no-ff -m \"join $1\" \"$1\"; };"                            \
	"git init -q;"

/* a, then a branch with b and c joined, then d; x was there, went away and came back. */
#define HISTORY                                                                                  \
	WORDS "say root; add a; add x; git checkout -q -b side; add b; add c; git checkout -q "  \
	      "main;"                                                                            \
	      "tick; git rm -q db/x; git commit -qm 'x away'; join side; add d; add x; git tag " \
	      "tip;"

static char *oid_of(const char *revision)
{
	g_autofree char *script = g_strdup_printf("git rev-parse '%s^{commit}'", revision);

	return shell(script);
}

/* ---- landings ---- */

/* "PATH: SUBJECT DISTANCE", or "old" for what was there at the boundary, sorted by path. */
static char *landings(const char *tip, const char *boundary, const char *const *paths,
		      bool *off_chain, GError **error)
{
	g_autoptr(GitRepo) repo = place_open();
	g_autofree char *from = oid_of(tip);
	g_autofree char *to = boundary ? oid_of(boundary) : NULL;
	g_autoptr(GHashTable) found =
		git_walk_landings(repo, from, to, "db", paths, off_chain, error);
	GString *text;

	if (!found)
		return NULL;
	text = g_string_new(NULL);
	for (; *paths; paths++) {
		const GitLanding *landing = g_hash_table_lookup(found, *paths);
		g_autoptr(GitRevision) commit = NULL;

		g_assert_nonnull(landing);
		if (landing->commit)
			commit = git_repo_commit(repo, landing->commit, NULL);
		g_string_append_printf(text, "%s: %s %u; ", *paths,
				       commit ? commit->subject : "old", landing->distance);
	}
	return g_string_free(text, FALSE);
}

static const char *const all_paths[] = {"a", "b", "c", "d", "x", NULL};
static const char *const no_paths[] = {NULL};

static const struct {
	const char *tip, *boundary;
	const char *const *paths;
	const char *found;
	bool off_chain;
} walks[] = {
	{"tip", NULL, all_paths, "a: a 5; b: join side 2; c: join side 2; d: d 1; x: x 0; ", false},
	{"tip", "tip", all_paths, "a: old 0; b: old 0; c: old 0; d: old 0; x: old 0; ", false},
	{"tip", "tip~1", all_paths, "a: old 1; b: old 1; c: old 1; d: old 1; x: x 0; ", false},
	{"tip", "tip~3", all_paths, "a: old 3; b: join side 2; c: join side 2; d: d 1; x: x 0; ",
	 false},
	{"tip", "side", all_paths, "a: old 4; b: join side 2; c: join side 2; d: d 1; x: x 0; ",
	 true},
	{"tip", "tip~6", all_paths, "a: a 5; b: join side 2; c: join side 2; d: d 1; x: x 0; ",
	 false},
	{"side", "tip~3", (const char *const[]){"a", "b", "c", NULL}, "a: old 2; b: b 1; c: c 0; ",
	 true},
	{"side", NULL, (const char *const[]){"x", NULL}, "x: x 2; ", false},
	{"tip", NULL, no_paths, "", false},
};

static void test_landings(void)
{
	g_autoptr(FileTemporary) folder G_GNUC_UNUSED = place_make(HISTORY);

	for (guint i = 0; i < G_N_ELEMENTS(walks); i++) {
		g_autoptr(GError) error = NULL;
		bool off_chain = false;
		g_autofree char *found = landings(walks[i].tip, walks[i].boundary, walks[i].paths,
						  &off_chain, &error);

		g_test_message("%s since %s", walks[i].tip, walks[i].boundary);
		g_assert_no_error(error);
		g_assert_cmpstr(found, ==, walks[i].found);
		g_assert_cmpint(off_chain, ==, walks[i].off_chain);
	}
}

static void test_landings_root(void)
{
	static const char *const paths[] = {"a", NULL};
	g_autoptr(FileTemporary) folder G_GNUC_UNUSED = place_make(WORDS "add a; add b");
	g_autofree char *found = landings("HEAD", NULL, paths, NULL, NULL);

	g_assert_cmpstr(found, ==, "a: a 1; ");
}

static void test_landings_refused(void)
{
	static const char *const paths[] = {"a", NULL};
	g_autoptr(FileTemporary) folder G_GNUC_UNUSED =
		place_make(HISTORY "git checkout -q --orphan other; say other; git tag other");
	g_autoptr(GitRepo) repo = place_open();
	g_autofree char *tip = oid_of("tip");
	g_autofree char *other = oid_of("other");
	g_autofree char *message =
		g_strdup_printf("history was rewritten: the last deployed commit %.12s "
				"has nothing in common with this one",
				other);
	g_autoptr(GError) error = NULL;

	g_assert_null(git_walk_landings(repo, tip, other, "db", paths, NULL, &error));
	assert_refused(&error, ERR_REFUSED, message, "deploy a commit that descends from it");
	g_assert_null(git_walk_landings(repo, "tip", NULL, "db", paths, NULL, &error));
	assert_refused(&error, ERR_REPOSITORY, "'tip' is no object id", NULL);
	g_assert_null(git_walk_landings(repo, "0123456789012345678901234567890123456789", NULL,
					"db", paths, NULL, &error));
	assert_refused(&error, ERR_REPOSITORY,
		       "cannot read commit 0123456789012345678901234567890123456789", NULL);
}

/* ---- shallow clones ---- */

#define UNSHALLOW "git fetch --unshallow (in CI: fetch-depth: 0)"

static const char shallow_script[] = HISTORY "git clone -q --depth=3 --no-single-branch "
					     "\"file://$PWD\" ../s; cd ../s; git checkout -q tip";

static void test_shallow_landings(void)
{
	static const char *const near[] = {"d", "x", NULL};
	g_autoptr(FileTemporary) folder G_GNUC_UNUSED = place_make(shallow_script);
	g_autoptr(GError) error = NULL;
	g_autofree char *found = NULL;

	g_assert_cmpint(chdir("../s"), ==, 0);
	found = landings("tip", NULL, near, NULL, &error);
	g_assert_no_error(error);
	g_assert_cmpstr(found, ==, "d: d 1; x: x 0; ");
	g_free(found);
	found = landings("tip", "tip~2", all_paths, NULL, &error);
	g_assert_no_error(error);
	g_assert_cmpstr(found, ==, "a: old 2; b: old 2; c: old 2; d: d 1; x: x 0; ");
	g_assert_null(landings("tip", NULL, all_paths, NULL, &error));
	assert_refused(&error, ERR_REPOSITORY,
		       "this shallow clone hides when migrations landed, and who wrote them",
		       UNSHALLOW);
}

/* The boundary was merged: the walk ends where its branch began, before the history is cut off. */
static void test_shallow_branch(void)
{
	g_autoptr(FileTemporary) folder G_GNUC_UNUSED =
		place_make(HISTORY "git clone -q --depth=6 \"file://$PWD\" ../s; cd ../s;"
				   "git tag -f tip; git branch side tip~2^2");
	g_autoptr(GError) error = NULL;
	g_autofree char *found = NULL;
	bool off_chain = false;

	g_assert_cmpint(chdir("../s"), ==, 0);
	run("test $(git rev-list --count --first-parent tip) = 6");
	found = landings("tip", "side", all_paths, &off_chain, &error);
	g_assert_no_error(error);
	g_assert_cmpstr(found, ==, "a: old 4; b: join side 2; c: join side 2; d: d 1; x: x 0; ");
	g_assert_true(off_chain);
}

static void test_shallow_relations(void)
{
	static const char *const paths[] = {"db/a", NULL};
	g_autoptr(FileTemporary) folder G_GNUC_UNUSED = place_make(shallow_script);
	g_autoptr(GitRepo) repo = NULL;
	g_autofree char *tip = oid_of("tip");
	g_autofree char *before = oid_of("tip~1");
	g_autofree char *old = oid_of("tip~5");
	g_autoptr(GError) error = NULL;
	guint ahead = 7, behind = 7;
	bool is_in = false;

	g_assert_cmpint(chdir("../s"), ==, 0);
	repo = place_open();
	g_assert_false(git_repo_ahead_behind(repo, tip, old, &ahead, &behind, &error));
	g_clear_error(&error);
	g_assert_cmpuint(ahead, ==, 7);
	g_assert_cmpuint(behind, ==, 7);
	g_assert_true(git_repo_ahead_behind(repo, before, tip, &ahead, &behind, &error));
	g_assert_no_error(error);
	g_assert_cmpuint(ahead, ==, 0);
	g_assert_cmpuint(behind, ==, 1);
	g_assert_true(git_commit_is_in(repo, before, tip, &is_in, &error));
	g_assert_true(is_in);
	g_assert_false(git_commit_is_in(repo, old, tip, &is_in, &error));
	g_assert_cmpstr(error_get_hint(error), ==, UNSHALLOW);
	g_clear_error(&error);
	g_assert_null(git_walk_authors(repo, tip, NULL, paths, &error));
	assert_refused(&error, ERR_REPOSITORY,
		       "this shallow clone hides when migrations landed, and who wrote them",
		       UNSHALLOW);
}

/* ---- how two commits stand to each other ---- */

static void test_relations(void)
{
	static const struct {
		const char *tip, *base;
		guint ahead, behind;
		bool is_in; /* base in tip */
	} cases[] = {{"tip", "tip", 0, 0, true},     {"tip", "tip~2", 2, 0, true},
		     {"tip~2", "tip", 0, 2, false},  {"tip", "side", 4, 0, true},
		     {"tip~3", "side", 1, 2, false}, {"tip", "other", 9, 1, false}};
	g_autoptr(FileTemporary) folder G_GNUC_UNUSED =
		place_make(HISTORY "git checkout -q --orphan other; say other; git tag other");
	g_autoptr(GitRepo) repo = place_open();

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *tip = oid_of(cases[i].tip);
		g_autofree char *base = oid_of(cases[i].base);
		g_autoptr(GError) error = NULL;
		guint ahead = 77, behind = 77;
		bool is_in = !cases[i].is_in;

		g_test_message("%s, %s", cases[i].tip, cases[i].base);
		git_repo_ahead_behind(repo, tip, base, &ahead, &behind, &error);
		g_assert_no_error(error);
		g_assert_cmpuint(ahead, ==, cases[i].ahead);
		g_assert_cmpuint(behind, ==, cases[i].behind);
		git_commit_is_in(repo, base, tip, &is_in, &error);
		g_assert_no_error(error);
		g_assert_cmpint(is_in, ==, cases[i].is_in);
	}
}

static void test_relations_refused(void)
{
	g_autoptr(FileTemporary) folder G_GNUC_UNUSED = place_make(WORDS "add a");
	g_autoptr(GitRepo) repo = place_open();
	g_autofree char *tip = oid_of("HEAD");
	g_autoptr(GError) error = NULL;
	guint ahead = 7, behind = 7;

	g_assert_false(git_repo_ahead_behind(repo, tip, "0123456789012345678901234567890123456789",
					     &ahead, &behind, &error));
	g_assert_error(error, BASE_ERROR, ERR_REPOSITORY);
	g_assert_true(g_str_has_prefix(error->message, "cannot compare commits "));
	g_assert_cmpuint(ahead, ==, 7);
	g_assert_cmpuint(behind, ==, 7);
}

/* ---- changes ---- */

/* The subjects of the commits that changed a file away from what it was in `original`. */
static char *changes(const char *tip, const char *path, const char *original)
{
	g_autoptr(GitRepo) repo = place_open();
	g_autofree char *commit = oid_of(tip);
	g_autofree char *script = g_strdup_printf("git rev-parse '%s:%s'", original, path);
	g_autofree char *blob = shell(script);
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) found = git_walk_changes(repo, commit, path, blob, &error);
	GString *text = g_string_new(NULL);

	g_assert_no_error(error);
	for (guint i = 0; i < found->len; i++)
		g_string_append_printf(text, "%s;",
				       ((GitChange *)g_ptr_array_index(found, i))->subject);
	return g_string_free(text, FALSE);
}

#define EDITS                                                                                    \
	WORDS "edit() { tick; echo \"$2\" >>\"$1\"; git add .; git commit -qm \"$2\"; };"        \
	      "mkdir db; edit db/a one; edit db/b other; edit db/a two; git tag two; edit db/a " \
	      "three;"

static void test_changes(void)
{
	static const struct {
		const char *script, *original, *found;
	} cases[] = {
		{EDITS, "two~2", "three;two;"},
		{EDITS, "two", "three;"},
		{EDITS, "HEAD", ""},
		{EDITS "git checkout -q -b s; edit db/a side; git checkout -q main; join s", "two",
		 "join s;three;"},
		{EDITS "git checkout -q two -- db/a; git commit -qm back", "two", ""},
		{EDITS "git checkout -q two -- db/a; git commit -qm back", "two~2",
		 "back;three;two;"},
	};

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(FileTemporary) folder G_GNUC_UNUSED = place_make(cases[i].script);
		g_autofree char *found = changes("HEAD", "db/a", cases[i].original);

		g_test_message("%s", cases[i].script + strlen(WORDS));
		g_assert_cmpstr(found, ==, cases[i].found);
	}
}

/* A path is a path, and no pattern. */
static void test_changes_literal(void)
{
	g_autoptr(FileTemporary) folder G_GNUC_UNUSED = place_make(
		EDITS "edit 'db/[ab]' pattern; edit db/a four; edit db/b five; edit 'db/[ab]' six");
	g_autofree char *found = changes("HEAD", "db/[ab]", "HEAD~3");

	g_assert_cmpstr(found, ==, "six;");
}

static void test_change_fields(void)
{
	g_autoptr(FileTemporary) folder G_GNUC_UNUSED =
		place_make(EDITS "export GIT_AUTHOR_NAME='Ann \xc3\xa9' GIT_AUTHOR_EMAIL=ann@x; "
				 "edit db/a 'it; \"is\" %s'");
	g_autoptr(GitRepo) repo = place_open();
	g_autofree char *head = oid_of("HEAD");
	g_autofree char *blob = shell("git rev-parse HEAD~1:db/a");
	g_autoptr(GPtrArray) found = git_walk_changes(repo, head, "db/a", blob, NULL);
	const GitChange *change;

	g_assert_cmpuint(found->len, ==, 1);
	change = g_ptr_array_index(found, 0);
	g_assert_cmpstr(change->commit, ==, head);
	g_assert_cmpstr(change->author, ==, "Ann \xc3\xa9");
	g_assert_cmpstr(change->email, ==, "ann@x");
	g_assert_cmpint(change->time, ==, 1000000000 + 5 * 60);
	g_assert_cmpstr(change->subject, ==, "it; \"is\" %s");
	git_change_free(NULL);
}

/* ---- authors ---- */

static gint compare_text(gconstpointer a, gconstpointer b)
{
	return strcmp(a, b);
}

static char *authors(const char *tip, const char *base, const char *const *paths, GError **error)
{
	g_autoptr(GitRepo) repo = place_open();
	g_autofree char *to = oid_of(tip);
	g_autofree char *from = base ? oid_of(base) : NULL;
	g_autoptr(GHashTable) found = git_walk_authors(repo, to, from, paths, error);
	g_autoptr(GList) names =
		found ? g_list_sort(g_hash_table_get_keys(found), compare_text) : NULL;
	GString *text = g_string_new(NULL);

	for (const GList *each = names; each; each = each->next)
		g_string_append_printf(text, "%s;", (const char *)each->data);
	return g_string_free(text, FALSE);
}

#define PEOPLE                                                                                   \
	WORDS "by() { export GIT_AUTHOR_EMAIL=$1@x; add \"$2\"; }; by ann a; by bob b; git tag " \
	      "old;"                                                                             \
	      "by cem 'c*'; GIT_COMMITTER_EMAIL=dan@x by eve e; tick; echo 2 >>db/a;"            \
	      "git commit -qam 'more\n\nCo-authored-by: Fay F <fay@x>\nco-authored-by: <gus@x>'"

static void test_authors(void)
{
	static const char *const a[] = {"db/a", NULL}, *const c[] = {"db/c*", NULL},
				 *const none[] = {"db/none", NULL},
				 *const two[] = {"db/b", "db/e", NULL},
				 *const star[] = {"db/*", NULL};
	static const struct {
		const char *base;
		const char *const *paths;
		const char *found;
	} cases[] = {
		{NULL, a, "ann@x;eve@x;fay@x;gus@x;t@x;"},
		{"old", a, "eve@x;fay@x;gus@x;t@x;"},
		{NULL, c, "cem@x;t@x;"},
		{NULL, none, ""},
		{NULL, star, ""},
		{NULL, two, "bob@x;dan@x;eve@x;t@x;"},
		{"old", two, "dan@x;eve@x;"},
		{"HEAD", two, ""},
	};
	g_autoptr(FileTemporary) folder G_GNUC_UNUSED = place_make(PEOPLE);

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;
		g_autofree char *found = authors("HEAD", cases[i].base, cases[i].paths, &error);

		g_test_message("%s since %s", cases[i].paths[0], cases[i].base);
		g_assert_no_error(error);
		g_assert_cmpstr(found, ==, cases[i].found);
	}
}

/* With more paths than a command line should have, all of the range is asked about. */
static void test_authors_many(void)
{
	g_autoptr(FileTemporary) folder G_GNUC_UNUSED = place_make(PEOPLE);
	g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GError) error = NULL;
	g_autofree char *found = NULL;

	for (guint i = 0; i < 1001; i++)
		g_ptr_array_add(paths, g_strdup_printf("db/%u", i));
	g_ptr_array_add(paths, NULL);
	found = authors("HEAD", "old", (const char *const *)paths->pdata, &error);
	g_assert_no_error(error);
	g_assert_cmpstr(found, ==, "cem@x;dan@x;eve@x;fay@x;gus@x;t@x;");
}

static void test_authors_keys(void)
{
	static const char *const paths[] = {"db/a", NULL};
	g_autoptr(FileTemporary) folder G_GNUC_UNUSED = place_make(
		WORDS "ssh-keygen -q -t ed25519 -N '' -C '' -f ../k; git config gpg.format ssh;"
		      "git config user.signingKey \"$HOME/k.pub\"; git config commit.gpgSign true;"
		      "echo \"t@x $(cat ../k.pub)\" >../allowed;"
		      "git config gpg.ssh.allowedSignersFile \"$HOME/allowed\"; add a");
	g_autofree char *key = shell("ssh-keygen -lf ../k.pub | cut -d' ' -f2");
	g_autofree char *expected = g_strdup_printf("%s;t@x;", key);
	g_autofree char *found = authors("HEAD", NULL, paths, NULL);

	g_assert_cmpstr(found, ==, expected);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/git/landing/the first-parent commit by which a path came to stay",
			test_landings);
	g_test_add_func("/git/landing/what the first commit has landed with it",
			test_landings_root);
	g_test_add_func("/git/landing/histories without a common commit are refused",
			test_landings_refused);
	g_test_add_func("/git/landing/a shallow clone tells what it can", test_shallow_landings);
	g_test_add_func("/git/walk/a shallow clone and a boundary that was merged",
			test_shallow_branch);
	g_test_add_func("/git/relation/a shallow clone does not guess", test_shallow_relations);
	g_test_add_func("/git/relation/ahead, behind and within", test_relations);
	g_test_add_func("/git/relation/commits that are not here", test_relations_refused);
	g_test_add_func("/git/change/back to the commit that had it so", test_changes);
	g_test_add_func("/git/change/a path is no pattern", test_changes_literal);
	g_test_add_func("/git/change/who, when and what for", test_change_fields);
	g_test_add_func("/git/author/authors, committers and those named beside", test_authors);
	g_test_add_func("/git/author/of very many paths: of the whole range", test_authors_many);
	g_test_add_func("/git/author/keys that signed", test_authors_keys);
	return g_test_run();
}
