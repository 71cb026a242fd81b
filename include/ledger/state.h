/*
 * State commits: refs/migrate/state/ENVIRONMENT, a chain of commits whose tree holds the scripts of
 * all applied migrations as they were applied, so that any of them can be undone although its
 * branch is gone, and so that stock Git can compare two environments.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "git/repo.h"
#include "model/applied.h"

#define LEDGER_STATE_FOLDER "migrations"
#define LEDGER_STATE_SCHEMA "schema" /* the snapshot: canonical DDL, an object per path */
#define LEDGER_STATE_ORDER  "order"  /* the columns of each table as they stand in its rows */
#define LEDGER_STATE_ACCESS "access" /* owners and privileges, an object per path */
#define LEDGER_STATE_POLICIES \
	"policies" /* environment files that were ever in force, by their blob's id */

/* "refs/migrate/state/ENVIRONMENT", for the caller to free. */
char *ledger_state_ref(const char *environment);

/* The id of the record whose outcome the state shows (its Record trailer), for the caller to free;
 * *record is NULL when there is no state, or one without that trailer. */
bool ledger_state_record(GitRepo *repo, const char *environment, char **record, GError **error);

/* The deployed commit that a state commit is about (its Commit trailer), or NULL; for the caller to
 * free. */
char *ledger_state_commit(GitRepo *repo, const char *state);

/* What a new state is about. */
typedef struct {
	const char *environment;
	const char *record; /* id of the ledger's last record */
	gint64 sequence;
	const char *commit;  /* that was deployed */
	const char *summary; /* "3 migrations applied" */
	const char *schema;  /* tree of the snapshot, or NULL */
	const char *order;   /* tree of the columns' order, or NULL */
	const char *access;  /* tree of owners and privileges, or NULL */
} LedgerStateWords;

/*
 * Writes a state commit with these script files (GitEntry*, paths relative to the migrations
 * folder) and policies on top of the ref. Tries again when another process moved it. Nothing is
 * written when the tip already shows this record.
 */
bool ledger_state_write(GitRepo *repo, const LedgerStateWords *words, const GPtrArray *entries,
			const GPtrArray *policies, GError **error);
