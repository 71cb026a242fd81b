/* Signed texts: made and judged by git with ssh keys, and what is said of those that are not good.
 */
#include "git/signing.h"

#include "git/tag.h"
#include "place.h"

#define MESSAGE "hello\n\n# no comment\nlast\n"

/* Keys of ann, bob and eve; ann and bob are allowed, and the repository signs as ann. */
static const char keys_script[] =
	"git init -q; git commit -qm one --allow-empty;"
	"for k in ann bob eve; do ssh-keygen -q -t ed25519 -N '' -C '' -f ../$k; done;"
	"for k in ann bob; do echo \"$k@x $(cat ../$k.pub)\"; done >../allowed;"
	"git config gpg.format ssh; git config user.signingKey \"$HOME/ann.pub\";"
	"git config gpg.ssh.allowedSignersFile \"$HOME/allowed\"";

/* A text of HEAD, as the repository is configured now. */
static GBytes *text_new(bool sign, GError **error)
{
	g_autoptr(GitRepo) repo = place_open();
	g_autofree char *head = shell("git rev-parse HEAD");

	return git_sign_text(repo, head, "migrate/x/00000001", MESSAGE, sign, error);
}

static GBytes *signed_by(const char *key)
{
	g_autofree char *script =
		g_strdup_printf("git config user.signingKey \"$HOME/%s.pub\"", key);
	g_autoptr(GError) error = NULL;
	GBytes *text;

	run(script);
	text = text_new(true, &error);
	g_assert_no_error(error);
	return text;
}

static GPtrArray *texts_new(void)
{
	return g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
}

/* The verdicts on these texts, in a repository that is opened anew. */
static GPtrArray *verify(const GPtrArray *texts)
{
	g_autoptr(GitRepo) repo = place_open();
	g_autoptr(GError) error = NULL;
	GPtrArray *verdicts = git_verify_texts(repo, texts, &error);

	g_assert_no_error(error);
	g_assert_cmpuint(verdicts->len, ==, texts->len);
	return verdicts;
}

/* The text with one word put for another. */
static GBytes *changed(GBytes *text, const char *from, const char *to)
{
	g_autofree char *old = g_strndup(g_bytes_get_data(text, NULL), g_bytes_get_size(text));
	g_autoptr(GString) now = g_string_new(old);

	g_assert_cmpuint(g_string_replace(now, from, to, 1), ==, 1);
	return g_string_free_to_bytes(g_steal_pointer(&now));
}

/* ---- signing ---- */

static void test_text(void)
{
	for (guint sign = 0; sign < 2; sign++) {
		g_autoptr(FileTemporary) folder G_GNUC_UNUSED = place_make(keys_script);
		g_autofree char *head = shell("git rev-parse HEAD");
		g_autofree char *begin =
			g_strdup_printf("object %s\ntype commit\ntag migrate/x/00000001\n"
					"tagger Tester <t@x> ",
					head);
		g_autoptr(GError) error = NULL;
		g_autoptr(GBytes) text = text_new(sign == 1, &error);
		g_autofree char *copy = NULL;
		g_auto(GStrv) part = NULL;

		g_assert_no_error(error);
		copy = g_strndup(g_bytes_get_data(text, NULL), g_bytes_get_size(text));
		g_assert_true(g_str_has_prefix(copy, begin));
		part = g_strsplit(copy, "\n\n", 2);
		if (sign)
			*strstr(part[1], "-----BEGIN SSH SIGNATURE") = '\0';
		g_assert_cmpstr(part[1], ==, MESSAGE);
		g_assert_cmpint(copy[strlen(copy) - 1], ==, '\n');
	}
}

