#include "git/walk.h"

#include <string.h>

#include "base/borrow.h"
#include "base/error.h"
#include "internal.h"

static void landing_free(GitLanding *landing)
{
	if (!landing)
		return;
	g_free(landing->commit);
	g_free(landing);
}

void git_change_free(GitChange *change)
{
	if (!change)
		return;
	g_free(change->commit);
	g_free(change->author);
	g_free(change->email);
	g_free(change->subject);
	g_free(change);
}

/* ---- landings ---- */

typedef struct {
	GitRepo *repo;
	const char *folder;
	GHashTable *open;    /* paths not placed yet */
	GHashTable *found;   /* path to GitLanding* */
	GHashTable *shallow; /* git_internal_shallow() */
} Landings;

static void place(Landings *walk, const char *path, const git_commit *commit, guint distance)
{
	GitLanding *landing = g_new0(GitLanding, 1);

	landing->commit = commit ? git_internal_text(git_commit_id(commit)) : NULL;
	landing->distance = distance;
	g_hash_table_replace(walk->found, g_strdup(path), landing);
}

static void place_rest(Landings *walk, const git_commit *commit, guint distance)
{
	GHashTableIter each;
	gpointer path;

	g_hash_table_iter_init(&each, walk->open);
	while (g_hash_table_iter_next(&each, &path, NULL))
		place(walk, path, commit, distance);
	g_hash_table_remove_all(walk->open);
}

/* Places those open paths that `tree` (may be NULL: no such folder) does not have: they landed with
 * `commit`. */
static void place_absent(Landings *walk, const git_tree *tree, const git_commit *commit,
			 guint distance)
{
	GHashTableIter each;
	gpointer path;

	g_hash_table_iter_init(&each, walk->open);
	while (g_hash_table_iter_next(&each, &path, NULL)) {
		g_autoptr(git_tree_entry) entry = NULL;

		if (tree && git_tree_entry_bypath(&entry, tree, path) == 0)
			continue;
		place(walk, path, commit, distance);
		g_hash_table_iter_remove(&each);
	}
}

/* The id of the folder's tree in a commit; false when it does not exist there. */
static bool folder_id(Landings *walk, const git_commit *commit, git_oid *oid, GError **error)
{
	g_autoptr(git_tree) root = NULL;
	g_autoptr(git_tree_entry) entry = NULL;
	g_autofree char *text = git_internal_text(git_commit_tree_id(commit));

	memset(oid, 0, sizeof *oid);
	root = git_internal_tree(walk->repo, text, error);
	if (!root)
		return false;
	if (git_tree_entry_bypath(&entry, root, walk->folder) == 0)
		git_oid_cpy(oid, git_tree_entry_id(entry));
	return true;
}

static git_tree *tree_of(Landings *walk, const git_oid *oid)
{
	g_autofree char *text = NULL;

	if (git_oid_is_zero(oid))
		return NULL;
	text = git_internal_text(oid);
	return git_internal_tree(walk->repo, text, NULL);
}

static bool refuse_shallow(GError **error)
{
	return git_internal_refuse_shallow(error,
					   "hides when migrations landed, and who wrote them");
}

/* First parent, or NULL at the root. False when the history is cut off here. */
static bool first_parent(Landings *walk, const git_commit *commit, git_commit **parent,
			 GError **error)
{
	*parent = NULL;
	if (git_internal_is_cut(walk->shallow, commit))
		return refuse_shallow(error);
	if (git_commit_parentcount(commit) == 0)
		return true;
	if (git_commit_parent(parent, commit, 0) == 0)
		return true;
	return walk->repo->shallow ? refuse_shallow(error)
				   : git_internal_fail(error, "cannot read a parent commit");
}

/* One step back: what the parent's folder lacks landed with this commit. */
static bool compare_with_parent(Landings *walk, const git_commit *commit, const git_commit *parent,
				git_oid *folder, guint distance, GError **error)
{
	git_oid before;
	g_autoptr(git_tree) tree = NULL;

	if (!folder_id(walk, parent, &before, error))
		return false;
	if (!git_oid_equal(&before, folder)) {
		tree = tree_of(walk, &before);
		place_absent(walk, tree, commit, distance);
		git_oid_cpy(folder, &before);
	}
	return true;
}

static bool walk_back(Landings *walk, git_commit *tip, const git_oid *boundary, GError **error)
{
	git_commit *commit = tip;
	guint distance = 0;
	git_oid folder;
	bool ok = folder_id(walk, commit, &folder, error);

	while (ok && g_hash_table_size(walk->open)) {
		git_commit *parent;

		if (boundary && git_oid_equal(git_commit_id(commit), boundary)) {
			place_rest(walk, NULL, distance);
			break;
		}
		ok = first_parent(walk, commit, &parent, error);
		if (ok && !parent) {
			place_rest(walk, commit, distance);
			break;
		}
		ok = ok && compare_with_parent(walk, commit, parent, &folder, distance, error);
		if (commit != tip)
			git_commit_free(commit);
		commit = parent;
		distance++;
	}
	if (commit && commit != tip)
		git_commit_free(commit);
	return ok;
}

