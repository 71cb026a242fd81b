/* Notes: read in every layout that git writes, and appended to without losing anybody's text. */
#include "git/notes.h"

#include "git/files.h"
#include "place.h"

#define REF   "refs/notes/x"
#define HEX40 "0123456789012345678901234567890123456789"
#define OTHER "0123456789012345678901234567890123456780"

static gint compare_notes(gconstpointer a, gconstpointer b)
{
	const GitNotesEntry *const *left = a, *const *right = b;

	return strcmp((*left)->object, (*right)->object);
}

/* "OBJECT(4)=TEXT;" of all notes, in the order of their objects. */
static char *notes(GitRepo *repo, const char *ref)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) found = git_notes_read(repo, ref, &error);
	GString *text = g_string_new(NULL);

	g_assert_no_error(error);
	g_ptr_array_sort(found, compare_notes);
	for (guint i = 0; i < found->len; i++) {
		const GitNotesEntry *note = g_ptr_array_index(found, i);

		g_assert_cmpuint(strlen(note->blob), ==, 40);
		g_string_append_printf(text, "%.4s=", note->object);
		g_string_append_len(text, g_bytes_get_data(note->text, NULL),
				    (gssize)g_bytes_get_size(note->text));
		g_string_append_c(text, ';');
	}
	return g_string_free(text, FALSE);
}

static void append(GitRepo *repo, const char *object, const char *text)
{
	const GitNoteAddition addition = {object, text, strlen(text)};
	g_autoptr(GError) error = NULL;

	git_notes_append(repo, REF, &addition, 1, "message", &error);
	g_assert_no_error(error);
}

/* ---- reading ---- */

/* A tree of notes with these paths ('P' stands for 38, 36 digits of an id) that all hold "one\n".
 */
static void test_layouts(void)
{
	static const struct {
		const char *paths, *found;
	} cases[] = {
		{"1111111111111111111111111111111111111111", "1111=one\n;"},
		{"11/11111111111111111111111111111111111111", "1111=one\n;"},
		{"11/11/111111111111111111111111111111111111", "1111=one\n;"},
		{"11/22222222222222222222222222222222222222 "
		 "3333333333333333333333333333333333333333",
		 "1122=one\n;3333=one\n;"},
		{"1111111111111111111111111111111111111111 "
		 "11/11111111111111111111111111111111111111",
		 "1111=one\none\n;"},
		{"README", ""},
		{"111111111111111111111111111111111111111", ""},
		{"11111111111111111111111111111111111111111", ""},
		{"111111111111111111111111111111111111111g "
		 "2222222222222222222222222222222222222222",
		 "2222=one\n;"},
		{"111111111111111111111111111111111111111A", ""},
	};

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(FileTemporary) folder G_GNUC_UNUSED = NULL;
		g_autoptr(GitRepo) repo = NULL;
		g_autofree char *found = NULL;
		g_autofree char *script = g_strdup_printf(
			"git init -q; b=$(echo one | git hash-object -w --stdin); for p in %s; do"
			" git update-index --add --cacheinfo 100644,$b,$p; done; git "
			"update-ref " REF " $(git commit-tree -m x $(git write-tree))",
			cases[i].paths);

		folder = place_make(script);
		repo = place_open();
		found = notes(repo, REF);
		g_test_message("%s", cases[i].paths);
		g_assert_cmpstr(found, ==, cases[i].found);
	}
}

static void test_read_git(void)
{
	g_autoptr(FileTemporary) folder G_GNUC_UNUSED = place_make(
		"git init -q; for i in 1 2 3; do git commit -qm $i --allow-empty;"
		" git notes --ref=x add -m \"note $i\"; done; git notes --ref=x append -m more");
	g_autoptr(GitRepo) repo = place_open();
	g_autoptr(GPtrArray) found = git_notes_read(repo, REF, NULL);
	g_autofree char *head = shell("git rev-parse HEAD");
	g_autofree char *blob = shell("git notes --ref=x list HEAD");
	guint seen = 0;

	g_assert_cmpuint(found->len, ==, 3);
	for (guint i = 0; i < found->len; i++) {
		const GitNotesEntry *note = g_ptr_array_index(found, i);

		if (strcmp(note->object, head) != 0)
			continue;
		seen++;
		g_assert_cmpstr(note->blob, ==, blob);
		g_assert_cmpstr(g_bytes_get_data(note->text, NULL), ==, "note 3\n\nmore\n");
	}
	g_assert_cmpuint(seen, ==, 1);
	git_notes_entry_free(NULL);
}

