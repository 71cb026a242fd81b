/*
 * Drift between an environment's live database and its record: the snapshot that stands in the
 * state commit and, by its tree id, in the signed finish record.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "model/drift.h"
#include "standing/standing.h"

/* What is compared. */
typedef enum {
	DRIFT_OF_SCHEMA,
	DRIFT_OF_ACCESS, /* owners and privileges */
} DriftScope;

/*
 * Compares, with these ignore rules (IgnoreRule*); changes nothing. The standing has its ledgers.
 * With `scripts` the report's repair and adopt are derived, too.
 * NULL with ERR_UNKNOWN when there is no snapshot to compare with, with ERR_REFUSED when the
 * state's snapshot is not the one of the signed record. The caller frees the report.
 */
DriftReport *drift_compare(Standing *standing, DriftScope scope, const GPtrArray *ignore,
			   bool scripts, GError **error);

/* What the recorded snapshots of two environments differ in; no database is asked. The right one is
 * what `left` would have to become. `scripts` as above. The caller frees the report. */
DriftReport *drift_between(GitRepo *repo, DriftScope scope, const char *left, const char *right,
			   bool scripts, GError **error);
