#include <string.h>

#include "base/error.h"
#include "internal.h"

void git_revision_free(GitRevision *revision)
{
	if (!revision)
		return;
	g_free(revision->oid);
	g_free(revision->tree);
	g_free(revision->author);
	g_free(revision->email);
	g_free(revision->subject);
	g_free(revision);
}

void git_entry_free(GitEntry *entry)
{
	if (!entry)
		return;
	g_free(entry->path);
	g_free(entry->oid);
	g_free(entry);
}

GitEntry *git_entry_new(const char *path, const char *oid, guint mode)
{
	GitEntry *entry = g_new0(GitEntry, 1);

	entry->path = g_strdup(path);
	entry->oid = g_strdup(oid);
	entry->mode = mode;
	return entry;
}

/* ---- partial clones ---- */

/* Older git names the promisor in an extension, newer git only in the remote's own settings. */
bool git_internal_is_partial(GitRepo *repo)
{
	GHashTableIter each;
	gpointer key;

	if (git_repo_config(repo, "extensions.partialclone"))
		return true;
	g_hash_table_iter_init(&each, repo->config);
	while (g_hash_table_iter_next(&each, &key, NULL))
		if (g_str_has_prefix(key, "remote.") && g_str_has_suffix(key, ".promisor") &&
		    git_repo_config_bool(repo, key, true))
			return true;
	return false;
}

bool git_internal_fetch_missing(GitRepo *repo, const char *oid)
{
	const char *const arguments[] = {"cat-file", "-e", oid, NULL};
	g_autofree char *done = NULL;

	if (!git_internal_is_partial(repo))
		return false;
	done = git_repo_run(repo, arguments, NULL);
	return done;
}

/* Looks an object up, with one try to fetch it. 0 as libgit2. */
static int lookup(GitRepo *repo, git_object **object, const git_oid *oid, git_object_t type)
{
	int state = git_object_lookup(object, repo->handle, oid, type);
	g_autofree char *text = NULL;

	if (state != GIT_ENOTFOUND)
		return state;
	text = git_internal_text(oid);
	if (git_internal_fetch_missing(repo, text))
		state = git_object_lookup(object, repo->handle, oid, type);
	return state;
}

/* ---- commits ---- */

static git_object *parse_revision(GitRepo *repo, const char *revision, git_object_t type)
{
	git_object *found = NULL, *peeled = NULL;

	if (git_revparse_single(&found, repo->handle, revision) == 0)
		git_object_peel(&peeled, found, type);
	git_object_free(found);
	return peeled;
}

static void fail_revision(GitRepo *repo, const char *revision, GError **error)
{
	if (strcmp(revision, "HEAD") == 0) {
		error_set(error, ERR_REPOSITORY, "the current branch has no commit yet");
		error_hint(error, "commit your migrations: git add db && git commit");
		return;
	}
	error_set(error, ERR_REPOSITORY, "'%s' names no commit in this repository", revision);
	if (repo->shallow)
		error_hint(
			error,
			"this is a shallow clone: git fetch --unshallow (in CI: fetch-depth: 0)");
	else
		error_hint(error, "fetch it first: git fetch --tags");
}

GitRevision *git_repo_commit(GitRepo *repo, const char *revision, GError **error)
{
	g_autoptr(git_object) object = parse_revision(repo, revision, GIT_OBJECT_COMMIT);
	const git_commit *commit = (git_commit *)object;
	GitRevision *result;

	if (!object) {
		fail_revision(repo, revision, error);
		return NULL;
	}
	result = g_new0(GitRevision, 1);
	result->oid = git_internal_text(git_commit_id(commit));
	result->tree = git_internal_text(git_commit_tree_id(commit));
	result->author = g_strdup(git_commit_author(commit)->name);
	result->email = g_strdup(git_commit_author(commit)->email);
	result->time = git_commit_author(commit)->when.time;
	result->subject = g_strdup(git_commit_summary((git_commit *)object));
	return result;
}

