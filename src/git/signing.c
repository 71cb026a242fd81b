#include "git/signing.h"

#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/file.h"
#include "base/proc.h"
#include "base/text.h"
#include "internal.h"

void git_verdict_free(GitVerdict *verdict)
{
	if (!verdict)
		return;
	g_free(verdict->signer);
	g_free(verdict->key);
	g_free(verdict->reason);
	g_free(verdict);
}

/* ---- signing ---- */

/* A throw-away Git directory that sees the repository's objects. */
static char *make_scratch(GitRepo *repo, GError **error)
{
	static const char *const folders[] = {"objects/info", "refs/tags"};
	static const char head[] = "ref: refs/heads/none\n";
	char *scratch = file_make_temporary_folder(error);
	g_autofree char *head_path = scratch ? g_build_filename(scratch, "HEAD", NULL) : NULL;

	(void)repo;
	for (guint i = 0; scratch && i < G_N_ELEMENTS(folders); i++) {
		g_autofree char *folder = g_build_filename(scratch, folders[i], NULL);
		if (!file_make_folder(folder, error))
			g_clear_pointer(&scratch, file_temporary_remove);
	}
	if (scratch && !file_write(head_path, head, strlen(head), error))
		g_clear_pointer(&scratch, file_temporary_remove);
	return scratch;
}

static char *objects_folder(const GitRepo *repo)
{
	const char *own = g_getenv("GIT_OBJECT_DIRECTORY");

	return own ? g_strdup(own) : g_build_filename(repo->common_dir, "objects", NULL);
}

static char **add_setting(char **env, guint *count, const char *key, const char *value)
{
	g_autofree char *key_name = g_strdup_printf("GIT_CONFIG_KEY_%u", *count);
	g_autofree char *value_name = g_strdup_printf("GIT_CONFIG_VALUE_%u", *count);

	(*count)++;
	env = g_environ_setenv(env, key_name, key, TRUE);
	return g_environ_setenv(env, value_name, value, TRUE);
}

/* The settings that signing depends on, as they are in force in the real repository. */
static char **scratch_environment(GitRepo *repo, const char *scratch)
{
	static const char *const sections[] = {"user.", "gpg.", "committer.", "tag.gpgsign"};
	g_autofree char *objects = objects_folder(repo);
	g_autofree char *total = NULL;
	char **env = g_get_environ();
	GHashTableIter each;
	gpointer key, value;
	guint count = 0;

	git_repo_config(repo, "user.name"); /* reads the settings */
	g_hash_table_iter_init(&each, repo->config);
	while (g_hash_table_iter_next(&each, &key, &value))
		for (guint i = 0; i < G_N_ELEMENTS(sections); i++)
			if (g_str_has_prefix(key, sections[i]))
				env = add_setting(env, &count, key, value);
	total = g_strdup_printf("%u", count);
	env = g_environ_setenv(env, "GIT_CONFIG_COUNT", total, TRUE);
	env = g_environ_unsetenv(env, "GIT_CONFIG_PARAMETERS");
	env = g_environ_setenv(env, "GIT_CONFIG_GLOBAL", "/dev/null", TRUE);
	env = g_environ_setenv(env, "GIT_CONFIG_NOSYSTEM", "1", TRUE);
	env = g_environ_setenv(env, "GIT_DIR", scratch, TRUE);
	env = g_environ_setenv(env, "GIT_ALTERNATE_OBJECT_DIRECTORIES", objects, TRUE);
	env = g_environ_unsetenv(env, "GIT_OBJECT_DIRECTORY");
	env = g_environ_unsetenv(env, "GIT_WORK_TREE");
	env = g_environ_unsetenv(env, "GIT_INDEX_FILE");
	return g_environ_setenv(env, "LC_ALL", "C", TRUE);
}

static bool explain_signing(GError **error)
{
	return error_hint(error, "tell git what to sign with: git config gpg.format ssh, git "
				 "config user.signingKey FILE, "
				 "and list the key in git config gpg.ssh.allowedSignersFile FILE; "
				 "or 'sign: false' in the "
				 "environment's file");
}

static bool run_in(char **env, const char *const *argv, const char *input, ProcResult *result,
		   GError **error)
{
	const ProcSpec spec = {.argv = argv,
			       .env = (const char *const *)env,
			       .input = input,
			       .input_length = input ? strlen(input) : 0};

	return proc_run(&spec, result, error);
}

/* Some versions of git (2.39 with an ssh key that cannot be read) leave the signature out, and end
 * well all the same. */
