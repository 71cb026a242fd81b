/*
 * What a chain of records says is applied, held against the rows that say what is applied. Pure.
 */
#pragma once

#include <glib.h>

#include "model/applied.h"
#include "model/record.h"

/*
 * Follows the records (Record*, all, oldest first) and compares the outcome with `applied` (read
 * whole). A row that no record covers, a row that is gone, and one that names another script become
 * LedgerProblem in `problems`. What an unfinished deployment did is taken as the rows say.
 */
void ledger_replay_check(const GPtrArray *records, const AppliedSet *applied, GPtrArray *problems);

/*
 * What the records (Record*, oldest first) say is applied, in the order in which it was: id, blob,
 * content, path, record, applied_at and commit are filled in, positions count from 1. The caller
 * frees it. *open (may be NULL) is the begin or revert that has no finish yet; what it did is not
 * known from records.
 */
AppliedSet *ledger_replay(const GPtrArray *records, const Record **open);