char *git_repo_find_commit(GitRepo *repo, const char *revision)
{
	g_autoptr(git_object) object = parse_revision(repo, revision, GIT_OBJECT_COMMIT);

	return object ? git_internal_text(git_object_id(object)) : NULL;
}

char *git_repo_resolve(GitRepo *repo, const char *revision, GError **error)
{
	char *oid = git_repo_find_commit(repo, revision);

	if (!oid)
		fail_revision(repo, revision, error);
	return oid;
}

char *git_repo_commit_message(GitRepo *repo, const char *oid, GError **error)
{
	g_autoptr(git_object) object = parse_revision(repo, oid, GIT_OBJECT_COMMIT);

	if (object)
		return g_strdup(git_commit_message((git_commit *)object));
	fail_revision(repo, oid, error);
	return NULL;
}

bool git_internal_ahead_behind(GitRepo *repo, const char *tip, const char *base, guint *ahead,
			       guint *behind, GError **error)
{
	git_oid ours, theirs;
	size_t more, less;

	if (!git_internal_oid(&ours, tip, error) || !git_internal_oid(&theirs, base, error))
		return false;
	if (git_graph_ahead_behind(&more, &less, repo->handle, &ours, &theirs) != 0)
		return git_internal_fail(error, "cannot compare commits %.12s and %.12s", tip,
					 base);
	*ahead = (guint)more;
	*behind = (guint)less;
	return true;
}

/* git knows its own shallow clones; libgit2 below 1.7 stumbles where their history is cut off. */
static bool shallow_ahead_behind(GitRepo *repo, GHashTable *shallow, const char *tip,
				 const char *base, guint *ahead, guint *behind, GError **error)
{
	g_autofree char *range = g_strdup_printf("%s...%s", tip, base);
	const char *const words[] = {"rev-list", "--left-right", range, "--", NULL};
	g_autofree char *text = git_repo_run(repo, words, error);
	g_auto(GStrv) lines = text ? g_strsplit(text, "\n", -1) : NULL;
	guint more = 0, less = 0;

	if (!lines)
		return false;
	for (char **line = lines; *line && **line; line++) {
		if (git_internal_is_cut_id(repo, shallow, *line + 1))
			return git_internal_refuse_shallow(
				error,
				"does not show how commits %.12s and %.12s stand to each other",
				tip, base);
		*(**line == '<' ? &more : &less) += 1;
	}
	*ahead = more;
	*behind = less;
	return true;
}

bool git_repo_ahead_behind(GitRepo *repo, const char *tip, const char *base, guint *ahead,
			   guint *behind, GError **error)
{
	g_autoptr(GHashTable) shallow = git_internal_shallow(repo);

	return g_hash_table_size(shallow)
		       ? shallow_ahead_behind(repo, shallow, tip, base, ahead, behind, error)
		       : git_internal_ahead_behind(repo, tip, base, ahead, behind, error);
}

/* ---- trees ---- */

git_tree *git_internal_tree(GitRepo *repo, const char *treeish, GError **error)
{
	git_object *object = parse_revision(repo, treeish, GIT_OBJECT_TREE);
	git_oid oid;

	/* An id whose object a partial clone has not got yet. */
	if (!object && strlen(treeish) == GIT_OID_HEXSZ && git_oid_fromstr(&oid, treeish) == 0 &&
	    git_internal_fetch_missing(repo, treeish))
		object = parse_revision(repo, treeish, GIT_OBJECT_TREE);
	if (!object)
		fail_revision(repo, treeish, error);
	return (git_tree *)object;
}

