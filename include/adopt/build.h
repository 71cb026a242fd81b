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

#include "standing/standing.h"

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
 * NULL with ERR_REFUSED when migrations are applied or objects are there already, and when files
 * and migrations differ; with ERR_MIGRATION when a file has a statement that cannot be part of a
 * transaction; with ERR_FAILED when a statement fails. The standing of the new database is the
 * caller's to free.
 */
Standing *adopt_build(GitRepo *repo, const StandingOptions *options, const Observer *observer,
		      const BuildOptions *build, BuildResult *result, GError **error);
