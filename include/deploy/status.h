/*
 * What is known of an environment without changing anything: its status, and the proof of its
 * ledgers.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "deploy/context.h"
#include "model/status.h"

/*
 * The status of the context's environment; the context must be new. Writes nothing but caches.
 * `fetch`: ask the remote for records first. What makes even the settings unreadable is an error.
 */
StatusReport *deploy_status(DeployContext *context, bool fetch, GError **error);

/*
 * Verifies everything: all signatures (`full`: also those remembered as good), the chain, both
 * ledgers against each other, and the rows against the records.
 */
VerifyReport *deploy_verify(DeployContext *context, bool full, GError **error);
