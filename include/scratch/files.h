/*
 * Schema files: which they are, and how they are run. Mostly on a scratch database; `build` runs
 * them on an environment's own.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "git/repo.h"
#include "model/project.h"
#include "model/settings.h"
#include "pg/session.h"
#include "schema/snapshot.h"

/*
 * The schema files of a commit, in the order in which they are built: GitEntry*, for the caller to
 * free. They are those below the environment's include_dirs, folder by folder, else below the
 * project's folder; less exclude_dirs, which names folders and single files. `settings` is NULL for
 * no environment's.
 */
GPtrArray *files_list(GitRepo *repo, const char *commit, const Project *project,
		      const Settings *settings, GError **error);

/* The same, and ERR_MIGRATION when there is none. */
GPtrArray *files_list_some(GitRepo *repo, const char *commit, const Project *project,
			   const Settings *settings, GError **error);

typedef enum {
	/* What only says who owns or may do what is passed over when the role is not known here. */
	FILES_ON_SCRATCH,
	/* Inside the transaction that is open: every statement must be able to, and must succeed.
	 */
	FILES_FOR_REAL,
} FilesPlace;

/* Runs schema files, written by hand or by pg_dump -s. A setting that this server does not have is
 * passed over. Afterwards the session is as if it were new. An error names the file. */
bool files_run(GitRepo *repo, PgSession *session, const GPtrArray *entries, FilesPlace place,
	       GError **error);

/* The schema that these files give in a scratch database, for the caller to free. `like`: see
 * scratch_new(). */
SchemaSnapshot *files_snapshot(GitRepo *repo, const PgSession *like, const GPtrArray *entries,
			       bool whole, GError **error);
