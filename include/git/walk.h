/*
 * Walks through history that answer when and by whom a path came or changed.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "git/repo.h"

typedef struct {
	char *commit;   /* the first-parent commit by which the path arrived and stayed; NULL: at or
			   before the boundary */
	guint distance; /* steps from the tip: larger is earlier */
} GitLanding;

/*
 * For every path of `paths` (relative to `folder`), the landing on the first-parent history of
 * `tip`: the commit since which the path exists without a gap. The walk ends when all are placed,
 * at the root, or at `boundary` (a commit id, or NULL): what exists there already landed at or
 * before it. A shallow history that ends before is ERR_REPOSITORY with the remedy. When `boundary`
 * is no first-parent ancestor, see *off_chain (may be NULL): then the walk goes on to the first one
 * that is in its history. The table maps path (char*, own) to GitLanding* (own).
 */
GHashTable *git_walk_landings(GitRepo *repo, const char *tip, const char *boundary,
			      const char *folder, const char *const *paths, bool *off_chain,
			      GError **error);

typedef struct {
	char *commit;
	char *author;
	char *email;
	gint64 time;
	char *subject;
} GitChange;

/* Frees it; NULL is fine. */
void git_change_free(GitChange *change);

/*
 * The commits reachable from `tip`, newest first, that changed `path` away from blob `original`,
 * back to the one that last had it so. GitChange*, owned by the array. Asks `git log`. What a
 * shallow clone hides is left out rather than put down to the commit where its history is cut off.
 */
GPtrArray *git_walk_changes(GitRepo *repo, const char *tip, const char *path, const char *original,
			    GError **error);

/*
 * Who wrote the commits that changed these paths (whole, NULL-terminated) between `base` (or NULL:
 * ever) and `tip`: a set of mail addresses (authors, committers, Co-authored-by) and of the key
 * fingerprints that signed the commits. Asks `git log`. A shallow history cannot tell:
 * ERR_REPOSITORY with the remedy.
 */
GHashTable *git_walk_authors(GitRepo *repo, const char *tip, const char *base,
			     const char *const *paths, GError **error);
