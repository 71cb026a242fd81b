/*
 * Schemas built on the scratch server: from migrations, and from schema files.
 */
#pragma once

#include "deploy/context.h"
#include "deploy/scratch.h"
#include "history/read.h"
#include "hook/guard.h"
#include "schema/snapshot.h"

/* A context whose session is the scratch database's, with the commit's migrations in order; for the
 * caller to free. The context owns the session from then on. */
DeployContext *build_context(GitRepo *repo, const char *at, Scratch *scratch, GError **error);

/* Runs one script of a migration, in a transaction or statement by statement. */
bool build_script(DeployContext *context, const Migration *migration, ScriptRole role,
		  GError **error);

/* The schema files of the context's commit, in the order in which they are built: GitEntry*, their
 * paths below project->schema; for the caller to free. */
GPtrArray *build_list_files(const DeployContext *context, GError **error);

/* Runs schema files, written by hand or by pg_dump -s. What only says who owns or may do what is
 * passed over when the role is not known here, and so is a setting that this server does not have.
 * Afterwards the session's settings are as they were. An error names the file. */
bool build_files(DeployContext *context, const GPtrArray *entries, GError **error);