bool git_internal_subtree(GitRepo *repo, git_tree *root, const char *folder, git_tree **tree,
			  GError **error)
{
	g_autoptr(git_tree_entry) entry = NULL;
	git_object *object = NULL;
	int state;

	*tree = NULL;
	if (!*folder)
		return git_tree_dup(tree, root) == 0 ||
		       git_internal_fail(error, "cannot read the root folder");
	state = git_tree_entry_bypath(&entry, root, folder);
	if (state == GIT_ENOTFOUND)
		return true;
	if (state != 0 || git_tree_entry_type(entry) != GIT_OBJECT_TREE ||
	    lookup(repo, &object, git_tree_entry_id(entry), GIT_OBJECT_TREE) != 0)
		return git_internal_fail(error, "cannot read folder '%s'", folder);
	*tree = (git_tree *)object;
	return true;
}

/* Adds all blobs below a tree, whose names begin with `prefix`. Depth is bounded by what git can
 * check out. */
static bool list_tree(GitRepo *repo, const git_tree *tree, const char *prefix, GPtrArray *entries,
		      GError **error)
{
	for (size_t i = 0; i < git_tree_entrycount(tree); i++) {
		const git_tree_entry *entry = git_tree_entry_byindex(tree, i);
		g_autofree char *path = g_strconcat(prefix, git_tree_entry_name(entry), NULL);
		git_object *below = NULL;

		if (git_tree_entry_type(entry) == GIT_OBJECT_TREE) {
			g_autofree char *deeper = g_strconcat(path, "/", NULL);
			bool ok;

			if (lookup(repo, &below, git_tree_entry_id(entry), GIT_OBJECT_TREE) != 0)
				return git_internal_fail(error, "cannot read folder '%s'", path);
			ok = list_tree(repo, (git_tree *)below, deeper, entries, error);
			git_object_free(below);
			if (!ok)
				return false;
		} else {
			GitEntry *found = g_new0(GitEntry, 1);

			found->path = g_steal_pointer(&path);
			found->oid = git_internal_text(git_tree_entry_id(entry));
			found->mode = (guint)git_tree_entry_filemode(entry);
			g_ptr_array_add(entries, found);
		}
	}
	return true;
}

GPtrArray *git_repo_list(GitRepo *repo, const char *treeish, const char *folder, GError **error)
{
	g_autoptr(GPtrArray) entries =
		g_ptr_array_new_with_free_func((GDestroyNotify)git_entry_free);
	g_autoptr(git_tree) root = git_internal_tree(repo, treeish, error);
	g_autoptr(git_tree) tree = NULL;

	if (!root || !git_internal_subtree(repo, root, folder, &tree, error))
		return NULL;
	if (tree && !list_tree(repo, tree, "", entries, error))
		return NULL;
	return g_steal_pointer(&entries);
}

/* MODE SP OID SP STAGE TAB PATH; a conflicted file has no stage 0 and is none yet. */
static void add_staged(GPtrArray *entries, const char *line, size_t prefix)
{
	const char *tab = strchr(line, '\t');
	g_auto(GStrv) word = g_strsplit(line, " ", 3);

	if (!tab || g_strv_length(word) != 3 || word[2][0] != '0' || strlen(tab + 1) <= prefix)
		return;
	g_ptr_array_add(entries, git_entry_new(tab + 1 + prefix, word[1],
					       (guint)g_ascii_strtoull(word[0], NULL, 8)));
}

GPtrArray *git_index_list(GitRepo *repo, const char *folder, GError **error)
{
	g_autofree char *pathspec = g_strdup_printf(":(top,literal)%s/", folder);
	const char *const words[] = {"ls-files", "--stage", "--full-name", "-z",
				     "--",       pathspec,  NULL};
	g_autoptr(GBytes) said = git_repo_run_bytes(repo, words, error);
	const size_t prefix = strlen(folder) + 1;
	const char *at, *end;
	GPtrArray *entries;
	size_t length;

	if (!said)
		return NULL;
	entries = g_ptr_array_new_with_free_func((GDestroyNotify)git_entry_free);
	at = g_bytes_get_data(said, &length);
	for (end = at + length; at && at < end; at += strlen(at) + 1)
		add_staged(entries, at, prefix);
	return entries;
}

