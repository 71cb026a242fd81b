/*
 * The gates of a deployment: their facts gathered from the repository, both ledgers and the
 * environment that comes before, and judged by the policy in force.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "deploy/context.h"

/*
 * Fills context->gates, plan_digest, witness and approvals. `items` (RecordItem*) is what would
 * run, in order: with none (and the same policy)
 * only the release is judged. `deploys`: whoever asks is the deployer, and
 * cannot approve. A gate that does not pass is no error.
 */
bool deploy_gates_read(DeployContext *context, const GPtrArray *items, bool deploys,
		       GError **error);

/*
 * Carries out the options' overrides as far as the policy lists them as overridable; ERR_REFUSED
 * names the one that it does not, ERR_USAGE one that is no gate.
 */
bool deploy_gates_override(DeployContext *context, GError **error);

/* All three: reads, overrides, refuses. */
bool deploy_gates_pass(DeployContext *context, const GPtrArray *items, GError **error);

/* ERR_REFUSED with every answer as detail, unless all gates are open. */
bool deploy_gates_refuse(DeployContext *context, GError **error);