static void test_read_none(void)
{
	g_autoptr(FileTemporary) folder G_GNUC_UNUSED = place_make("git init -q");
	g_autoptr(GitRepo) repo = place_open();
	g_autofree char *found = notes(repo, REF);

	g_assert_cmpstr(found, ==, "");
}

static void test_read_missing(void)
{
	g_autoptr(FileTemporary) folder G_GNUC_UNUSED =
		place_make("git init -q; git commit -qm 1 --allow-empty; git notes "
			   "--ref=x add -m note");
	g_autoptr(GitRepo) repo = place_open();
	g_autofree char *blob = shell("git notes --ref=x list HEAD");
	g_autofree char *message = g_strdup_printf("cannot read blob %s", blob);
	g_autoptr(GError) error = NULL;

	run("b=$(git notes --ref=x list HEAD); rm -f .git/objects/$(echo $b | sed 's,^..,&/,')");
	g_assert_null(git_notes_read(repo, REF, &error));
	assert_refused(&error, ERR_REPOSITORY, message,
		       "git fsck tells whether the repository is whole");
}

/* ---- appending ---- */

static void test_append(void)
{
	g_autoptr(FileTemporary) folder G_GNUC_UNUSED = place_make("git init -q");
	g_autoptr(GitRepo) repo = place_open();
	g_autofree char *found = NULL;
	g_autofree char *log = NULL;
	g_autofree char *tree = NULL;

	append(repo, HEX40, "one\n");
	append(repo, HEX40, "two without a line's end");
	append(repo, OTHER, "\xff\n\n");
	append(repo, HEX40, "");
	append(repo, HEX40, "three\n");
	g_free(found);
	found = notes(repo, REF);
	g_assert_cmpstr(found, ==, "0123=\xff\n\n;0123=one\ntwo without a line's endthree\n;");
	log = shell("git log --format='%s %an' " REF);
	g_assert_cmpstr(log, ==,
			"message Tester\nmessage Tester\nmessage Tester\nmessage Tester\n"
			"message Tester");
	tree = shell("git ls-tree -r --name-only " REF);
	g_assert_cmpstr(tree, ==,
			"01/23456789012345678901234567890123456780\n"
			"01/23456789012345678901234567890123456789");
}

/* Several at once are one commit, in their order. */
static void test_append_many(void)
{
	static const GitNoteAddition additions[] = {
		{HEX40, "a\n", 2}, {OTHER, "b\n", 2}, {HEX40, "c\nnot this", 2}};
	g_autoptr(FileTemporary) folder G_GNUC_UNUSED = place_make("git init -q");
	g_autoptr(GitRepo) repo = place_open();
	g_autoptr(GError) error = NULL;
	g_autofree char *found = NULL;
	g_autofree char *count = NULL;

	git_notes_append(repo, REF, additions, G_N_ELEMENTS(additions), "many", &error);
	g_assert_no_error(error);
	found = notes(repo, REF);
	g_assert_cmpstr(found, ==, "0123=b\n;0123=a\nc\n;");
	count = shell("git rev-list --count " REF);
	g_assert_cmpstr(count, ==, "1");
}

/* What git or somebody else wrote stays, in whatever layout; git reads what we append. */
static void test_append_to_others(void)
{
	g_autoptr(FileTemporary) folder G_GNUC_UNUSED = place_make(
		"git init -q; git commit -qm 1 --allow-empty; git notes --ref=x add -m note;"
		"git read-tree " REF "; git update-index --add --cacheinfo "
		"100644,$(echo me | git hash-object -w --stdin),README;"
		"git update-ref " REF " $(git commit-tree -p " REF " -m x $(git write-tree))");
	g_autoptr(GitRepo) repo = place_open();
	g_autofree char *head = shell("git rev-parse HEAD");
	g_autofree char *said = NULL;
	g_autofree char *readme = NULL;

	append(repo, head, "ours\n");
	said = shell("git notes --ref=x show HEAD");
	g_assert_cmpstr(said, ==, "note\nours");
	readme = shell("git show " REF ":README");
	g_assert_cmpstr(readme, ==, "me");
}

/* Two handles of one repository, and git beside them: nobody's text is lost. */
static void test_append_beside(void)
{
	g_autoptr(FileTemporary) folder G_GNUC_UNUSED =
		place_make("git init -q; git commit -qm 1 --allow-empty");
	g_autoptr(GitRepo) one = place_open();
	g_autoptr(GitRepo) two = place_open();
	g_autofree char *head = shell("git rev-parse HEAD");
	g_autofree char *said = NULL;

	append(one, head, "1\n");
	append(two, head, "2\n");
	run("git notes --ref=x append -m 3; git pack-refs --all; git gc -q");
	append(one, head, "4\n");
	append(two, head, "5\n");
	said = shell("git notes --ref=x show HEAD");
	g_assert_cmpstr(said, ==, "1\n2\n\n3\n4\n5");
}

