/*
 * The parts of a check, each one question. They return false with an error only when something
 * could not be done at all; what is wrong in the commit is a finding of the part.
 */
#pragma once

#include "model/check.h"
#include "schema/snapshot.h"
#include "scratch/build.h"

/* A script's error becomes a finding with its file and line; any other is passed on. */
bool check_find_error(CheckPart *part, GError *why, GError **error);

/* Migrations against what is applied anywhere, as the states say that are here. */
bool check_ledgers(GitRepo *repo, const char *commit, const MigrationSet *set, CheckPart *part,
		   GError **error);

/* The schema files of a build's commit against the schema that its migrations gave; its database is
 * not used. */
bool check_schema(const ScratchBuild *build, const SchemaSnapshot *expected, CheckPart *part,
		  GError **error);

/* The live schema of an environment (NULL: the project's default) against the recorded one. */
bool check_live(GitRepo *repo, const char *environment, CheckPart *part, GError **error);

/* Says which ignore rules took out how much, behind what was done. */
void check_tell_ignored(CheckPart *part, const GPtrArray *ignored);

/* Applies these migrations (const Migration*) to an empty database, with their verify scripts.
 * `before`: see scratch_build_migrations(). */
bool check_up(ScratchBuild *build, const GPtrArray *migrations, CheckPart *part, GPtrArray *before,
	      GError **error);

/* Undoes what was applied, newest first; each down script must bring back the snapshot in `before`.
 * It ends at the first that has no way back. *undone is how many were undone. */
bool check_down(ScratchBuild *build, const GPtrArray *migrations, CheckPart *part,
		const GPtrArray *before, guint *undone, GError **error);

/* Applies again the last `undone` of the migrations: the schema must be `top`, as after the first
 * time. */
bool check_again(ScratchBuild *build, const GPtrArray *migrations, CheckPart *part, guint undone,
		 const SchemaSnapshot *top, GError **error);
