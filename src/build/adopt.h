/*
 * Adopting: a schema that is there, or was just built, is proven to be what the migrations give,
 * and the migrations are recorded as applied.
 */
#pragma once

#include "deploy/context.h"
#include "schema/snapshot.h"

typedef struct {
	const char *whose;        /* for the error: "the schema of 'staging'" */
	const char *accept_drift; /* the reason why a difference is accepted; NULL: it is refused */
	GPtrArray *ignored;       /* IgnoreCount*: what rules took out is added */
} AdoptProof;

/* Leaves in the plan of a built context what is applied somewhere and the chosen ones (Migration*);
 * false when something applied is not in its commit. */
bool adopt_choose(DeployContext *built, const AppliedSet *applied, const GPtrArray *chosen);

/* The schema that what is applied and context->plan->pending give, built on the scratch server; the
 * caller frees it. *written (may be NULL) names the tables that the scripts wrote rows into, with
 * commas, or is NULL; it is the caller's, too. */
SchemaSnapshot *adopt_expected(DeployContext *context, char **written, GError **error);

/* Lines for people: what `found` lacks, has too much, or has otherwise than `expected`, less what
 * is another tool's ledger or taken out by a rule, which is counted in `ignored`. */
GPtrArray *adopt_list_differing(const DeployContext *context, GPtrArray *ignored,
				const SchemaSnapshot *expected, const SchemaSnapshot *found);

/* Compares; ERR_REFUSED lists the objects that differ. *differences is how many were accepted. */
bool adopt_prove(const DeployContext *context, const AdoptProof *proof,
		 const SchemaSnapshot *expected, const SchemaSnapshot *found, guint *differences,
		 GError **error);

/*
 * Writes the record `baseline` with these items (RecordItem*) and their rows, inside the
 * transaction that is open on the context's session, and commits it: either all that was done in it
 * is adopted, or nothing happened.
 */
bool adopt_commit(DeployContext *context, const GPtrArray *items, const char *reason,
		  GError **error);
