#include <string.h>

#include "base/error.h"
#include <git2/sys/mempack.h>

#include "internal.h"

/* A backend that keeps objects in memory, before all others. */
static git_odb_backend *add_memory(git_repository *handle)
{
	const int before_all_others = 1000;
	git_odb *database = NULL;
	git_odb_backend *memory = NULL;

	if (git_repository_odb(&database, handle) != 0)
		return NULL;
	if (git_mempack_new(&memory) != 0 ||
	    git_odb_add_backend(database, memory, before_all_others) != 0)
		memory = NULL;
	git_odb_free(database);
	return memory;
}

bool git_repo_write_in_memory(GitRepo *repo, GError **error)
{
	return add_memory(repo->handle) ||
	       git_internal_fail(error, "cannot keep objects in memory");
}

static bool is_stored(git_odb *database, const git_oid *oid)
{
	return git_odb_exists(database, oid);
}

/* Puts a tree and what is below it into the pack, as far as the repository does not have it. */
static bool pack_tree(git_packbuilder *pack, git_odb *stored, git_repository *from,
		      const git_oid *oid)
{
	g_autoptr(git_tree) tree = NULL;
	bool ok = true;

	if (is_stored(stored, oid))
		return true;
	if (git_packbuilder_insert(pack, oid, NULL) != 0 || git_tree_lookup(&tree, from, oid) != 0)
		return false;
	for (size_t i = 0; ok && i < git_tree_entrycount(tree); i++) {
		const git_tree_entry *entry = git_tree_entry_byindex(tree, i);
		const git_oid *id = git_tree_entry_id(entry);

		if (git_tree_entry_type(entry) == GIT_OBJECT_TREE)
			ok = pack_tree(pack, stored, from, id);
		else if (!is_stored(stored, id))
			ok = git_packbuilder_insert(pack, id, NULL) == 0;
	}
	return ok;
}

/* What a tree needs beyond what the repository has, from a handle's memory as one pack of the
 * repository. */
static bool store_pack(const GitRepo *repo, git_repository *from, const char *tree)
{
	g_autofree char *folder = g_build_filename(repo->common_dir, "objects", "pack", NULL);
	git_packbuilder *pack = NULL;
	git_odb *stored = NULL;
	git_oid oid;
	bool ok = git_repository_odb(&stored, repo->handle) == 0 &&
		  git_oid_fromstr(&oid, tree) == 0 && git_packbuilder_new(&pack, from) == 0 &&
		  pack_tree(pack, stored, from, &oid) &&
		  git_packbuilder_write(pack, folder, 0, NULL, NULL) == 0;

	git_packbuilder_free(pack);
	if (ok)
		git_odb_refresh(stored);
	git_odb_free(stored);
	return ok;
}

static bool write_blobs(GitRepo *repo, const GitFile *files, guint count, GPtrArray *entries,
			GError **error)
{
	const guint regular_file = 0100644;

	for (guint i = 0; i < count; i++) {
		g_autofree char *oid =
			git_repo_write_blob(repo, files[i].text, strlen(files[i].text), error);

		if (!oid)
			return false;
		g_ptr_array_add(entries, git_entry_new(files[i].path, oid, regular_file));
	}
	return true;
}

/* On a handle of its own: what is kept in memory there must not swallow later writes. */
static char *write_packed(GitRepo *repo, const GitFile *files, guint count, GPtrArray *entries,
			  GError **error)
{
	GitRepo apart = *repo;
	char *tree = NULL;

	apart.handle = NULL;
	if (git_repository_open_ext(&apart.handle, repo->dir, GIT_REPOSITORY_OPEN_NO_SEARCH,
				    NULL) != 0 ||
	    !add_memory(apart.handle))
		git_internal_fail(error, "cannot write many objects");
	else if (write_blobs(&apart, files, count, entries, error))
		tree = git_repo_write_tree(&apart, entries, error);
	if (tree && !store_pack(repo, apart.handle, tree)) {
		git_internal_fail(error, "cannot write a pack");
		g_clear_pointer(&tree, g_free);
	}
	git_repository_free(apart.handle);
	return tree;
}

/* How many of the files are new to the repository. */
static guint count_new(GitRepo *repo, const GitFile *files, guint count)
{
	git_odb *stored = NULL;
	guint found = 0;

	if (git_repository_odb(&stored, repo->handle) != 0)
		return 0;
	for (guint i = 0; i < count; i++) {
		git_oid oid;

		if (git_odb_hash(&oid, files[i].text, strlen(files[i].text), GIT_OBJECT_BLOB) == 0)
			found += !is_stored(stored, &oid);
	}
	git_odb_free(stored);
	return found;
}

char *git_repo_write_files(GitRepo *repo, const GitFile *files, guint count, GError **error)
{
	const guint many = 200;
	g_autoptr(GPtrArray) entries =
		g_ptr_array_new_with_free_func((GDestroyNotify)git_entry_free);

	if (!git_internal_may_write(repo, error))
		return NULL;
	if (!repo->in_memory && count > many && count_new(repo, files, count) > many)
		return write_packed(repo, files, count, entries, error);
	return write_blobs(repo, files, count, entries, error)
		       ? git_repo_write_tree(repo, entries, error)
		       : NULL;
}

