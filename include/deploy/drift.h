/*
 * Drift between an environment's live database and its record: the snapshot that stands in the
 * state commit and, by its tree id, in the signed finish record.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "deploy/context.h"
#include "model/drift.h"

/* What is compared. */
typedef enum {
	DRIFT_OF_SCHEMA,
	DRIFT_OF_ACCESS, /* owners and privileges */
} DriftScope;

/*
 * Compares; changes nothing. The context must be new. ERR_UNKNOWN when there is no snapshot to
 * compare with, ERR_REFUSED when the state's snapshot is not the one of the signed record. The
 * caller frees the report.
 */
DriftReport *deploy_drift(DeployContext *context, DriftScope scope, GError **error);

/* The same on a context that is connected and has read its ledgers, with these ignore rules
 * (IgnoreRule*). */
DriftReport *deploy_drift_compare(DeployContext *context, DriftScope scope, const GPtrArray *ignore,
				  GError **error);

/* What the recorded snapshots of two environments differ in; no database is asked. The right one is
 * what `left` would have to become. */
DriftReport *deploy_drift_between(GitRepo *repo, DriftScope scope, const char *left,
				  const char *right, GError **error);
