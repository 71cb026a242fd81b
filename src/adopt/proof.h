/*
 * The proof that a schema is what migrations give, and the record that says so.
 */
#pragma once

#include "schema/snapshot.h"
#include "scratch/build.h"
#include "standing/standing.h"

/* What is proven: some migrations against some schema. */
typedef struct {
	const char *whose;        /* schema it is, in words: "the schema of 'staging'" */
	const GPtrArray *chosen;  /* const Migration*: that are to be recorded, in order */
	const char *accept_drift; /* why a difference is accepted; NULL: it is refused */
	GPtrArray *ignored;       /* IgnoreCount*: what rules take out is added */
} AdoptProof;

/*
 * The migrations that a database has, with those that are `chosen` (const Migration*) among what is
 * pending there: const Migration*, borrowed from the build, in its order. For the caller to free.
 * *complete is false when something applied is absent from the commit, so that nothing can be
 * proven.
 */
GPtrArray *adopt_present(const ScratchBuild *build, const AppliedSet *applied,
			 const GPtrArray *chosen, bool *complete);

/* The schema that the applied migrations and the chosen ones of the standing's commit give on the
 * scratch server, for the caller to free. *written (may be NULL; owned by the caller) names the
 * tables into which they write rows, or is NULL. ERR_REFUSED when something applied is absent from
 * the commit. */
SchemaSnapshot *adopt_expected(const Standing *standing, const GPtrArray *chosen, char **written,
			       GError **error);

/* What differs, but for other tools' ledgers and what ignore rules take out (counted in `ignored`):
 * "missing PATH" lines, for the caller to free. */
GPtrArray *adopt_list_differing(const Standing *standing, GPtrArray *ignored,
				const SchemaSnapshot *expected, const SchemaSnapshot *found);

/* ERR_REFUSED with the differing objects, unless there are none or they are accepted; *differences
 * is how many. */
bool adopt_prove(const Standing *standing, const AdoptProof *proof, const SchemaSnapshot *expected,
		 const SchemaSnapshot *found, guint *differences, GError **error);

/* Inside an open transaction: the record and the rows of these migrations (ReadyMigration*), and
 * the COMMIT. `trees` (taken) is the schema as it was seen; NULL when it was not. */
bool adopt_commit(Standing *standing, const GPtrArray *ready, const char *reason, Trees *trees,
		  GError **error);