static bool has_signature(const GString *text, const char *message)
{
	const char *body = strstr(text->str, "\n\n");

	return body && g_str_has_prefix(body + 2, message) &&
	       strstr(body + 2 + strlen(message), "-----BEGIN ");
}

static GBytes *sign_in(char **env, const char *object, const char *name, const char *message,
		       GError **error)
{
	/* verbatim: or lines that begin with # would vanish */
	const char *const tag[] = {"git", "tag",  "-s", "--cleanup=verbatim", "-F", "-",
				   name,  object, NULL};
	g_autofree char *ref = g_strconcat("refs/tags/", name, NULL);
	const char *const show[] = {"git", "cat-file", "tag", ref, NULL};
	g_auto(ProcResult) made = {0};
	g_auto(ProcResult) shown = {0};

	if (!run_in(env, tag, message, &made, error))
		return NULL;
	if (made.status == 0 && !run_in(env, show, NULL, &shown, error))
		return NULL;
	if (made.status == 0 && shown.status == 0 && has_signature(shown.out, message))
		return g_string_free_to_bytes(g_steal_pointer(&shown.out));
	error_set(error, ERR_LEDGER, "git cannot sign a record");
	error_detail(error, "%s", g_strchomp(made.err->str));
	explain_signing(error);
	return NULL;
}

/* The text that git would write for an unsigned tag. */
static GBytes *plain_text(GitRepo *repo, const char *object, const char *name, const char *message,
			  GError **error)
{
	g_autoptr(git_signature) who = git_internal_committer(repo, error);
	char sign;
	int minutes;
	char *text;

	if (!who)
		return NULL;
	sign = who->when.offset < 0 ? '-' : '+';
	minutes = ABS(who->when.offset);
	text = g_strdup_printf("object %s\ntype commit\ntag %s\ntagger %s <%s> %" G_GINT64_FORMAT
			       " %c%02d%02d\n\n%s",
			       object, name, who->name, who->email, (gint64)who->when.time, sign,
			       minutes / 60, minutes % 60, message);
	return g_bytes_new_take(text, strlen(text));
}

GBytes *git_sign_text(GitRepo *repo, const char *object, const char *name, const char *message,
		      bool sign, GError **error)
{
	g_autoptr(FileTemporary) scratch = NULL;
	g_auto(GStrv) env = NULL;

	if (!sign)
		return plain_text(repo, object, name, message, error);
	scratch = make_scratch(repo, error);
	if (!scratch)
		return NULL;
	env = scratch_environment(repo, scratch);
	return sign_in(env, object, name, message, error);
}

/* ---- verifying ---- */

/* Objects written go to the scratch folder; the repository's are seen beside them, and its settings
 * hold. */
static char **verify_environment(GitRepo *repo, const char *scratch)
{
	g_autofree char *objects = objects_folder(repo);
	char **env = g_environ_setenv(g_get_environ(), "GIT_OBJECT_DIRECTORY", scratch, TRUE);

	env = g_environ_setenv(env, "GIT_ALTERNATE_OBJECT_DIRECTORIES", objects, TRUE);
	env = g_environ_setenv(env, "GIT_DIR", repo->dir, TRUE);
	return g_environ_setenv(env, "LC_ALL", "C", TRUE);
}

static char *write_text(char **env, GBytes *text, GError **error)
{
	/* --literally: a forged text must be looked at too, not be refused by its form */
	const char *const argv[] = {"git", "hash-object", "-t",          "tag",
				    "-w",  "--stdin",     "--literally", NULL};
	g_auto(ProcResult) result = {0};
	ProcSpec spec = {.argv = argv, .env = (const char *const *)env};

	spec.input = g_bytes_get_data(text, &spec.input_length);
	if (!proc_run_ok(&spec, &result, error))
		return NULL;
	return g_strndup(result.out->str, GIT_OID_HEXSZ);
}

/* What follows `mark` at the beginning of a line, or NULL. Whatever stands further right may be a
 * name that its owner chose, "Mallory [GNUPG:] VALIDSIG ..." among them. */
static const char *behind(const char *line, const char *mark)
{
	return g_str_has_prefix(line, mark) ? line + strlen(mark) : NULL;
}