/* Nothing appears in the repository, whose objects a hook or a second writer may be reading. */
static void test_leaves_nothing(void)
{
	g_autoptr(FileTemporary) folder G_GNUC_UNUSED = place_make(keys_script);
	g_autofree char *before = shell("find .git | LC_ALL=C sort; git count-objects");
	g_autoptr(GPtrArray) texts = texts_new();
	g_autoptr(GPtrArray) verdicts = NULL;
	g_autofree char *after = NULL;

	g_ptr_array_add(texts, text_new(true, NULL));
	verdicts = verify(texts);
	after = shell("find .git | LC_ALL=C sort; git count-objects");
	g_assert_cmpstr(after, ==, before);
}

static void test_cannot_sign(void)
{
	static const char *const scripts[] = {
		"git config user.signingKey \"$HOME/none.pub\"",
		"git config --unset user.signingKey; git config gpg.ssh.defaultKeyCommand false",
		"git config gpg.ssh.program false",
		"git config gpg.format nonsense",
	};

	for (guint i = 0; i < G_N_ELEMENTS(scripts); i++) {
		g_autoptr(FileTemporary) folder G_GNUC_UNUSED = place_make(keys_script);
		g_autoptr(GError) error = NULL;

		run(scripts[i]);
		g_test_message("%s", scripts[i]);
		g_assert_null(text_new(true, &error));
		g_assert_error(error, BASE_ERROR, ERR_LEDGER);
		g_assert_cmpstr(error->message, ==, "git cannot sign a record");
		g_assert_nonnull(error_get_detail(error));
		g_assert_nonnull(strstr(error_get_hint(error), "git config gpg.format ssh"));
		g_assert_nonnull(strstr(error_get_hint(error), "'sign: false'"));
	}
}

/* ---- verdicts ---- */

static void assert_verdict(const GPtrArray *verdicts, guint number, const char *signer,
			   const char *reason)
{
	const GitVerdict *verdict = g_ptr_array_index(verdicts, number);

	g_assert_cmpstr(verdict->reason, ==, reason);
	g_assert_cmpint(verdict->good, ==, reason == NULL);
	if (!reason)
		g_assert_cmpstr(verdict->signer, ==, signer);
}

static void test_good(void)
{
	g_autoptr(FileTemporary) folder G_GNUC_UNUSED = place_make(keys_script);
	g_autofree char *key = NULL;
	g_autoptr(GPtrArray) texts = texts_new();
	g_autoptr(GPtrArray) verdicts = NULL;

	g_ptr_array_add(texts, signed_by("ann"));
	g_ptr_array_add(texts, signed_by("bob"));
	verdicts = verify(texts);
	assert_verdict(verdicts, 0, "ann@x", NULL);
	assert_verdict(verdicts, 1, "bob@x", NULL);
	key = shell("ssh-keygen -lf ../ann.pub | cut -d' ' -f2");
	g_assert_cmpstr(((GitVerdict *)g_ptr_array_index(verdicts, 0))->key, ==, key);
	git_verdict_free(NULL);
}

#define CHANGED "the text was changed after it was signed"
#define UNKNOWN "the key is not listed in gpg.ssh.allowedSignersFile, or was not valid at that time"

#define NAMESPACE "the key may not sign for git, says its line in gpg.ssh.allowedSignersFile"

static void test_not_good(void)
{
	g_autoptr(FileTemporary) folder G_GNUC_UNUSED = place_make(keys_script);
	g_autoptr(GBytes) good = signed_by("ann");
	g_autoptr(GPtrArray) texts = texts_new();
	g_autoptr(GPtrArray) verdicts = NULL;

	g_ptr_array_add(texts, text_new(false, NULL));
	g_ptr_array_add(texts, signed_by("eve"));
	g_ptr_array_add(texts, changed(good, "hello", "hullo"));
	g_ptr_array_add(texts, changed(good, "00000001", "00000002"));
	g_ptr_array_add(texts, changed(good, "last\n", "last\n\n"));
	g_ptr_array_add(texts, g_bytes_new("", 0));
	g_ptr_array_add(texts, g_bytes_ref(good));
	verdicts = verify(texts);
	assert_verdict(verdicts, 0, NULL, "it is not signed");
	assert_verdict(verdicts, 1, NULL, UNKNOWN);
	assert_verdict(verdicts, 2, NULL, CHANGED);
	assert_verdict(verdicts, 3, NULL, CHANGED);
	assert_verdict(verdicts, 4, NULL, CHANGED);
	assert_verdict(verdicts, 5, NULL, "it is not signed");
	assert_verdict(verdicts, 6, "ann@x", NULL);
}

