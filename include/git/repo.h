/*
 * The repository as we need it: revisions, trees and blobs of any commit, refs, and settings. Never
 * the work tree.
 *
 * Git itself is asked first whether and where there is a repository (ownership and safe.directory
 * are its decision) and for its settings; objects are then read through libgit2. Object ids are
 * lower-case hexadecimal strings. Only this part includes git2.h.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct GitRepo GitRepo;

/*
 * Opens the repository of the current folder or of Git's environment variables. ERR_REPOSITORY with
 * a remedy when there is none, when Git does not trust its owner, or when libgit2 cannot read it
 * (sha256 objects, reftable refs).
 */
GitRepo *git_repo_open(GError **error);

/* Frees it; NULL is fine. */
void git_repo_free(GitRepo *repo);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GitRepo, git_repo_free)

const char *git_repo_dir(const GitRepo *repo);        /* absolute Git directory (of the worktree) */
const char *git_repo_common_dir(const GitRepo *repo); /* absolute; our own state lives below it */
const char *git_repo_work_dir(const GitRepo *repo);   /* absolute, or NULL when bare */
bool git_repo_is_bare(const GitRepo *repo);

/* Whether history is cut off somewhere (a clone with --depth). */
bool git_repo_is_shallow(const GitRepo *repo);

/* Git's settings as git-config(1) resolves them, `git -c` and includes too. NULL when unset.
 * Borrowed from the repository. */
const char *git_repo_config(GitRepo *repo, const char *key);

/* A setting as git reads booleans; `otherwise` when it is not set, or is none. */
bool git_repo_config_bool(GitRepo *repo, const char *key, bool otherwise);
/* Whether the value in force comes from a file inside the work tree (include.path = ../x), which a
 * pull could change. */
bool git_repo_config_is_tracked(GitRepo *repo, const char *key);

/* Runs git in this repository: `arguments` without "git". Output for the caller to free, or NULL
 * with ERR_REPOSITORY. */
char *git_repo_run(const GitRepo *repo, const char *const *arguments, GError **error);

/* The same with all bytes, NULs too. */
GBytes *git_repo_run_bytes(const GitRepo *repo, const char *const *arguments, GError **error);

typedef struct {
	char *oid;
	char *tree;
	char *author; /* name */
	char *email;
	gint64 time; /* author's, seconds since the epoch */
	char *subject;
} GitRevision;

/* Frees it; NULL is fine. */
void git_revision_free(GitRevision *commit);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GitRevision, git_revision_free)

/* The commit that a revision (gitrevisions(7)) names, tags peeled; ERR_REPOSITORY names the
 * revision. */
GitRevision *git_repo_commit(GitRepo *repo, const char *revision, GError **error);

/* The same, the id alone, for the caller to free. */
char *git_repo_resolve(GitRepo *repo, const char *revision, GError **error);

/* The same where there may be none: NULL then. */
char *git_repo_find_commit(GitRepo *repo, const char *revision);

/* How many commits `tip` has that `base` has not, and the other way round; ERR_REPOSITORY where a
 * shallow clone hides some of them. */
bool git_repo_ahead_behind(GitRepo *repo, const char *tip, const char *base, guint *ahead,
			   guint *behind, GError **error);

/* Whether an object with this id is here, without asking a remote. */
bool git_repo_has_object(GitRepo *repo, const char *oid);

/* Modes in trees (git-fast-import(1) lists them), beside files: 0100644 and 0100755. */
enum { GIT_ENTRY_FOLDER = 040000, GIT_ENTRY_LINK = 0120000, GIT_ENTRY_SUBMODULE = 0160000 };

typedef struct {
	char *path; /* relative to the folder that was listed, with '/' */
	char *oid;
	guint mode; /* of a file, link or submodule */
} GitEntry;

/* Frees it; NULL is fine. */
void git_entry_free(GitEntry *entry);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GitEntry, git_entry_free)

/* An entry with copies of these; the caller frees it. */
GitEntry *git_entry_new(const char *path, const char *oid, guint mode);

