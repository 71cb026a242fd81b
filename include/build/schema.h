/*
 * The schema that a commit stands for, without a database at hand: built on the scratch server,
 * once from its migrations, once from its schema files.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "git/repo.h"
#include "schema/snapshot.h"

/* What a snapshot is built from. */
typedef enum {
	BUILD_FROM_MIGRATIONS,
	BUILD_FROM_FILES,
} BuildSource;

/* Builds a commit (a revision) and takes a snapshot (`whole`: see schema_snapshot_take()), for the
 * caller to free. A script that fails is an error that names file and line; a commit without schema
 * files, asked for them, is ERR_MIGRATION. */
SchemaSnapshot *build_schema_of(GitRepo *repo, const char *at, BuildSource source, bool whole,
				GError **error);
