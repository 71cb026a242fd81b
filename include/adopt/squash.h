/*
 * Squashing: the migrations up to a commit replaced by one baseline migration, whose replay is
 * proven to give the same schema and the same rows.
 *
 * The baseline names each migration that it replaces by a directive, so that a database that has
 * them knows that it is covered; a new one runs the baseline. The old files leave the work tree and
 * stay in history.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "git/repo.h"

typedef struct {
	const char *through; /* a revision: HEAD or an ancestor of it */
	const char *name;    /* of the baseline: letters, digits and '_' */
	bool dry_run;        /* prove, and write nothing */
} SquashOptions;

typedef struct {
	char *commit;     /* what `through` names */
	char *path;       /* of the baseline */
	char *tree;       /* id of the schema's tree */
	guint replaced;   /* migrations */
	GPtrArray *files; /* char*: paths that leave the work tree */
} SquashResult;

/* Frees what it holds; it is all zero afterwards. */
void squash_result_clear(SquashResult *result);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(SquashResult, squash_result_clear)

/*
 * ERR_REFUSED when HEAD does not have the migrations as `through` has them, when files of the
 * folder are changed and not committed, when scripts make roles (they are the server's, and in no
 * dump), and when the proof fails. Nothing is committed.
 */
bool adopt_squash(GitRepo *repo, const SquashOptions *options, SquashResult *result,
		  GError **error);