char *git_repo_hash_blob(GitRepo *repo, const void *bytes, size_t length, GError **error)
{
	git_oid oid;

	(void)repo;
	if (git_odb_hash(&oid, bytes, length, GIT_OBJECT_BLOB) == 0)
		return git_internal_text(&oid);
	git_internal_fail(error, "cannot hash a blob");
	return NULL;
}

char *git_repo_write_blob(GitRepo *repo, const void *bytes, size_t length, GError **error)
{
	git_oid oid;

	if (!git_internal_may_write(repo, error))
		return NULL;
	if (git_blob_create_from_buffer(&oid, repo->handle, bytes, length) == 0)
		return git_internal_text(&oid);
	git_internal_fail(error, "cannot write a blob");
	return NULL;
}

static gint compare_paths(gconstpointer a, gconstpointer b)
{
	const GitEntry *const *left = a, *const *right = b;

	return strcmp((*left)->path, (*right)->path);
}

static bool insert(git_treebuilder *builder, const char *name, const char *oid, guint mode,
		   GError **error)
{
	git_oid id;

	if (!git_internal_oid(&id, oid, error))
		return false;
	if (git_treebuilder_insert(NULL, builder, name, &id, (git_filemode_t)mode) == 0)
		return true;
	return git_internal_fail(error, "cannot write tree entry '%s'", name);
}

static char *finish_tree(git_treebuilder *builder, GError **error)
{
	git_oid oid;

	if (git_treebuilder_write(&oid, builder) == 0)
		return git_internal_text(&oid);
	git_internal_fail(error, "cannot write a tree");
	return NULL;
}

/*
 * Writes the tree of the sorted entries from *at on whose paths begin with the `depth` first bytes
 * of the first one, and moves *at behind them.
 */
static char *write_level(GitRepo *repo, GPtrArray *sorted, guint *at, size_t depth, GError **error)
{
	g_autoptr(git_treebuilder) builder = NULL;
	const char *first =
		*at < sorted->len ? ((GitEntry *)g_ptr_array_index(sorted, *at))->path : "";
	g_autofree char *prefix = g_strndup(first, depth);

	if (git_treebuilder_new(&builder, repo->handle, NULL) != 0) {
		git_internal_fail(error, "cannot write a tree");
		return NULL;
	}
	while (*at < sorted->len) {
		const GitEntry *entry = g_ptr_array_index(sorted, *at);
		const char *slash;
		g_autofree char *name = NULL;
		g_autofree char *tree = NULL;

		if (strncmp(entry->path, prefix, depth) != 0)
			break;
		slash = strchr(entry->path + depth, '/');
		if (!slash) {
			if (!insert(builder, entry->path + depth, entry->oid, entry->mode, error))
				return NULL;
			(*at)++;
			continue;
		}
		name = g_strndup(entry->path + depth, (gsize)(slash - entry->path) - depth);
		tree = write_level(repo, sorted, at, (size_t)(slash - entry->path) + 1, error);
		if (!tree || !insert(builder, name, tree, GIT_FILEMODE_TREE, error))
			return NULL;
	}
	return finish_tree(builder, error);
}

char *git_repo_write_tree(GitRepo *repo, const GPtrArray *entries, GError **error)
{
	g_autoptr(GPtrArray) sorted = g_ptr_array_sized_new(entries->len);
	guint at = 0;

	if (!git_internal_may_write(repo, error))
		return NULL;
	for (guint i = 0; i < entries->len; i++)
		g_ptr_array_add(sorted, g_ptr_array_index(entries, i));
	g_ptr_array_sort(sorted, compare_paths);
	return write_level(repo, sorted, &at, 0, error);
}

char *git_repo_join_trees(GitRepo *repo, const char *const *names, const char *const *trees,
			  guint count, GError **error)
{
	g_autoptr(git_treebuilder) builder = NULL;

	if (!git_internal_may_write(repo, error))
		return NULL;
	if (git_treebuilder_new(&builder, repo->handle, NULL) != 0) {
		git_internal_fail(error, "cannot write a tree");
		return NULL;
	}
	for (guint i = 0; i < count; i++)
		if (!insert(builder, names[i], trees[i], GIT_FILEMODE_TREE, error))
			return NULL;
	return finish_tree(builder, error);
}

/* ---- commits ---- */

static const char *first_of(const char *a, const char *b, const char *c)
{
	return a && *a ? a : b && *b ? b : c;
}

git_signature *git_internal_committer(GitRepo *repo, GError **error)
{
	g_autofree char *fallback = g_strconcat("git-migrate@", g_get_host_name(), NULL);
	const char *name =
		first_of(g_getenv("GIT_COMMITTER_NAME"), git_repo_config(repo, "committer.name"),
			 git_repo_config(repo, "user.name"));
	const char *email =
		first_of(g_getenv("GIT_COMMITTER_EMAIL"), git_repo_config(repo, "committer.email"),
			 git_repo_config(repo, "user.email"));
	git_signature *signature = NULL;

	if (git_signature_now(&signature, first_of(name, NULL, "git-migrate"),
			      first_of(email, NULL, fallback)) == 0)
		return signature;
	git_internal_fail(error, "the committer's name or address cannot be used");
	return NULL;
}