/* Two threads with a handle each: every text is there, once, in the order of its writer. */
typedef struct {
	GitRepo *repo;
	char letter;
} Writer;

static gpointer write_notes(gpointer data)
{
	const Writer *writer = data;

	for (char number = '0'; number <= '9'; number++) {
		const char text[] = {writer->letter, number, '\n', '\0'};
		const GitNoteAddition addition = {HEX40, text, 3};

		if (!git_notes_append(writer->repo, REF, &addition, 1, "m", NULL))
			return GINT_TO_POINTER(1);
	}
	return NULL;
}

static void test_append_at_once(void)
{
	g_autoptr(FileTemporary) folder G_GNUC_UNUSED = place_make("git init -q");
	g_autoptr(GitRepo) one = place_open();
	g_autoptr(GitRepo) two = place_open();
	Writer writers[] = {{one, 'a'}, {two, 'b'}};
	GThread *other;
	g_autofree char *found = NULL;
	g_autoptr(GString) a = g_string_new(NULL);
	g_autoptr(GString) b = g_string_new(NULL);

	git_repo_config(one, "user.name");
	git_repo_config(two, "user.name");
	other = g_thread_new("writer", write_notes, &writers[1]);
	g_assert_null(write_notes(&writers[0]));
	g_assert_null(g_thread_join(other));
	found = notes(one, REF);
	for (const char *at = strchr(found, '=') + 1; *at && *at != ';'; at += 3)
		g_string_append_c(at[0] == 'a' ? a : b, at[1]);
	g_assert_cmpstr(a->str, ==, "0123456789");
	g_assert_cmpstr(b->str, ==, "0123456789");
}

static void test_append_refused(void)
{
	static const GitNoteAddition addition = {HEX40, "x", 1};
	static const char *const refs[] = {"refs/notes/..", "refs/notes/a b", "x"};
	g_autoptr(FileTemporary) folder G_GNUC_UNUSED = place_make("git init -q");
	g_autoptr(GitRepo) repo = place_open();

	for (guint i = 0; i < G_N_ELEMENTS(refs); i++) {
		g_autoptr(GError) error = NULL;

		g_test_message("%s", refs[i]);
		g_assert_false(git_notes_append(repo, refs[i], &addition, 1, "m", &error));
		g_assert_error(error, BASE_ERROR, ERR_REPOSITORY);
		g_assert_nonnull(strstr(error->message, refs[i]));
		g_assert_nonnull(error_get_detail(error));
	}
}

/* While a push is being judged nothing may be written. */
static void test_append_quarantined(void)
{
	static const GitNoteAddition addition = {HEX40, "x", 1};
	g_autoptr(FileTemporary) folder G_GNUC_UNUSED =
		place_make("git init -q; mkdir -p .git/q/pack");
	g_autoptr(GitRepo) repo = NULL;
	g_autoptr(GError) error = NULL;
	g_autofree char *objects = NULL;

	g_setenv("GIT_QUARANTINE_PATH", ".git/q", TRUE);
	repo = place_open();
	g_unsetenv("GIT_QUARANTINE_PATH");
	g_assert_false(git_notes_append(repo, REF, &addition, 1, "m", &error));
	assert_refused(&error, ERR_REPOSITORY,
		       "nothing may be written while a push is being judged", NULL);
	objects = shell("git count-objects; git for-each-ref");
	g_assert_cmpstr(objects, ==, "0 objects, 0 kilobytes");
}

/* ---- the work tree and the index ---- */

static char *changed(GitRepo *repo, const char *folder)
{
	g_autoptr(GError) error = NULL;
	g_auto(GStrv) paths = git_files_changed(repo, folder, &error);

	g_assert_no_error(error);
	return g_strjoinv("|", paths);
}

