/*
 * Schemas built on a session: from migrations, and from schema files. Mostly the session of a
 * scratch database; files are built on an environment's own database, too.
 */
#pragma once

#include "deploy/context.h"
#include "deploy/scratch.h"
#include "history/read.h"
#include "schema/snapshot.h"

/* A context with the commit's migrations in order, whose session is the scratch database's; for the
 * caller to free. The context owns the session from then on. Without scratch database it has none.
 */
DeployContext *build_context(GitRepo *repo, const char *at, Scratch *scratch, GError **error);

/* Runs one script of a migration, in a transaction or statement by statement, and after an up
 * script the verify script. An error names the file. */
bool build_script(DeployContext *context, const Migration *migration, ScriptRole role,
		  GError **error);

/*
 * Runs the up scripts of context->plan->pending in order, and stops at the first that fails.
 * `before` (may be NULL) receives the SchemaSnapshot* in front of each, owned by it. ERR_FAILED or
 * ERR_MIGRATION: a script is to blame.
 */
bool build_migrations(DeployContext *context, GPtrArray *before, GError **error);

/* Whether an error is a script's fault, not the machine's or the server's. */
bool build_is_script_error(const GError *error);

/*
 * The schema files of the context's commit, in the order in which they are built: GitEntry*, for
 * the caller to free. They are those below the environment's include_dirs, folder by folder, else
 * below the project's folder; less exclude_dirs, which names folders and single files.
 */
GPtrArray *build_list_files(const DeployContext *context, GError **error);

/* The same, and ERR_MIGRATION when there is none. */
GPtrArray *build_list_some_files(const DeployContext *context, GError **error);

typedef enum {
	/* What only says who owns or may do what is passed over when the role is not known here. */
	BUILD_SCRATCH,
	/* Inside the transaction that is open: every statement must be able to, and must succeed.
	 */
	BUILD_FOR_REAL,
} BuildPlace;

/* Runs schema files, written by hand or by pg_dump -s. A setting that this server does not have is
 * passed over. Afterwards the session's settings are as they were. An error names the file. */
bool build_files(DeployContext *context, const GPtrArray *entries, BuildPlace place,
		 GError **error);

/* The schema that these files of a commit give in a scratch database, for the caller to free.
 * `like`: see deploy_scratch_new(). */
SchemaSnapshot *build_files_snapshot(GitRepo *repo, const char *at, const PgSession *like,
				     const GPtrArray *entries, GError **error);