/* The nearest first-parent ancestor of `tip` that the boundary has, too: what exists there landed
 * at or before the boundary, which it is itself where that lies on the chain. False: there is none.
 */
static bool find_stop(const GitRepo *repo, const git_oid *tip, const git_oid *boundary,
		      git_oid *stop)
{
	g_autoptr(git_revwalk) walk = NULL;
	g_autoptr(git_commit) commit = NULL;
	git_oid last;
	bool any = false;

	if (git_revwalk_new(&walk, repo->handle) != 0)
		return false;
	git_revwalk_simplify_first_parent(walk);
	git_revwalk_push(walk, tip);
	git_revwalk_hide(walk, boundary);
	while (git_revwalk_next(&last, walk) == 0)
		any = true;
	if (any && (git_commit_lookup(&commit, repo->handle, &last) != 0 ||
		    git_commit_parentcount(commit) == 0))
		return false;
	git_oid_cpy(stop, any ? git_commit_parent_id(commit, 0) : tip);
	return true;
}

/* The same in a shallow clone, by git, which knows where it is cut off. A chain that is cut off
 * before has no stop but the boundary: walk_back() refuses if it gets to the cut. */
static bool find_shallow_stop(const Landings *walk, const char *tip, const char *boundary,
			      git_oid *stop)
{
	g_autofree char *hidden = g_strconcat("^", boundary, NULL);
	const char *const words[] = {"rev-list", "--first-parent", "--parents", tip, hidden, "--",
				     NULL};
	g_autofree char *text = git_repo_run(walk->repo, words, NULL);
	const char *end = text ? strrchr(g_strchomp(text), '\n') : NULL;
	g_auto(GStrv) field = g_strsplit(end ? end + 1 : text ? text : tip, " ", -1);

	if (!field[0])
		return git_internal_oid(stop, tip, NULL);
	if (field[1])
		return git_internal_oid(stop, field[1], NULL);
	return git_internal_is_cut_id(walk->repo, walk->shallow, field[0]) &&
	       git_internal_oid(stop, boundary, NULL);
}

static bool are_related(const Landings *walk, const char *tip, const char *boundary)
{
	const char *const words[] = {"merge-base", tip, boundary, NULL};
	g_autofree char *base = git_repo_run(walk->repo, words, NULL);

	return base;
}

/* Where the walk from `tip` may end. All zeros: at the root, for nothing of the chain is in the
 * boundary's history, though they met by other parents. */
static bool find_boundary(Landings *walk, const char *tip, const char *boundary, git_oid *stop,
			  bool *off_chain, GError **error)
{
	git_oid from, last;

	if (!git_internal_oid(&from, tip, error) || !git_internal_oid(&last, boundary, error))
		return false;
	memset(stop, 0, sizeof *stop);
	if ((walk->repo->shallow ? find_shallow_stop(walk, tip, boundary, stop)
				 : find_stop(walk->repo, &from, &last, stop)) ||
	    are_related(walk, tip, boundary)) {
		if (off_chain && !git_oid_equal(stop, &last))
			*off_chain = true;
		return true;
	}
	if (walk->repo->shallow)
		return refuse_shallow(error);
	error_set(
		error, ERR_REFUSED,
		"history was rewritten: the last deployed commit %.12s has nothing in common with "
		"this one",
		boundary);
	return error_hint(error, "deploy a commit that descends from it");
}

GHashTable *git_walk_landings(GitRepo *repo, const char *tip, const char *boundary,
			      const char *folder, const char *const *paths, bool *off_chain,
			      GError **error)
{
	g_autoptr(GHashTable) found = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
							    (GDestroyNotify)landing_free);
	g_autoptr(GHashTable) open = g_hash_table_new(g_str_hash, g_str_equal);
	g_autoptr(git_commit) commit = NULL;
	g_autoptr(GHashTable) shallow = git_internal_shallow(repo);
	Landings walk = {repo, folder, open, found, shallow};
	git_oid start, stop;

	if (!git_internal_oid(&start, tip, error))
		return NULL;
	if (git_commit_lookup(&commit, repo->handle, &start) != 0) {
		git_internal_fail(error, "cannot read commit %s", tip);
		return NULL;
	}
	for (; *paths; paths++)
		borrow_key(open, *paths);
	if (boundary && !find_boundary(&walk, tip, boundary, &stop, off_chain, error))
		return NULL;
	if (!walk_back(&walk, commit, boundary ? &stop : NULL, error))
		return NULL;
	return g_steal_pointer(&found);
}