/* A signature cut short, or with other characters in it, is no signature of anybody. */
static void test_damaged(void)
{
	static const char *const damages[][2] = {
		{"-----END SSH SIGNATURE-----\n", ""},
		{"U1NIU0lH", "AAAAAAAA"},
		{"\nU1NIU0lH", "\n!!!!U1NIU0lH"},
	};
	g_autoptr(FileTemporary) folder G_GNUC_UNUSED = place_make(keys_script);
	g_autoptr(GBytes) good = signed_by("ann");
	g_autoptr(GPtrArray) texts = texts_new();
	g_autoptr(GPtrArray) verdicts = NULL;

	for (guint i = 0; i < G_N_ELEMENTS(damages); i++)
		g_ptr_array_add(texts, changed(good, damages[i][0], damages[i][1]));
	verdicts = verify(texts);
	for (guint i = 0; i < verdicts->len; i++) {
		const GitVerdict *verdict = g_ptr_array_index(verdicts, i);

		g_assert_false(verdict->good);
		g_assert_nonnull(verdict->reason);
		g_assert_null(strchr(verdict->reason, '\n'));
	}
}

/* What the allowed signers' file says of a key decides, at the time of the signature. */
static void test_allowed(void)
{
	static const struct {
		const char *script, *reason;
	} cases[] = {
		{"git config --unset gpg.ssh.allowedSignersFile",
		 "gpg.ssh.allowedSignersFile is not set, so no ssh key is known"},
		{"printf '' >../allowed", UNKNOWN},
		{"sed -i 's/^ann@x/ann@x valid-before=\"20000101\"/' ../allowed",
		 "the key was not valid at that time"},
		{"sed -i 's/^ann@x/ann@x namespaces=\"file\"/' ../allowed", NAMESPACE},
		{"sed -i 's/^ann@x/ann@x namespaces=\"file\"/' ../allowed; cp ../bob.pub "
		 "../revoked;"
		 "git config gpg.ssh.revocationFile \"$HOME/revoked\"",
		 NAMESPACE},
		{"cp ../ann.pub ../revoked; git config gpg.ssh.revocationFile \"$HOME/revoked\"",
		 "the key was revoked"},
		{"cp ../bob.pub ../revoked; git config gpg.ssh.revocationFile \"$HOME/revoked\"",
		 NULL},
		{"sed -i 's/^ann@x/ann@x namespaces=\"git\"/' ../allowed", NULL},
	};

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(FileTemporary) folder G_GNUC_UNUSED = place_make(keys_script);
		g_autoptr(GPtrArray) texts = texts_new();
		g_autoptr(GPtrArray) verdicts = NULL;

		g_ptr_array_add(texts, signed_by("ann"));
		run(cases[i].script);
		g_test_message("%s", cases[i].script);
		verdicts = verify(texts);
		assert_verdict(verdicts, 0, "ann@x", cases[i].reason);
	}
}

/* A message that speaks as git does names no signer. */
static void test_words_in_message(void)
{
	g_autoptr(FileTemporary) folder G_GNUC_UNUSED = place_make(keys_script);
	g_autoptr(GitRepo) repo = place_open();
	g_autofree char *head = shell("git rev-parse HEAD");
	g_autoptr(GPtrArray) texts = texts_new();
	g_autoptr(GPtrArray) verdicts = NULL;
	const GitVerdict *verdict;

	g_ptr_array_add(texts,
			git_sign_text(repo, head, "x",
				      "Good \"git\" signature for eve with ED25519 key SHA256:x\n"
				      "[GNUPG:] GOODSIG 1 eve\n[GNUPG:] VALIDSIG 1\n",
				      true, NULL));
	verdicts = verify(texts);
	assert_verdict(verdicts, 0, "ann@x", NULL);
	verdict = g_ptr_array_index(verdicts, 0);
	g_assert_true(g_str_has_prefix(verdict->key, "SHA256:"));
	g_assert_cmpuint(strlen(verdict->key), ==, strlen("SHA256:") + 43);
}

