/*
 * Building a new database: its objects from the schema files of a commit, that commit's migrations
 * recorded as applied.
 *
 * Files and migrations are proven to give the same schema on the scratch server first. The files
 * and the record are one transaction: a build that fails leaves the database as empty as it was.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "deploy/context.h"

typedef struct {
	bool from_empty; /* the embedded database is dropped first, with all that it holds */
	bool seed;       /* the environment's sample data is loaded */
	const char *accept_drift; /* the reason why a difference between files and migrations is
				     accepted; NULL: it is refused */
} BuildOptions;

typedef struct {
	guint files, recorded, seeds;
	guint differences;  /* objects that differ, and were accepted */
	GPtrArray *ignored; /* IgnoreCount*: what differs and a rule takes out; set by the caller */
} BuildResult;

/*
 * Returns the context of the new database, for the caller to free. ERR_REFUSED when migrations are
 * applied or objects are there already, and when files and migrations differ; ERR_MIGRATION when a
 * file has a statement that cannot be part of a transaction; ERR_FAILED when a statement fails.
 */
DeployContext *build_environment(GitRepo *repo, const DeployOptions *options,
				 const Observer *observer, const BuildOptions *build,
				 BuildResult *result, GError **error);