/*
 * All blobs below a folder ("" is the root) of a commit or tree, in tree order; GitEntry*, owned by
 * the array. A folder that does not exist gives an empty array. Missing trees of a partial clone
 * are fetched by git.
 */
GPtrArray *git_repo_list(GitRepo *repo, const char *treeish, const char *folder, GError **error);

/* All blobs below a folder as they are staged in the index, whichever GIT_INDEX_FILE names; as
 * git_repo_list(). Asks git. */
GPtrArray *git_index_list(GitRepo *repo, const char *folder, GError **error);

/* Sets *oid to the id of what stands at a path of a commit or tree (blob or tree), NULL when
 * nothing does; the caller frees it. False where the tree cannot be read. */
bool git_repo_path_oid(GitRepo *repo, const char *treeish, const char *path, char **oid,
		       GError **error);

/* The mode of what stands there, as of a GitEntry or GIT_ENTRY_FOLDER; 0 when nothing does. */
bool git_repo_path_mode(GitRepo *repo, const char *treeish, const char *path, guint *mode,
			GError **error);

/* The same for a path that only helps: NULL also where the tree cannot be read. */
char *git_repo_path_find(GitRepo *repo, const char *treeish, const char *path);

/* A blob's bytes (followed by a NUL that is not counted). A partial clone's missing blob is fetched
 * by git. */
GBytes *git_repo_blob(GitRepo *repo, const char *oid, GError **error);

/* The id that a blob with these bytes has, without writing it; for the caller to free. */
char *git_repo_hash_blob(GitRepo *repo, const void *bytes, size_t length, GError **error);

/* From now on objects are written to memory only, for commands that compare and leave nothing
 * behind. git itself does not see them. */
bool git_repo_write_in_memory(GitRepo *repo, GError **error);

/* Writing objects: each returns the new id for the caller to free. */
char *git_repo_write_blob(GitRepo *repo, const void *bytes, size_t length, GError **error);
/* The tree of these blobs (GitEntry*, any order, paths with '/'); an empty array gives the empty
 * tree. */
char *git_repo_write_tree(GitRepo *repo, const GPtrArray *entries, GError **error);

typedef struct {
	const char *path;
	const char *text;
} GitFile;

/* The tree of these files, written with its blobs; many of them as one pack. */
char *git_repo_write_files(GitRepo *repo, const GitFile *files, guint count, GError **error);

/* A tree out of named subtrees: `names` and `trees` side by side. */
char *git_repo_join_trees(GitRepo *repo, const char *const *names, const char *const *trees,
			  guint count, GError **error);
/* A commit by the configured committer. `parents` is NULL-terminated. */
char *git_repo_write_commit(GitRepo *repo, const char *tree, const char *const *parents,
			    const char *message, GError **error);
/* A commit's whole message, for the caller to free. */
char *git_repo_commit_message(GitRepo *repo, const char *oid, GError **error);

/* Sets *oid to the id a ref stands at (not peeled), NULL when there is no such ref; the caller
 * frees it. False where the ref cannot be read. */
bool git_ref_read(GitRepo *repo, const char *ref, char **oid, GError **error);

/* The same for a ref that only helps: NULL also where it cannot be read. */
char *git_ref_find(GitRepo *repo, const char *ref);

/* Moves a ref from `old` (NULL: must not exist) to `new`. *moved is false when somebody else was
 * faster. */
bool git_ref_move(GitRepo *repo, const char *ref, const char *new_oid, const char *old_oid,
		  const char *reason, bool *moved, GError **error);
/* Names of all refs below a prefix such as "refs/notes/migrate/"; NULL-terminated, g_strfreev. */
char **git_ref_list(GitRepo *repo, const char *prefix, GError **error);
/* The branch HEAD points to ("main"), or NULL when detached; for the caller to free. */
char *git_repo_branch(GitRepo *repo);

/* The hunks of the unified diff of two texts, for the caller to free. */
char *git_diff_texts(const char *before, const char *after);

/* The hunks of the unified diff of two blobs, as git prints them, without colour; for the caller to
 * free. */
char *git_repo_diff_blobs(GitRepo *repo, const char *old_oid, const char *new_oid, GError **error);