/* NAME with ED25519 key SHA256:DIGEST; the name may hold these words, too. */
static void read_ssh(const char *good, GitVerdict *verdict)
{
	const char *key = g_strrstr(good, " key SHA256:");
	const char *with = key ? g_strrstr_len(good, key - good, " with ") : NULL;

	if (!with || verdict->key)
		return;
	verdict->signer = g_strndup(good, (gsize)(with - good));
	verdict->key = g_strdup(key + strlen(" key "));
}

/* gpg: [GNUPG:] GOODSIG ID NAME and VALIDSIG FINGERPRINT ... (doc/DETAILS of GnuPG). */
static void read_gpg(const char *line, GitVerdict *verdict)
{
	const char *good = behind(line, "[GNUPG:] GOODSIG ");
	const char *valid = behind(line, "[GNUPG:] VALIDSIG ");
	const char *name = good ? strchr(good, ' ') : NULL;

	if (name && !verdict->signer)
		verdict->signer = g_strdup(name + 1);
	if (valid && !verdict->key) {
		const char *last = strrchr(valid, ' ');
		/* The last word is the primary key's fingerprint, the first the signing subkey's.
		 */
		verdict->key = g_strdup(last ? last + 1 : valid);
	}
}

static void read_signer(const char *said, GitVerdict *verdict)
{
	g_auto(GStrv) lines = g_strsplit(said, "\n", -1);

	for (char **line = lines; *line; line++) {
		const char *good = behind(*line, "Good \"git\" signature for ");

		if (good)
			read_ssh(good, verdict);
		else
			read_gpg(*line, verdict);
	}
}

/* Words for why git refused, in the order in which they are looked for. */
static char *reason_of(const char *said, bool knows_revoked)
{
	static const struct {
		const char *seen, *means;
	} reasons[] = {
		{"no signature found", "it is not signed"},
		{"allowedSignersFile needs to be configured",
		 "gpg.ssh.allowedSignersFile is not set, so no ssh key is known"},
		{"revoked", "the key was revoked"},
		{"REVKEYSIG", "the key was revoked"},
		{"EXPKEYSIG", "the key has expired"},
		{"certificate or key has expired", "the key was not valid at that time"},
		{"has expired", "the key was not valid at that time"},
		{"not yet valid", "the key was not valid at that time"},
		{"No principal matched", "the key is not listed in gpg.ssh.allowedSignersFile, or "
					 "was not valid at that time"},
		{"not permitted for use in signature namespace",
		 "the key may not sign for git, says its line in gpg.ssh.allowedSignersFile"},
		{"incorrect signature", "the text was changed after it was signed"},
		{"BADSIG", "the text was changed after it was signed"},
		{"NO_PUBKEY", "the key is not in the gpg keyring"},
	};

	for (guint i = 0; i < G_N_ELEMENTS(reasons); i++)
		if (strstr(said, reasons[i].seen))
			return g_strdup(reasons[i].means);
	/* git shows nothing of what ssh-keygen says about a revoked key; all else that ssh-keygen
	 * refuses is named above. */
	if (knows_revoked && strstr(said, "Could not verify signature"))
		return g_strdup("the key was revoked");
	return g_strdup_printf("git does not accept it: %.200s", said);
}

static GitVerdict *verify_one(char **env, GBytes *text, bool knows_revoked, GError **error)
{
	g_autofree char *oid = write_text(env, text, error);
	const char *const argv[] = {"git", "verify-tag", "--raw", oid, NULL};
	g_auto(ProcResult) result = {0};
	GitVerdict *verdict;

	if (!oid || !run_in(env, argv, NULL, &result, error))
		return NULL;
	verdict = g_new0(GitVerdict, 1);
	verdict->good = result.status == 0;
	read_signer(result.err->str, verdict);
	if (!verdict->good) {
		g_strdelimit(g_strchomp(result.err->str), "\r\n", ' ');
		verdict->reason = reason_of(result.err->str, knows_revoked);
	}
	return verdict;
}

static char *expand_home(const char *path)
{
	if (!path || !g_str_has_prefix(path, "~/"))
		return g_strdup(path);
	return g_build_filename(g_get_home_dir(), path + 2, NULL);
}

static bool has_ssh_signature(const GPtrArray *texts)
{
	static const char armor[] = "-----BEGIN SSH SIGNATURE-----";

	for (guint i = 0; i < texts->len; i++) {
		gsize length;
		const char *text = g_bytes_get_data(g_ptr_array_index(texts, i), &length);

		if (text && g_strstr_len(text, (gssize)length, armor))
			return true;
	}
	return false;
}

