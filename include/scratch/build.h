/*
 * What is built on a scratch database: a commit's migrations, in the order in which an empty
 * database runs them. No environment is in it: nothing of a policy or of a database that matters.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "git/repo.h"
#include "history/read.h"
#include "lineup/lineup.h"
#include "model/project.h"
#include "schema/snapshot.h"
#include "scratch/scratch.h"

typedef struct {
	GitRepo *repo;       /* borrowed */
	GitRevision *commit; /* whose migrations these are */
	Project *project;    /* as the commit has it */
	Lineup *lineup;      /* with nothing applied */
	LineupOrder *order;  /* of all of its migrations */
	Scratch *scratch;    /* the database; NULL before scratch_build_open() */
} ScratchBuild;

/* Reads a commit (a revision) and its migrations in order; there is no database yet. The caller
 * frees the build. */
ScratchBuild *scratch_build_read(GitRepo *repo, const char *at, GError **error);

/* Makes the database. `like`: see scratch_new(). */
bool scratch_build_open(ScratchBuild *build, const PgSession *like, GError **error);

/* Both at once. */
ScratchBuild *scratch_build_new(GitRepo *repo, const char *at, const PgSession *like,
				GError **error);

/* Drops the database, and the roles that its scripts made; what was read stays. */
void scratch_build_close(ScratchBuild *build);

/* Frees it, and drops the database; NULL is fine. */
void scratch_build_free(ScratchBuild *build);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ScratchBuild, scratch_build_free)

/* Runs one script of a migration, and after an up script the verify script. An error names the
 * file. */
bool scratch_build_script(ScratchBuild *build, const Migration *migration, ScriptRole role,
			  GError **error);

/*
 * Runs the up scripts of migrations (const Migration*) in this order, and stops at the first that
 * fails. `before` (may be NULL) receives the SchemaSnapshot* in front of each, owned by it.
 * ERR_FAILED or ERR_MIGRATION: a script is to blame.
 */
bool scratch_build_migrations(ScratchBuild *build, const GPtrArray *migrations, GPtrArray *before,
			      GError **error);

/* The schema as it is now, for the caller to free. `whole`: with SCHEMA_WHOLE. */
SchemaSnapshot *scratch_build_snapshot(ScratchBuild *build, bool whole, GError **error);

/* Whether an error is a script's fault, not the machine's or the server's. */
bool scratch_is_script_error(const GError *error);
