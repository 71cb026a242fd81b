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
