/*
 * What is known of an environment without changing anything: its status, and the proof of its
 * ledgers.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "model/status.h"
#include "standing/standing.h"

/* The steps that a status needs. */
#define INSPECT_STATUS_NEEDS (STANDING_READ | STANDING_LINEUP | STANDING_ORDER)

/* The status of the standing's environment. Writes nothing but caches. The caller frees the report.
 */
StatusReport *inspect_status(Standing *standing, GError **error);

/*
 * Verifies everything: all signatures (`full`: also those remembered as good), the chain, both
 * ledgers against each other, and the rows against the records. The standing has its ledgers. What
 * is wrong is in the report, which the caller frees; an error means that it could not be told.
 */
VerifyReport *inspect_verify(Standing *standing, bool full, GError **error);

/* The SQL that makes the rows what the records say (ledger_rows_sql()), for the caller to free; ""
 * when they are. ERR_REFUSED when the records themselves are not all right, or a deployment has no
 * outcome. The standing has its ledgers. */
char *inspect_rows_sql(Standing *standing, GError **error);
