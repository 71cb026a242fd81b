/*
 * The settings of a project and of one environment, with every default filled in.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "model/ignore.h"

/* migrate.yaml */
typedef struct {
	char *migrations;          /* "db/migrations" */
	char *schema;              /* "db/schema" */
	char *environments;        /* "db/environments" */
	char *seeds;               /* "db/seeds" */
	char *default_environment; /* "local" */
	GPtrArray *ignore;         /* IgnoreRule*: objects that are nobody's drift */
	bool require_down; /* hooks refuse a new migration without down script and without reason */
} Project;

void project_free(Project *project);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Project, project_free)

typedef enum { MODE_FORWARD, MODE_FOLLOW } EnvironmentMode;
typedef enum { SCOPE_MIGRATION, SCOPE_DEPLOYMENT } TransactionScope;

typedef struct {
	char *name;
	char *file;      /* the path it was read from, or NULL for the built-in `local` */
	char *file_blob; /* that file's blob id, or NULL */
	bool embedded;
	char **connection;   /* libpq keywords and values in turn; passwords too: never print it */
	char **include_dirs; /* NULL-terminated, never NULL, as all lists here */
	char **exclude_dirs;
	char *source_branch; /* or NULL; with tags: the branch that they must be on */
	char *source_tags;   /* a pattern such as "v*", or NULL */
	EnvironmentMode mode;
	char *promote_from; /* or NULL */
	gint64 soak_ms;
	char **signers;   /* principals or key fingerprints; empty: whoever git accepts */
	char **approvers; /* likewise, of approvals */
	gint64 approvals;
	char **overridable; /* names of gates that may be passed over with a reason */
	bool sign;          /* records are signed */

	/* options */
	TransactionScope transaction;
	gint64 migration_timeout_ms; /* 0: none */
	gint64 statement_timeout_ms; /* 0: none */
	gint64 lock_timeout_ms;      /* for the statements of migrations; 0: none */
	gint64 lock_wait_ms;         /* how long to wait for another deployer */
	bool require_backup, require_dry_run, require_approval, dry_run_first;
	bool snapshot; /* the schema is read after a deployment, for the record and the state */
	bool verbose, skip_indexes, skip_slow_indexes, parallel_build;
	bool allow_drop_tables, allow_drop_columns, backup_before_migration;
	gint64 pool_size, max_overflow; /* accepted for old files; without effect */

	/* checks: 0 means not checked */
	gint64 check_replication_lag_ms;
	gint64 check_connections;
	gint64 check_oldest_transaction_ms;
} Environment;

void environment_free(Environment *environment);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Environment, environment_free)

/* Whether a verified signature's principal (or gpg user id) or key is in a list of such; an empty
 * list lets everybody in. */
bool environment_lists(char *const *list, const char *signer, const char *key);

/* Whether it is one clone's own database: in mode follow, or embedded in its Git directory. Its
 * records stay there. */
bool environment_is_private(const Environment *environment);

/* How many people must approve: `approvals`, and at least one with `require_approval`. */
guint environment_approvals(const Environment *environment);

/* Whether two environments' files are the same policy: all that gates are judged by. */
bool environment_same_policy(const Environment *a, const Environment *b);
