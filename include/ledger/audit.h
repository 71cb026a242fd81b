/*
 * The audit of a database's ledger: every record parsed, chained, and its signature verified by
 * Git, remembering what was found good.
 *
 * What was good under the same keys and settings is not verified again: ids are kept beside the
 * repository with a digest of all that a verdict depends on. The same memory is a witness: a record
 * that was good here and is in neither ledger any more was removed.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "git/repo.h"
#include "ledger/chain.h"
#include "ledger/database.h"
#include "model/policy.h"

typedef struct {
	GPtrArray *records;  /* Record*, those that were read: all, or those after the remembered
				ones */
	GPtrArray *signers;  /* char* beside records: who signed, or NULL */
	GPtrArray *problems; /* LedgerProblem* */
	guint total;         /* records in the database */
	guint remembered;    /* of these, known to be good from before */
	guint signatures;    /* verified now */
} LedgerAudit;

/* Frees it; NULL is fine. */
void ledger_audit_free(LedgerAudit *audit);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LedgerAudit, ledger_audit_free)

/*
 * How the policy of a record ("COMMIT:BLOB", or NULL for a built-in environment) is found: NULL
 * with an error when it is not in this clone. Each record is held to the policy of the record
 * before it.
 */
typedef struct {
	const Policy *(*find)(const char *policy, void *data, GError **error);
	void *data;
	bool is_signed; /* the ledger is a signed one now */
} LedgerPolicies;

/*
 * Audits the database's records. `links` are all its links; `full` forgets what is remembered.
 * Failure means that it could not be done; what is wrong is in the problems. When there is none,
 * all ids are remembered.
 */
LedgerAudit *ledger_audit(PgSession *session, GitRepo *repo, const LedgerPolicies *policies,
			  const LedgerState *state, const GPtrArray *links, bool full,
			  GError **error);

/* Adds one record that was just written to the memory, after an audit without problems. */
void ledger_audit_remember(GitRepo *repo, const char *environment, const Record *record);

/*
 * Verifies that what was just signed will be accepted by everybody else under this policy: asks
 * git, as the audit would. ERR_LEDGER with the remedy (a missing allowed-signers file, a signer who
 * is not listed).
 */
bool ledger_audit_own(GitRepo *repo, const Policy *policy, const Record *record, GError **error);
