/*
 * The half of an environment's file that a commit decides for its own deployment: how scripts run
 * and which files belong to it.
 *
 * Who may deploy what, and where, is the other half, the policy (model/policy.h): it is asked of
 * the policy in force, which a commit cannot change for itself.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef enum { SCOPE_MIGRATION, SCOPE_DEPLOYMENT } TransactionScope;

typedef struct {
	char *name;
	char *file;          /* the path it was read from, or NULL for the built-in `local` */
	char *blob;          /* that file's blob id, or NULL */
	char **include_dirs; /* NULL-terminated, never NULL */
	char **exclude_dirs; /* likewise */
	TransactionScope transaction;
	gint64 migration_timeout_ms; /* 0: none */
	gint64 statement_timeout_ms; /* 0: none */
	gint64 lock_timeout_ms;      /* for the statements of migrations; 0: none */
	gint64 lock_wait_ms;         /* how long to wait for another deployer */
	bool snapshot; /* the schema is read after a deployment, for the record and the state */
	bool dry_run_first, verbose, skip_indexes, skip_slow_indexes, parallel_build;
	gint64 pool_size, max_overflow; /* accepted for old files; without effect */
} Settings;

/* Settings with every default; the caller frees them. */
Settings *settings_new(void);

/* Frees them; NULL is fine. */
void settings_free(Settings *settings);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Settings, settings_free)
