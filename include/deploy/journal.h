/*
 * Scripts that cannot run in one transaction: statement by statement, with a journal that lets the
 * next run go on at the one that stopped.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "deploy/run.h"

/*
 * Runs what the journal does not show as finished. An ordinary statement and its mark are one
 * transaction, so it is never in doubt. One that the server refuses in a transaction may have
 * worked although its mark is missing: then the catalog is asked where it can tell (indexes). An
 * index that was left INVALID is dropped and built again when this script made it; one that
 * somebody else left is named with the remedy. A finished statement that was edited since is
 * refused.
 */
bool deploy_run_journal(const RunOptions *options, const ReadyScript *script, GError **error);
