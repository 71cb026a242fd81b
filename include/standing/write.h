/*
 * Writing the ledger: a record is signed, checked as everybody else will check it, and put into the
 * database; afterwards the notes, the state and the remote follow. A crash between any two of these
 * leaves what the next command repairs.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "standing/standing.h"

/* "COMMIT:BLOB" of the target's own environment file, or NULL when it has none; for the caller to
 * free. */
char *standing_policy_of_target(const Standing *standing);

/* ERR_LEDGER when the last record was written by a newer version: only that one may go on. */
bool standing_refuse_newer(const Standing *standing, GError **error);

/* A record with everything filled in that the standing knows; the caller adds what its action
 * needs, and frees it. */
Record *standing_record_new(Standing *standing, RecordAction action, GError **error);

/*
 * Signs the record, verifies the signature as an audit would, and inserts it. On success the
 * ledgers' head moves on to it, and it waits in ledgers.written for the notes, together with
 * `trees` (taken; NULL: it is about no look at the schema). Takes the record.
 */
bool standing_record_write(Standing *standing, Record *record, Trees *trees, GError **error);

/* Makes the ledger in a database that has none, and reads its state. */
bool standing_make_ledger(Standing *standing, GError **error);

/*
 * Brings notes, state and remote up to date with the database. Their failure is a warning, never an
 * error: the database has the truth, and the next command does it. `summary` is the subject of the
 * state commit.
 */
void standing_publish(Standing *standing, const char *summary);
