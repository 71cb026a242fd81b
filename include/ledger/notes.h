/*
 * The ledger's half in Git: refs/notes/migrate/ENVIRONMENT, records appended to the note of the
 * commit that was deployed.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "git/repo.h"
#include "ledger/chain.h"

/* "refs/notes/migrate/ENVIRONMENT", for the caller to free. */
char *ledger_notes_ref(const char *environment);

typedef struct {
	GPtrArray *links; /* LedgerLink*, one for each distinct record */
	GPtrArray
		*records; /* Record*, side by side with links; NULL when they came from the cache */
	GPtrArray *problems; /* LedgerProblem*: notes that are no records, copied notes, foreign
				environments; NULL from the cache */
} LedgerNotes;

/* Frees it; NULL is fine. */
void ledger_notes_free(LedgerNotes *notes);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LedgerNotes, ledger_notes_free)

/*
 * Reads the notes. With `whole` every record is read and parsed; otherwise the links may come from
 * a cache beside the repository, keyed by the ref's tip, so that unchanged notes are not read
 * again.
 */
LedgerNotes *ledger_notes_read(GitRepo *repo, const char *environment, bool whole, GError **error);

/* Appends records' texts (Record*, raw set) to the notes of the commits they deployed, in one notes
 * commit. */
bool ledger_notes_append(GitRepo *repo, const char *environment, const GPtrArray *records,
			 GError **error);