/* ---- changes ---- */

/* HASH NUL AUTHOR NUL EMAIL NUL TIME NUL SUBJECT, as asked for below. */
static GitChange *parse_change(char **field)
{
	GitChange *change = g_new0(GitChange, 1);

	change->commit = g_strdup(field[0]);
	change->author = g_strdup(field[1]);
	change->email = g_strdup(field[2]);
	change->time = g_ascii_strtoll(field[3], NULL, 10);
	change->subject = g_strdup(field[4]);
	return change;
}

/* Whether a raw line ":MODE MODE OLD NEW STATUS<tab>PATH" ends at the original text. */
static bool reaches(const char *raw, const char *original)
{
	g_auto(GStrv) word = g_strsplit(raw, " ", 5);

	return g_strv_length(word) == 5 && strcmp(word[3], original) == 0;
}

GPtrArray *git_walk_changes(GitRepo *repo, const char *tip, const char *path, const char *original,
			    GError **error)
{
	g_autofree char *pathspec = g_strconcat(":(top,literal)", path, NULL);
	const char *const arguments[] = {"log",
					 "--no-renames",
					 "--raw",
					 "--no-abbrev",
					 "--no-color",
					 "-m",
					 "--first-parent",
					 "--format=tformat:%x01%H%x02%an%x02%ae%x02%at%x02%s",
					 tip,
					 "--",
					 pathspec,
					 NULL};
	g_autofree char *text = git_repo_run(repo, arguments, error);
	g_autoptr(GPtrArray) changes =
		g_ptr_array_new_with_free_func((GDestroyNotify)git_change_free);
	g_autoptr(GHashTable) shallow = git_internal_shallow(repo);
	g_auto(GStrv) entries = NULL;

	if (!text)
		return NULL;
	entries = g_strsplit(text, "\001", -1);
	for (guint i = 1; entries[i - 1] && entries[i]; i++) {
		g_auto(GStrv) lines = g_strsplit(entries[i], "\n", -1);
		g_auto(GStrv) field = g_strsplit(lines[0], "\002", 5);
		const char *raw = strchr(entries[i], '\n') ? strstr(entries[i], "\n:") : NULL;

		if (g_strv_length(field) != 5 || !raw || reaches(raw + 1, original) ||
		    /* Where the history is cut off git shows every file as brought there. */
		    git_internal_is_cut_id(repo, shallow, field[0]))
			break;
		g_ptr_array_add(changes, parse_change(field));
	}
	return g_steal_pointer(&changes);
}

/* ---- authors ---- */

#define AUTHOR_FORMAT "--format=%ae%n%ce%n%GF%n%(trailers:key=Co-authored-by,valueonly)"

/* "NAME <MAIL>", or a mail address or fingerprint alone. */
static void add_author(GHashTable *authors, const char *text)
{
	const char *open = strchr(text, '<');
	const char *close = open ? strchr(open, '>') : NULL;

	if (close)
		g_hash_table_add(authors, g_strndup(open + 1, (gsize)(close - open - 1)));
	else if (*text)
		g_hash_table_add(authors, g_strdup(text));
}

/* The words of `git log` for these paths, char* owned. With very many the whole range is asked
 * about: more authors, never fewer. */
static GPtrArray *author_words(const char *tip, const char *base, const char *const *paths)
{
	const size_t most_paths = 1000;
	GPtrArray *words = g_ptr_array_new_with_free_func(g_free);
	size_t count = 0;

	g_ptr_array_add(words, g_strdup("log"));
	g_ptr_array_add(words, g_strdup(AUTHOR_FORMAT));
	g_ptr_array_add(words, base ? g_strdup_printf("%s..%s", base, tip) : g_strdup(tip));
	g_ptr_array_add(words, g_strdup("--"));
	while (paths[count])
		count++;
	for (size_t i = 0; i < count && count <= most_paths; i++)
		g_ptr_array_add(words, g_strconcat(":(top,literal)", paths[i], NULL));
	g_ptr_array_add(words, NULL);
	return words;
}

GHashTable *git_walk_authors(GitRepo *repo, const char *tip, const char *base,
			     const char *const *paths, GError **error)
{
	g_autoptr(GHashTable) authors =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autoptr(GPtrArray) words = author_words(tip, base, paths);
	g_autofree char *said = NULL;
	g_auto(GStrv) lines = NULL;

	if (repo->shallow) {
		refuse_shallow(error);
		return NULL;
	}
	said = git_repo_run(repo, (const char *const *)words->pdata, error);
	if (!said)
		return NULL;
	lines = g_strsplit(said, "\n", -1);
	for (char **line = lines; *line; line++)
		add_author(authors, *line);
	return g_steal_pointer(&authors);
}
