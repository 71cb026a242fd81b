/*
 * What the files of part git share, and nobody else sees: the handle's inside, and libgit2's errors
 * as ours.
 */
#pragma once

#include <git2.h>
#include <glib.h>
#include <stdbool.h>

#include "git/repo.h"

struct GitRepo {
	git_repository *handle;
	char *dir;
	char *common_dir;
	char *work_dir;
	bool bare;
	bool shallow;
	bool in_memory;   /* objects are written to memory only */
	bool quarantined; /* we are in a hook before refs move: what was pushed is seen, and nothing
			     may be written */
	GHashTable *config;  /* key to last value; read when first asked for */
	GHashTable *origins; /* key to the file it came from */
};

/* ERR_REPOSITORY with what libgit2 said as detail; returns false. */
bool git_internal_fail(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* ERR_REPOSITORY under quarantine; true otherwise. Every function that writes asks first: libgit2
 * would not. */
bool git_internal_may_write(const GitRepo *repo, GError **error);

/* A full id out of text; ERR_REPOSITORY for anything else. */
bool git_internal_oid(git_oid *oid, const char *text, GError **error);

/* The id in 40 hexadecimal digits, for the caller to free. */
char *git_internal_text(const git_oid *oid);

/* The commits behind which this shallow clone has no history: a set of ids as text, owned; empty in
 * a whole clone. */
GHashTable *git_internal_shallow(const GitRepo *repo);

/* Whether the set says that this commit has parents which are not here. */
bool git_internal_is_cut(GHashTable *shallow, const git_commit *commit);

/* The same for an id; one of the set that cannot be read is cut, too. */
bool git_internal_is_cut_id(const GitRepo *repo, GHashTable *shallow, const char *commit);

/* ERR_REPOSITORY "this shallow clone ..." with the remedy; returns false. */
bool git_internal_refuse_shallow(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* How many commits each has that the other lacks, as far as a shallow clone shows them. */
bool git_internal_ahead_behind(GitRepo *repo, const char *tip, const char *base, guint *ahead,
			       guint *behind, GError **error);

/* Whether this is a partial clone, whose missing objects git fetches when they are needed. */
bool git_internal_is_partial(GitRepo *repo);

/* After a lookup failed because a partial clone lacks the object: has git fetch it. False when that
 * is not so. */
bool git_internal_fetch_missing(GitRepo *repo, const char *oid);

/* The tree that a commit or tree id, or revision, stands for; NULL with an error. */
git_tree *git_internal_tree(GitRepo *repo, const char *treeish, GError **error);

/* The tree of a folder below another, for the caller to free; *tree is NULL when there is no such
 * folder. */
bool git_internal_subtree(GitRepo *repo, git_tree *root, const char *folder, git_tree **tree,
			  GError **error);

/* Whom commits that we write are by: what git is configured with, else git-migrate at this host. */
git_signature *git_internal_committer(GitRepo *repo, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(git_tree, git_tree_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(git_commit, git_commit_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(git_blob, git_blob_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(git_object, git_object_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(git_reference, git_reference_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(git_signature, git_signature_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(git_tree_entry, git_tree_entry_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(git_treebuilder, git_treebuilder_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(git_revwalk, git_revwalk_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(git_reference_iterator, git_reference_iterator_free)
