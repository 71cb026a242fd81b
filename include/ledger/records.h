/*
 * All records of a database, each held against its own hash.
 */
#pragma once

#include <glib.h>

#include "ledger/chain.h"
#include "model/applied.h"
#include "pg/session.h"

/*
 * Reads and parses every record, oldest first: Record*, owned by the array, which is the caller's.
 * What cannot be read, and what is not the text that its id is the hash of, becomes a LedgerProblem
 * in `problems` and is left out. `links` (LedgerLink*) are the ids as the ledger was opened with;
 * records that came since are held against nothing. NULL with an error.
 */
GPtrArray *ledger_records_read(PgSession *session, const GPtrArray *links, GPtrArray *problems,
			       GError **error);

/*
 * The statements, for psql, that make the rows `applied` (read whole) what `records` say: rows that
 * are gone, forged or changed. "" when there is nothing to do; NULL when a deployment is under way
 * or crashed, because what it did is known from rows alone. The caller frees it.
 */
char *ledger_rows_sql(const GPtrArray *records, const AppliedSet *applied);