static void test_changed(void)
{
	static const struct {
		const char *script, *found;
	} cases[] = {
		{"true", ""},
		{"echo 2 >>db/a", "db/a"},
		{"echo 2 >>db/a; git add db", "db/a"},
		{"rm db/a", "db/a"},
		{"echo 1 >db/new", "db/new"},
		{"mkdir db/x; echo 1 >db/x/1; echo 1 >db/x/2", "db/x/1|db/x/2"},
		{"echo 1 >outside", ""},
		{"echo 1 >dbx", ""},
		{"echo '*.tmp' >.git/info/exclude; echo 1 >db/a.tmp", ""},
		{"echo 1 >'db/two words'", "db/two words"},
		{"echo 1 >'db/\xc3\xa9'", "db/\xc3\xa9"},
		{"echo 1 >'db/\"q\"'", "db/\"q\""},
		{"git mv db/a db/z", "db/a|db/z"},
		{"git config status.relativePaths true; echo 2 >>db/a", "db/a"},
	};

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(FileTemporary) folder G_GNUC_UNUSED =
			place_make("git init -q; mkdir db; echo 1 >db/a; echo 1 >db/b; git add .; "
				   "git commit -qm 1");
		g_autoptr(GitRepo) repo = place_open();
		g_autofree char *found = NULL;

		run(cases[i].script);
		g_assert_cmpint(chdir("db"), ==, 0);
		found = changed(repo, "db");
		g_test_message("%s", cases[i].script);
		g_assert_cmpstr(found, ==, cases[i].found);
	}
}

static void test_add(void)
{
	static const char *const paths[] = {"db/new.sql", "a/b/c.sql", "db/[x].sql",
					    "db/two words"};
	g_autoptr(FileTemporary) folder G_GNUC_UNUSED =
		place_make("git init -q; mkdir db; echo 1 >db/a");
	g_autoptr(GitRepo) repo = place_open();
	g_autoptr(GError) error = NULL;
	g_autofree char *staged = NULL;
	g_autofree char *text = NULL;

	for (guint i = 0; i < G_N_ELEMENTS(paths); i++) {
		git_files_add(repo, paths[i], "x\ny", 2, &error);
		g_assert_no_error(error);
	}
	staged = shell("git ls-files");
	g_assert_cmpstr(staged, ==, "a/b/c.sql\ndb/[x].sql\ndb/new.sql\ndb/two words");
	text = shell("git show :db/new.sql; cat 'db/two words'");
	g_assert_cmpstr(text, ==, "x\nx");
	g_assert_false(git_files_add(repo, "db/a", "2", 1, &error));
	assert_refused(&error, ERR_SYSTEM, "'db/a' exists already", NULL);
	g_assert_false(git_files_add(repo, "db/a/b", "2", 1, &error));
	g_assert_error(error, BASE_ERROR, ERR_SYSTEM);
	g_assert_nonnull(strstr(error->message, "cannot make folder"));
}

static void test_remove(void)
{
	g_autoptr(FileTemporary) folder G_GNUC_UNUSED =
		place_make("git init -q; mkdir db; for f in a b '*'; do"
			   " echo 1 >\"db/$f\"; done; git add .; git commit -qm 1");
	g_autoptr(GitRepo) repo = place_open();
	g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GError) error = NULL;
	g_autofree char *left = NULL;

	g_assert_true(git_files_remove(repo, paths, &error));
	g_ptr_array_add(paths, g_strdup("db/*"));
	g_ptr_array_add(paths, g_strdup("db/b"));
	git_files_remove(repo, paths, &error);
	g_assert_no_error(error);
	left = shell("git ls-files; ls db");
	g_assert_cmpstr(left, ==, "db/a\na");
	g_assert_false(git_files_remove(repo, paths, &error));
	g_assert_error(error, BASE_ERROR, ERR_REPOSITORY);
	g_assert_cmpstr(error->message, ==, "'git rm' failed");
	g_assert_nonnull(strstr(error_get_detail(error), "did not match any files"));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/git/notes/every layout is read", test_layouts);
	g_test_add_func("/git/notes/those that git wrote", test_read_git);
	g_test_add_func("/git/notes/without a ref there are none", test_read_none);
	g_test_add_func("/git/notes/a text that is not here is an error", test_read_missing);
	g_test_add_func("/git/notes/texts are appended byte for byte", test_append);
	g_test_add_func("/git/notes/several additions are one commit", test_append_many);
	g_test_add_func("/git/notes/what others wrote stays", test_append_to_others);
	g_test_add_func("/git/notes/writers beside each other", test_append_beside);
	g_test_add_func("/git/notes/writers at the same time", test_append_at_once);
	g_test_add_func("/git/notes/a ref that cannot be", test_append_refused);
	g_test_add_func("/git/notes/nothing is written in quarantine", test_append_quarantined);
	g_test_add_func("/git/files/what differs from HEAD below a folder", test_changed);
	g_test_add_func("/git/files/new ones are written and staged", test_add);
	g_test_add_func("/git/files/tracked ones are removed", test_remove);
	return g_test_run();
}
