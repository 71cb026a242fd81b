/*
 * Scripts made ready to run: read from the repository, split, each statement judged; and refused
 * before anything ran when one could not be carried out whole. Each is made ready once per command.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "git/repo.h"
#include "history/read.h"
#include "model/migration.h"
#include "model/record.h"
#include "model/settings.h"
#include "sql/classify.h"
#include "sql/split.h"

typedef struct {
	const Migration *migration; /* borrowed */
	Script source;
	SqlScript *statements;
	GArray *kinds;    /* SqlKind, side by side with the statements */
	char *content;    /* SHA-256 of the file's bytes */
	bool transaction; /* one transaction for all of it */
	bool quiet; /* it leaves nothing in the session, as far as its statements tell: what an
		       event trigger's function does is not seen */
	const char *why_not; /* static words: what forbids a transaction; NULL when the directive
				asked for none */
} ReadyScript;

/* Frees it; NULL is fine. */
void ready_script_free(ReadyScript *script);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ReadyScript, ready_script_free)

/*
 * Reads and judges one script. ERR_MIGRATION with file:line:column for what cannot be split,
 * transaction control statements, rows for a client that is not there (COPY ... TO stdout), and
 * scripts that cannot run in a transaction where `scope` wants one for the whole deployment.
 * *script is NULL when the migration has no such script; else it is the caller's, and borrows the
 * migration.
 */
bool ready_script_read(GitRepo *repo, const Migration *migration, ScriptRole role,
		       TransactionScope scope, ReadyScript **script, GError **error);

/* The statement with this number (from 0), and what kind it is; borrowed. */
const SqlStatement *ready_script_statement(const ReadyScript *script, guint index);

/* What kind of statement has this number (from 0); borrowed. */
const SqlKind *ready_script_kind(const ReadyScript *script, guint index);

/* How many statements it has. */
guint ready_script_length(const ReadyScript *script);

/* What runs for one migration, in one direction. */
typedef struct {
	const Migration *migration; /* borrowed */
	ReadyScript *script;        /* NULL for a down that does not exist */
	ReadyScript *verify;        /* after an up script; or NULL */
} ReadyMigration;

/* Frees it and its scripts; NULL is fine. */
void ready_migration_free(ReadyMigration *ready);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ReadyMigration, ready_migration_free)

/* Makes the scripts of a migration ready: up and verify, or down. NULL with an error as above; the
 * caller frees it. */
ReadyMigration *ready_migration_read(GitRepo *repo, const Migration *migration, ScriptRole role,
				     TransactionScope scope, GError **error);

/*
 * The up scripts of migrations (const Migration*) in this order: ReadyMigration*, owned by the
 * array, which is the caller's. Every script is judged before the first one runs, so that a bad one
 * stops a deployment while nothing has happened; the error names the migration.
 */
GPtrArray *ready_migrations_read(GitRepo *repo, const GPtrArray *migrations, TransactionScope scope,
				 GError **error);

/* The script as an item of the record that says what will be done; the caller frees it. */
RecordItem *ready_script_item(const ReadyScript *script);

/* The items of ReadyMigration*, in order: RecordItem*, owned by the array, which is the caller's.
 */
GPtrArray *ready_migrations_items(const GPtrArray *ready);
