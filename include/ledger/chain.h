/*
 * The chain of records, and the two ledgers held against each other. Pure.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "model/record.h"

/* A record as far as comparing ledgers needs it. */
typedef struct {
	gint64 sequence;
	char *id;
	bool restores; /* a restore record: what lies between it and the one before it was abandoned
			*/
} LedgerLink;

/* A link with a copy of the id; the caller frees it. */
LedgerLink *ledger_link_new(gint64 sequence, const char *id, bool restores);

/* Frees it; NULL is fine. */
void ledger_link_free(LedgerLink *link);

/* Something that does not fit, in words. */
typedef struct {
	gint64 sequence; /* of the record, or 0 */
	char *text;
} LedgerProblem;

/* Frees it; NULL is fine. */
void ledger_problem_free(LedgerProblem *problem);

/* Adds a problem in words to a list of such. */
void ledger_problem_add(GPtrArray *problems, gint64 sequence, const char *format, ...)
	G_GNUC_PRINTF(3, 4);

/* An empty list of LedgerProblem*, which it owns; g_ptr_array_unref(). */
GPtrArray *ledger_problems_new(void);

typedef enum {
	LEDGERS_EQUAL,
	LEDGERS_NOTES_BEHIND,  /* the database has newer records: repaired verbatim, needing no key
				*/
	LEDGERS_NOTES_REMOVED, /* a record in the middle is missing in the notes: repaired as well,
				  but somebody removed it */
	LEDGERS_DATABASE_BEHIND, /* the notes have newer records: the database was restored, rolled
				    back or truncated */
	LEDGERS_DATABASE_GAP,    /* a record in the middle is missing in the database */
	LEDGERS_FORKED,          /* each has records that the other has not */
} LedgerRelation;

typedef struct {
	LedgerRelation relation;
	GPtrArray *missing_in_notes; /* const LedgerLink*, oldest first */
	GPtrArray
		*missing_in_database; /* const LedgerLink*, oldest first, without abandoned ones */
	gint64 last_in_notes;         /* highest sequence, 0 for none */
	const char *last_id_in_notes; /* borrowed */
} LedgerComparison;

/* Frees it; NULL is fine. */
void ledger_comparison_free(LedgerComparison *comparison);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LedgerComparison, ledger_comparison_free)

/* Both lists hold LedgerLink*; the database's is sorted by sequence, the notes' in any order
 * without doubles. */
LedgerComparison *ledger_compare(const GPtrArray *database, const GPtrArray *notes);

/* "the notes lack 2 records" and the like, for the caller to free; NULL when equal. */
char *ledger_comparison_describe(const LedgerComparison *comparison);

/* What a chain must agree with. */
typedef struct {
	const char *environment;
	const char *ledger;
} LedgerExpectation;

/*
 * Checks records (Record*, oldest first; `before` is the record in front of the first, or NULL when
 * the first is the chain's beginning): sequence, previous, environment, ledger, database, time,
 * begin and finish in turn, the policy (which only a finish that went well may change), and that no
 * unsigned record follows a signed one. Adds a LedgerProblem for each fault found.
 */
void ledger_chain_check(const Record *before, const GPtrArray *records,
			const LedgerExpectation *expected, GPtrArray *problems);

/*
 * The chain that ends in the record with the highest sequence, oldest first (const Record*,
 * borrowed): what a restore abandoned is not on it. *broken (may be NULL) is set when a record that
 * another one names is not among `records`.
 */
GPtrArray *ledger_chain_of(const GPtrArray *records, bool *broken);
