/*
 * The policy in force: the environment's file of the last accepted deployment, not of the commit
 * that is about to be deployed, so that a commit which lowers its own gates is still held to the
 * old ones.
 *
 * Every record names its policy by commit and blob. The files are read from the object database;
 * the state commit keeps each that was ever in force, so that a shallow clone has them, too.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "deploy/context.h"
#include "ledger/audit.h"

/*
 * The policy that a record names ("COMMIT:BLOB", or NULL for the built-in environment); borrowed
 * from the context. ERR_REPOSITORY with the remedy when its blob is not here.
 */
const Environment *deploy_policy_find(DeployContext *context, const char *name, GError **error);

/* Sets context->policy, policy_name and is_signed from the last record; without one, from the
 * target's own file. */
bool deploy_policy_read(DeployContext *context, GError **error);

/* "COMMIT:BLOB" of the target's own environment file, or NULL when it has none; for the caller to
 * free. */
char *deploy_policy_of_target(const DeployContext *context);

/* For an audit of this environment's records. */
LedgerPolicies deploy_policies(DeployContext *context);
