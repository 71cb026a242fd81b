/*
 * Approving a plan, and counting who has.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "deploy/context.h"
#include "ledger/approval.h"

/*
 * The digest of a plan: environment, the ledger's head, the commit's own environment file, and the
 * content of every migration in order. For the caller to free.
 */
char *deploy_plan_digest(const DeployContext *context, const GPtrArray *items);

/* The approvals gate of context->plan_digest; *gate is NULL when the policy asks for none. Fills
 * context->approvals. */
bool deploy_approvals_judge(DeployContext *context, bool deploys, Gate **gate, GError **error);

/*
 * Signs an approval of what `up` would run, and publishes it. Asks no database: the notes say what
 * is applied. The context must be new, with offline set. `valid_ms` is how long it holds. *approval
 * (owned by the caller) is what was written. ERR_REFUSED when nothing is pending or the policy asks
 * for no approvals.
 */
bool deploy_approve(DeployContext *context, const char *comment, gint64 valid_ms,
		    Approval **approval, GError **error);