static void test_none(void)
{
	g_autoptr(FileTemporary) folder G_GNUC_UNUSED = place_make("git init -q");
	g_autoptr(GPtrArray) texts = texts_new();
	g_autoptr(GPtrArray) verdicts = verify(texts);

	g_assert_cmpuint(verdicts->len, ==, 0);
}

/* ---- what verdicts depend on ---- */

static char *context(void)
{
	g_autoptr(GitRepo) repo = place_open();
	g_autoptr(GError) error = NULL;
	char *digest = git_verify_context(repo, &error);

	g_assert_no_error(error);
	g_assert_cmpuint(strlen(digest), ==, 64);
	return digest;
}

static void test_context(void)
{
	static const char *const same[] = {"git config some.thing x",
					   "git commit -qm x --allow-empty",
					   "git config user.signingKey x"};
	static const char *const other[] = {
		"echo '#' >>../allowed",
		"git config gpg.ssh.revocationFile \"$HOME/revoked\"",
		"echo x >../revoked",
		"git config gpg.minTrustLevel full",
		"mkdir -p \"$HOME/.gnupg\"; echo x >\"$HOME/.gnupg/pubring.kbx\"",
		("ln ../allowed \"$HOME/more\"; echo x >>../more;"
		 "git config gpg.ssh.allowedSignersFile '~/more'")};
	g_autoptr(FileTemporary) folder G_GNUC_UNUSED = place_make(keys_script);
	g_autofree char *before = context();

	for (guint i = 0; i < G_N_ELEMENTS(same); i++) {
		g_autofree char *now = NULL;

		run(same[i]);
		now = context();
		g_test_message("%s", same[i]);
		g_assert_cmpstr(now, ==, before);
	}
	for (guint i = 0; i < G_N_ELEMENTS(other); i++) {
		g_autofree char *now = NULL;

		run(other[i]);
		now = context();
		g_test_message("%s", other[i]);
		g_assert_cmpstr(now, !=, before);
		g_free(before);
		before = g_steal_pointer(&now);
	}
}

/* ---- tags ---- */

static void test_tag(void)
{
	for (guint sign = 0; sign < 2; sign++) {
		g_autoptr(FileTemporary) folder G_GNUC_UNUSED = place_make(keys_script);
		g_autoptr(GitRepo) repo = place_open();
		g_autofree char *head = shell("git rev-parse HEAD");
		g_autoptr(GError) error = NULL;
		g_autoptr(GPtrArray) texts = texts_new();
		g_autoptr(GPtrArray) verdicts = NULL;
		g_autofree char *oid = NULL;
		g_autofree char *name = NULL;

		git_tag_make(repo, "v1", head, "words", sign == 1, &error);
		g_assert_no_error(error);
		oid = shell("git rev-parse v1");
		g_assert_cmpstr(oid, !=, head);
		g_ptr_array_add(texts, git_tag_text(repo, oid, &error));
		g_assert_no_error(error);
		name = git_tag_inner_name(g_ptr_array_index(texts, 0));
		g_assert_cmpstr(name, ==, "v1");
		verdicts = verify(texts);
		assert_verdict(verdicts, 0, "ann@x", sign ? NULL : "it is not signed");
		g_assert_false(git_tag_make(repo, "v1", head, "again", false, &error));
		g_assert_error(error, BASE_ERROR, ERR_REPOSITORY);
		g_assert_cmpstr(error->message, ==, "cannot make tag 'v1': 'git tag' failed");
		g_assert_cmpstr(error_get_detail(error), ==, "fatal: tag 'v1' already exists");
	}
}

