/*
 * Who is let through: the gates of a deployment, their facts gathered from the repository, both
 * ledgers and the environment that comes before, and judged by the policy in force.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "model/gate.h"
#include "standing/standing.h"

/* The answers, and by what a deployment was let through. */
typedef struct {
	GPtrArray *gates;  /* Gate* */
	char *plan_digest; /* what approvals are for */
	char *witness;     /* "ENVIRONMENT sha256:ID" of the record that lets this be promoted, or
			      NULL */
	GPtrArray *approvals; /* char*: ids of the approvals that count */
	GPtrArray *overrides; /* const char*: names of gates that were passed over */
	const char *reason;   /* for them; borrowed from the options */
} Verdicts;

/* Frees them; NULL is fine. */
void verdicts_free(Verdicts *verdicts);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Verdicts, verdicts_free)

/* What a person says about the gates. */
typedef struct {
	const char *new_tag; /* the release tag that will be made before the deployment, or NULL */
	char *const *overrides; /* names of gates to pass over, NULL-terminated; or NULL */
	const char *reason;     /* for them */
	bool if_fed; /* only what feeds the environment, says the policy in force: for hooks, which
			see what was pushed before anybody has judged it */
} AdmitOptions;

/*
 * Asks the gates. `ready` (ReadyMigration*) is what would run, in order: with none (and the same
 * policy) only the release is judged. `deploys`: whoever asks is the deployer, and cannot approve.
 * A gate that does not pass is no error. The caller frees the verdicts.
 */
Verdicts *admit_ask(Standing *standing, const GPtrArray *ready, const AdmitOptions *options,
		    bool deploys, GError **error);

/*
 * Carries out the options' overrides as far as the policy lists them as overridable; ERR_REFUSED
 * names the one that it does not, ERR_USAGE one that is no gate.
 */
bool admit_override(const Standing *standing, Verdicts *verdicts, const AdmitOptions *options,
		    GError **error);

/* ERR_REFUSED with every answer as detail, unless all gates are open. */
bool admit_refuse(const Standing *standing, const Verdicts *verdicts, GError **error);

/* ERR_REFUSED where the options want only what feeds the environment, and this does not. */
bool admit_refuse_unfed(const Standing *standing, const AdmitOptions *options, GError **error);

/* All of these: asks as the deployer, overrides, refuses. NULL with the error; the caller frees the
 * verdicts. */
Verdicts *admit_pass(Standing *standing, const GPtrArray *ready, const AdmitOptions *options,
		     GError **error);

/*
 * The digest of a plan: environment, the ledger's head, the commit's own environment file, and the
 * content of every script that is ready, in order. For the caller to free.
 */
char *admit_digest(const Standing *standing, const GPtrArray *ready);

/* The approvals gate alone, for a plan whose digest is in the verdicts, into the verdicts; nothing
 * when the policy asks for none. */
bool admit_ask_approvals(Standing *standing, const GPtrArray *ready, bool deploys,
			 Verdicts *verdicts, GError **error);

/* Verdicts without an answer yet, for admit_ask_approvals(); the caller frees them. */
Verdicts *verdicts_new(void);
