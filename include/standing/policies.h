/*
 * The policies of an environment's ledger, each read once from its blob.
 *
 * Every record names its policy by commit and blob. The policy in force is that of the last
 * accepted record, not of the commit that is about to be deployed, so that a commit which lowers
 * its own gates is still held to the old ones. The files are read from the object database; the
 * state commit keeps each that was ever in force, so that a shallow clone has them, too.
 */
#pragma once

#include <glib.h>

#include "git/repo.h"
#include "ledger/audit.h"
#include "model/policy.h"

typedef struct PolicyStore PolicyStore;

/* `folder` is that of environment files, for words in errors. Texts are copied, the repository is
 * borrowed; the caller frees the store. */
PolicyStore *policy_store_new(GitRepo *repo, const char *environment, const char *folder);

/* Frees it, and all policies that came from it; NULL is fine. */
void policy_store_free(PolicyStore *store);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PolicyStore, policy_store_free)

/*
 * The policy that a record names ("COMMIT:BLOB", or NULL for the built-in environment); borrowed
 * from the store. NULL with ERR_REPOSITORY and the remedy when its blob is not here, with
 * ERR_LEDGER when the name is none.
 */
const Policy *policy_store_find(PolicyStore *store, const char *name, GError **error);

/* For an audit of the environment's records; `is_signed`: the ledger is a signed one now. */
LedgerPolicies policy_store_for_audit(PolicyStore *store, bool is_signed);
