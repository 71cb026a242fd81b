/*
 * Approving a plan.
 */
#pragma once

#include <glib.h>

#include "ledger/approval.h"
#include "standing/standing.h"

/*
 * Signs an approval of what `up` would run, and publishes it. Asks no database: the notes say what
 * is applied; the options must be offline. `valid_ms` is how long it holds. *approval (owned by the
 * caller) is what was written. NULL with ERR_REFUSED when nothing is pending or the policy asks for
 * no approvals. The caller frees the standing.
 */
Standing *deploy_approve(GitRepo *repo, const StandingOptions *options, const Observer *observer,
			 const char *comment, gint64 valid_ms, Approval **approval, GError **error);
