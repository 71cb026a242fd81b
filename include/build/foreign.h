/*
 * The ledgers of other tools: which migrations they say are applied.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "deploy/context.h"

/* Version tables of other tools, by their name in the path of a snapshot: no migration makes them.
 */
bool foreign_is_ledger(const char *path);

/*
 * Leaves in context->plan->pending only what another tool's ledger in the database names; *tool
 * (static) is whose it was, NULL when there is none and nothing was changed. ERR_REFUSED when it
 * names a version that the commit does not have.
 */
bool foreign_select(DeployContext *context, const char **tool, GError **error);
