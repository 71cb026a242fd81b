/*
 * The Git half of ledgers between clones: fetched into a tracking namespace of our own, joined
 * without losing a record, pushed without force.
 *
 * refs/migrate/remotes/REMOTE/notes/ENV and .../state/ENV are tracking copies. A fetch refspec into
 * refs/notes itself would delete or overwrite records that are not pushed yet.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "git/repo.h"

typedef enum { LEDGER_SYNC_NOTHING, LEDGER_SYNC_DONE, LEDGER_SYNC_UNREACHABLE } LedgerSyncOutcome;

typedef struct {
	char *remote; /* or NULL: there is none, nothing to do */
	LedgerSyncOutcome outcome;
	char **excluded; /* environments that are not synchronised (NULL-terminated); set by the
			    caller, may be NULL */
	guint joined;    /* refs here that the fetch changed */
	guint pushed;    /* refs that the remote did not have like this */
	char *warning;   /* why the remote could not be used, or what was strange; NULL when all is
			    well */
} LedgerSync;

/* Frees what it holds; it is all zero afterwards. */
void ledger_sync_clear(LedgerSync *sync);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LedgerSync, ledger_sync_clear)

/*
 * Fetches the notes, approvals and states of all environments and joins them into the local refs.
 * `environment` is the one whose notes are watched for a rewrite (may be NULL). An unreachable
 * remote is no error: the database is the truth, so it becomes a warning. `sync` must be zeroed;
 * the caller clears it.
 */
bool ledger_sync_fetch(GitRepo *repo, const char *environment, LedgerSync *sync, GError **error);

/* How many refs ledger_sync_push() would push, as far as is known without asking the remote. */
guint ledger_sync_unpushed(GitRepo *repo, LedgerSync *sync);

/* Pushes what the remote's tracking copies lack, of one environment or of all (NULL). Joins and
 * tries again when the remote moved on. Failure is a warning as above. */
bool ledger_sync_push(GitRepo *repo, const char *environment, LedgerSync *sync, GError **error);