/* Who is believed is the operator's to say: a list that a pull can change says nothing. */
static bool refuse_tracked_list(GitRepo *repo, GError **error)
{
	const char *work = git_repo_work_dir(repo);
	g_autofree char *named = expand_home(git_repo_config(repo, "gpg.ssh.allowedSignersFile"));
	g_autofree char *path = named ? realpath(named, NULL) : NULL;
	g_autofree char *tree = work ? realpath(work, NULL) : NULL;
	g_autofree char *inside = g_strconcat(tree ? tree : "", "/", NULL);
	g_autofree char *own = g_strconcat(git_repo_common_dir(repo), "/", NULL);

	if (!path || !tree || !g_str_has_prefix(path, inside) || g_str_has_prefix(path, own))
		return true;
	error_set(error, ERR_CONFIG,
		  "gpg.ssh.allowedSignersFile names '%s', which is inside the work tree: whoever "
		  "changes it there would choose who is believed",
		  path);
	return error_hint(error, "keep your own: cp it out of the repository, and git config "
				 "gpg.ssh.allowedSignersFile to the copy");
}

GPtrArray *git_verify_texts(GitRepo *repo, const GPtrArray *texts, GError **error)
{
	g_autoptr(FileTemporary) scratch = file_make_temporary_folder(error);
	g_autoptr(GPtrArray) verdicts =
		g_ptr_array_new_with_free_func((GDestroyNotify)git_verdict_free);
	const bool knows_revoked = git_repo_config(repo, "gpg.ssh.revocationFile") != NULL;
	g_auto(GStrv) env = NULL;

	if (!scratch || (has_ssh_signature(texts) && !refuse_tracked_list(repo, error)))
		return NULL;
	env = verify_environment(repo, scratch);
	for (guint i = 0; i < texts->len; i++) {
		GitVerdict *verdict =
			verify_one(env, g_ptr_array_index(texts, i), knows_revoked, error);
		if (!verdict)
			return NULL;
		g_ptr_array_add(verdicts, verdict);
	}
	return g_steal_pointer(&verdicts);
}

/* ---- what verdicts depend on ---- */

static void add_file(GString *all, const char *path)
{
	g_autofree char *text = NULL;
	size_t length = 0;

	if (path && g_file_get_contents(path, &text, &length, NULL))
		g_string_append_len(all, text, (gssize)length);
	g_string_append_c(all, '\n');
}

/* gpg keeps keys in formats of its own: their modification times stand for them. */
static void add_keyring(GString *all)
{
	static const char *const files[] = {"pubring.kbx", "pubring.gpg", "trustdb.gpg"};
	const char *home = g_getenv("GNUPGHOME");
	g_autofree char *folder =
		home ? g_strdup(home) : g_build_filename(g_get_home_dir(), ".gnupg", NULL);

	for (guint i = 0; i < G_N_ELEMENTS(files); i++) {
		g_autofree char *path = g_build_filename(folder, files[i], NULL);
		struct stat info;
		if (stat(path, &info) == 0)
			g_string_append_printf(all,
					       "%s %" G_GINT64_FORMAT ".%ld %" G_GINT64_FORMAT "\n",
					       files[i], (gint64)info.st_mtim.tv_sec,
					       info.st_mtim.tv_nsec, (gint64)info.st_size);
	}
	/* An expired gpg key changes the verdict without any file changing: a verdict holds for a
	 * day. */
	g_string_append_printf(all, "day %" G_GINT64_FORMAT "\n",
			       g_get_real_time() / G_USEC_PER_SEC / 86400);
}

static gint compare_text(gconstpointer a, gconstpointer b)
{
	return strcmp(a, b);
}

char *git_verify_context(GitRepo *repo, GError **error)
{
	g_autoptr(GString) all = g_string_new(NULL);
	g_autofree char *allowed = expand_home(git_repo_config(repo, "gpg.ssh.allowedSignersFile"));
	g_autofree char *revoked = expand_home(git_repo_config(repo, "gpg.ssh.revocationFile"));
	GList *keys = g_list_sort(g_hash_table_get_keys(repo->config), compare_text);

	(void)error;
	for (GList *each = keys; each; each = each->next)
		if (g_str_has_prefix(each->data, "gpg."))
			g_string_append_printf(
				all, "%s=%s\n", (char *)each->data,
				(char *)g_hash_table_lookup(repo->config, each->data));
	g_list_free(keys);
	add_file(all, allowed);
	add_file(all, revoked);
	add_keyring(all);
	return text_sha256(all->str, all->len);
}
