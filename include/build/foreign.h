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
 * Leaves in context->plan->pending only what another tool's ledger in the database names. `from` is
 * the tool (lower case, as in the manual); NULL takes the first ledger that is there. *tool
 * (static) is whose it was, NULL when there is none and nothing was changed. ERR_REFUSED when the
 * tool that was asked for has no ledger, and when a ledger names a version that the commit does not
 * have.
 */
bool foreign_select(DeployContext *context, const char *from, const char **tool, GError **error);
