/*
 * The schema of an environment's live database, as a snapshot.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "deploy/context.h"
#include "schema/snapshot.h"

/* Connects and takes a snapshot; changes nothing. The context must be new. The caller frees it. */
SchemaSnapshot *deploy_snapshot(DeployContext *context, GError **error);
