/*
 * A migration as a commit holds it, and all of one commit's migrations.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* How scripts are laid out in files; one layout per folder. */
typedef enum {
	LAYOUT_NONE,   /* no migration yet */
	LAYOUT_PAIR,   /* NAME.up.sql, NAME.down.sql, NAME.verify.sql */
	LAYOUT_FLYWAY, /* V1__x.sql with V1__rollback_x.sql or U1__x.sql, and repeatable R__x.sql */
	LAYOUT_FOLDER, /* NAME/up.sql, NAME/down.sql, NAME/verify.sql */
	LAYOUT_SINGLE, /* NAME.sql, with sections in it or none */
} MigrationLayout;

/* One script file. `path` is relative to the repository's root. */
typedef struct {
	char *path;
	char *blob;
} ScriptFile;

/* One of the migrations that a baseline migration stands for. */
typedef struct {
	char *id;
	char *blob; /* of its up script */
	char *via;  /* the earlier baseline that stood for it already, which is replaced, too; or
		     * NULL
		     */
} Replaced;

/* What comment lines at the top of the up script ask for. */
typedef struct {
	GPtrArray *requires; /* char*: ids */
	bool no_transaction;
	char *irreversible;     /* the reason, or NULL */
	gint64 timeout_ms;      /* 0: the environment's */
	gint64 lock_timeout_ms; /* -1: the environment's; 0: none */
	guint batch_size;       /* 0: no batches */
	gint64 batch_pause_ms;
	char *risk;          /* low, medium, high, critical, or NULL */
	GPtrArray *allow;    /* char*: "RULE REASON" */
	GPtrArray *replaces; /* Replaced* */
} Directives;

typedef struct {
	char *id; /* path below the migrations folder without layout decoration: "2024/add_users",
		     "V1__x", "R__x" */
	MigrationLayout layout;
	bool repeatable;
	ScriptFile up;
	ScriptFile down; /* path NULL when there is none; for LAYOUT_SINGLE the same file as up */
	ScriptFile verify;
	Directives *directives; /* NULL until history_read_directives() */
} Migration;

/* A migration of one up script; the caller frees it. */
Migration *migration_new(const char *id, MigrationLayout layout, const char *path,
			 const char *blob);

/* Frees it; NULL is fine. */
void migration_free(Migration *migration);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Migration, migration_free)

/* Frees it; NULL is fine. */
void replaced_free(Replaced *replaced);

/* Directives that ask for nothing; the caller frees them. */
Directives *directives_new(void);

/* Frees it; NULL is fine. */
void directives_free(Directives *directives);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Directives, directives_free)

typedef struct {
	char *commit;
	char *folder; /* the migrations folder: "db/migrations" */
	char *tree;   /* its tree id in the commit, or NULL when the folder does not exist */
	MigrationLayout layout;
	GPtrArray *all;    /* Migration*, by version order of id; repeatables last */
	GHashTable *by_id; /* id to Migration*, borrowed */
} MigrationSet;

/* Frees it; NULL is fine. */
void migration_set_free(MigrationSet *set);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MigrationSet, migration_set_free)

/* An empty set; texts are copied, the caller frees it. */
MigrationSet *migration_set_new(const char *commit, const char *folder);
/* Takes the migration; false when its id is there already. */
bool migration_set_add(MigrationSet *set, Migration *migration);

/* The migration with this id, or NULL. Borrowed. */
Migration *migration_set_get(const MigrationSet *set, const char *id);
