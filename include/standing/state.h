/*
 * The state commit of an environment, drawn from what its database has applied; and the way back
 * from it to a script.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "standing/standing.h"

/*
 * Brings refs/migrate/state/ENV up to the ledger's last record: scripts come from the state before,
 * and for what is new from the commits that were deployed. A commit that this clone does not have
 * is an error that names it. Nothing happens when the state shows the record already.
 */
bool state_update(Standing *standing, const char *summary, GError **error);

/* Where the scripts of an applied migration are kept. */
typedef struct {
	MigrationSet *state;   /* of the state commit; may be NULL */
	GHashTable *by_commit; /* commit to MigrationSet*, read when needed */
} AppliedScripts;

/* Nothing is read yet; the caller frees it. */
AppliedScripts *applied_scripts_new(void);

/* Frees it; NULL is fine. */
void applied_scripts_free(AppliedScripts *scripts);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AppliedScripts, applied_scripts_free)

/*
 * The migration as it was applied, whichever branch it came from: from the state commit, else from
 * the commit that was deployed. Borrowed from `scripts`, to which its directives may be added. NULL
 * with ERR_REPOSITORY when neither is here.
 */
Migration *applied_scripts_find(const Standing *standing, AppliedScripts *scripts,
				const Applied *applied, GError **error);