/* *entry is NULL when nothing stands there. */
static bool find_entry(GitRepo *repo, const char *treeish, const char *path, git_tree_entry **entry,
		       GError **error)
{
	g_autoptr(git_tree) root = git_internal_tree(repo, treeish, error);
	int state;

	*entry = NULL;
	if (!root)
		return false;
	state = git_tree_entry_bypath(entry, root, path);
	return state == 0 || state == GIT_ENOTFOUND ||
	       git_internal_fail(error, "cannot read '%s'", path);
}

bool git_repo_path_oid(GitRepo *repo, const char *treeish, const char *path, char **oid,
		       GError **error)
{
	g_autoptr(git_tree_entry) entry = NULL;
	const bool ok = find_entry(repo, treeish, path, &entry, error);

	*oid = entry ? git_internal_text(git_tree_entry_id(entry)) : NULL;
	return ok;
}

bool git_repo_path_mode(GitRepo *repo, const char *treeish, const char *path, guint *mode,
			GError **error)
{
	g_autoptr(git_tree_entry) entry = NULL;
	const bool ok = find_entry(repo, treeish, path, &entry, error);

	*mode = entry ? (guint)git_tree_entry_filemode_raw(entry) : 0;
	return ok;
}

char *git_repo_path_find(GitRepo *repo, const char *treeish, const char *path)
{
	char *oid;

	return git_repo_path_oid(repo, treeish, path, &oid, NULL) ? oid : NULL;
}

GBytes *git_repo_blob(GitRepo *repo, const char *oid, GError **error)
{
	g_autoptr(git_object) object = NULL;
	const git_blob *blob;
	size_t length;
	char *copy;
	git_oid id;

	if (!git_internal_oid(&id, oid, error))
		return NULL;
	if (lookup(repo, &object, &id, GIT_OBJECT_BLOB) != 0) {
		git_internal_fail(error, "cannot read blob %s", oid);
		error_hint(error, "git fsck tells whether the repository is whole");
		return NULL;
	}
	blob = (git_blob *)object;
	length = (size_t)git_blob_rawsize(blob);
	copy = g_malloc(length + 1);
	memcpy(copy, git_blob_rawcontent(blob), length);
	copy[length] = '\0';
	return g_bytes_new_take(copy, length);
}

char *git_repo_diff_blobs(GitRepo *repo, const char *old_oid, const char *new_oid, GError **error)
{
	const char *const arguments[] = {
		"diff", "--no-color", "--no-ext-diff", "--no-textconv", old_oid, new_oid, NULL};
	g_autofree char *text = git_repo_run(repo, arguments, error);
	const char *hunk;

	/* The header names blobs, which says nothing to people: the hunks do. */
	hunk = text ? strstr(text, "\n@@") : NULL;
	return hunk ? g_strdup(hunk + 1) : g_steal_pointer(&text);
}

char *git_diff_texts(const char *before, const char *after)
{
	git_patch *patch = NULL;
	git_buf text = GIT_BUF_INIT;
	const char *hunk = NULL;
	char *result;

	if (git_patch_from_buffers(&patch, before, strlen(before), NULL, after, strlen(after), NULL,
				   NULL) == 0 &&
	    git_patch_to_buf(&text, patch) == 0)
		hunk = strstr(text.ptr, "\n@@");
	result = g_strdup(hunk ? hunk + 1 : "");
	git_buf_dispose(&text);
	git_patch_free(patch);
	return result;
}

bool git_repo_has_object(GitRepo *repo, const char *oid)
{
	git_odb *database = NULL;
	git_oid id;
	bool has;

	if (git_oid_fromstr(&id, oid) != 0 || git_repository_odb(&database, repo->handle) != 0)
		return false;
	has = git_odb_exists(database, &id);
	git_odb_free(database);
	return has;
}
