/*
 * The schema of an environment's live database, as a snapshot.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "deploy/context.h"
#include "schema/snapshot.h"

/* Connects and takes a snapshot (`whole`: see schema_snapshot_take()); changes nothing. The context
 * must be new. The caller frees it. */
SchemaSnapshot *deploy_snapshot(DeployContext *context, bool whole, GError **error);

/* The same on a context that is connected, with a second connection of its own. */
SchemaSnapshot *deploy_snapshot_take(DeployContext *context, bool whole, GError **error);

/*
 * After a deployment: takes a snapshot and writes its trees, context->schema_tree, order_tree and
 * access_tree. A schema that cannot be read is a warning, and the record says that nothing is
 * known.
 */
void deploy_snapshot_record(DeployContext *context);