/* git 2.39 makes an unsigned tag when the key cannot be read, and says that all went well. */
static void test_tag_unsigned(void)
{
	g_autoptr(FileTemporary) folder G_GNUC_UNUSED = place_make(keys_script);
	g_autofree char *head = shell("git rev-parse HEAD");
	g_autofree char *tags = NULL;
	g_autoptr(GitRepo) repo = NULL;
	g_autoptr(GError) error = NULL;

	run("git config user.signingKey \"$HOME/none.pub\"");
	repo = place_open();
	g_assert_false(git_tag_make(repo, "v1", head, "words", true, &error));
	g_assert_error(error, BASE_ERROR, ERR_REPOSITORY);
	g_assert_true(g_str_has_prefix(error->message, "cannot make tag 'v1': "));
	tags = shell("git tag");
	g_assert_cmpstr(tags, ==, "");
}

static void test_tag_text_refused(void)
{
	g_autoptr(FileTemporary) folder G_GNUC_UNUSED = place_make(keys_script);
	g_autoptr(GitRepo) repo = place_open();
	g_autofree char *head = shell("git rev-parse HEAD");
	g_autofree char *no_tag = g_strdup_printf("object %s is not a tag", head);
	g_autoptr(GError) error = NULL;

	g_assert_null(git_tag_text(repo, head, &error));
	assert_refused(&error, ERR_REPOSITORY, no_tag, NULL);
	g_assert_null(git_tag_text(repo, "0123456789012345678901234567890123456789", &error));
	assert_refused(&error, ERR_REPOSITORY,
		       "cannot read object 0123456789012345678901234567890123456789", NULL);
	g_assert_null(git_tag_text(repo, "v1", &error));
	assert_refused(&error, ERR_REPOSITORY, "'v1' is no object id", NULL);
}

static void test_inner_name(void)
{
	static const char *const cases[][2] = {
		{"object 1\ntype commit\ntag v1\ntagger a\n\nx\n", "v1"},
		{"object 1\ntype commit\ntag a b/c\ntagger a\n\nx\n", "a b/c"},
		{"object 1\ntype commit\ntag v1\n\nwords\ntag v2\n", "v1"},
		{"object 1\ntype commit\ntagger a\n\nwords\ntag v2\n", NULL},
		{"object 1\ntype commit\ntag \n\n", ""},
		{"object 1\ntag v1", NULL},
		{"tag v1\n\n", NULL},
		{"", NULL},
	};

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GBytes) text = g_bytes_new(cases[i][0], strlen(cases[i][0]));
		g_autofree char *name = git_tag_inner_name(text);

		g_test_message("%s", cases[i][0]);
		g_assert_cmpstr(name, ==, cases[i][1]);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/git/signing/the text is a tag's, its message verbatim", test_text);
	g_test_add_func("/git/signing/nothing appears in the repository", test_leaves_nothing);
	g_test_add_func("/git/signing/without a key it says what to configure", test_cannot_sign);
	g_test_add_func("/git/verdict/known keys are good, with principal and key", test_good);
	g_test_add_func("/git/verdict/unsigned, unknown and changed texts each have a reason",
			test_not_good);
	g_test_add_func("/git/verdict/a damaged signature is not good", test_damaged);
	g_test_add_func("/git/verdict/the allowed signers' file decides", test_allowed);
	g_test_add_func("/git/verdict/words in a message name no signer", test_words_in_message);
	g_test_add_func("/git/verdict/of nothing nothing", test_none);
	g_test_add_func("/git/verdict/the context changes with what verdicts depend on",
			test_context);
	g_test_add_func("/git/tag/made and read, signed or not", test_tag);
	g_test_add_func("/git/tag/one that git did not sign is taken back", test_tag_unsigned);
	g_test_add_func("/git/tag/what is no tag has no text", test_tag_text_refused);
	g_test_add_func("/git/tag/the name stands in its own header", test_inner_name);
	return g_test_run();
}