static void free_commit(gpointer commit)
{
	git_commit_free(commit);
}

/* The commits of these ids, or NULL with an error. */
static GPtrArray *commits_of(const GitRepo *repo, const char *const *ids, GError **error)
{
	g_autoptr(GPtrArray) commits = g_ptr_array_new_with_free_func(free_commit);

	for (; *ids; ids++) {
		git_commit *commit = NULL;
		git_oid oid;

		if (!git_internal_oid(&oid, *ids, error))
			return NULL;
		if (git_commit_lookup(&commit, repo->handle, &oid) != 0) {
			git_internal_fail(error, "cannot read commit %s", *ids);
			return NULL;
		}
		g_ptr_array_add(commits, commit);
	}
	return g_steal_pointer(&commits);
}

char *git_repo_write_commit(GitRepo *repo, const char *tree, const char *const *parents,
			    const char *message, GError **error)
{
	g_autoptr(git_signature) committer =
		git_internal_may_write(repo, error) ? git_internal_committer(repo, error) : NULL;
	g_autoptr(git_tree) root = committer ? git_internal_tree(repo, tree, error) : NULL;
	g_autoptr(GPtrArray) commits = root ? commits_of(repo, parents, error) : NULL;
	g_autofree const git_commit **borrowed =
		commits ? g_new0(const git_commit *, commits->len + 1) : NULL;
	git_oid oid;

	if (!commits)
		return NULL;
	for (guint i = 0; i < commits->len; i++)
		borrowed[i] = g_ptr_array_index(commits, i);
	if (git_commit_create(&oid, repo->handle, NULL, committer, committer, "UTF-8", message,
			      root, commits->len, borrowed) != 0) {
		git_internal_fail(error, "cannot write a commit");
		return NULL;
	}
	return git_internal_text(&oid);
}

/* ---- refs ---- */

bool git_ref_read(GitRepo *repo, const char *ref, char **oid, GError **error)
{
	git_oid target;
	const int state = git_reference_name_to_id(&target, repo->handle, ref);

	*oid = state == 0 ? git_internal_text(&target) : NULL;
	return *oid || state == GIT_ENOTFOUND ||
	       git_internal_fail(error, "cannot read ref '%s'", ref);
}

char *git_ref_find(GitRepo *repo, const char *ref)
{
	char *oid;

	return git_ref_read(repo, ref, &oid, NULL) ? oid : NULL;
}

bool git_ref_move(GitRepo *repo, const char *ref, const char *new_oid, const char *old_oid,
		  const char *reason, bool *moved, GError **error)
{
	g_autoptr(git_reference) made = NULL;
	git_oid target, before = {{0}};
	int state;

	*moved = false;
	if (!git_internal_may_write(repo, error) || !git_internal_oid(&target, new_oid, error) ||
	    (old_oid && !git_internal_oid(&before, old_oid, error)))
		return false;
	/* All zeros: there must be none, which libgit2 judges below its lock file. Its own way of
	 * creating looks before it locks, so that of two who create at once one is overwritten
	 * (seen with 1.5). */
	state = git_reference_create_matching(&made, repo->handle, ref, &target, 1, &before,
					      reason);
	*moved = state == 0;
	/* Somebody else's update or deletion, or his lock file, at the same moment: the caller
	 * looks again. */
	if (state == 0 || state == GIT_EMODIFIED || state == GIT_EEXISTS || state == GIT_ELOCKED ||
	    (old_oid && state == GIT_ENOTFOUND))
		return true;
	return git_internal_fail(error, "cannot move ref '%s'", ref);
}

char **git_ref_list(GitRepo *repo, const char *prefix, GError **error)
{
	g_autofree char *glob = g_strconcat(prefix, "*", NULL);
	g_autoptr(git_reference_iterator) each = NULL;
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	const char *name;

	if (git_reference_iterator_glob_new(&each, repo->handle, glob) != 0) {
		git_internal_fail(error, "cannot list refs below '%s'", prefix);
		return NULL;
	}
	while (git_reference_next_name(&name, each) == 0)
		g_ptr_array_add(names, g_strdup(name));
	g_ptr_array_add(names, NULL);
	return (char **)g_ptr_array_free(g_steal_pointer(&names), FALSE);
}

char *git_repo_branch(GitRepo *repo)
{
	static const char prefix[] = "refs/heads/";
	g_autoptr(git_reference) head = NULL;
	const char *target;

	if (git_reference_lookup(&head, repo->handle, "HEAD") != 0 ||
	    git_reference_type(head) != GIT_REFERENCE_SYMBOLIC)
		return NULL;
	target = git_reference_symbolic_target(head);
	return g_str_has_prefix(target, prefix) ? g_strdup(target + strlen(prefix)) : NULL;
}
