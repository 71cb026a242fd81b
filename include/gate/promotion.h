/*
 * The gates between two environments: what was done in the one that comes before, held against what
 * would be done here. Pure.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "model/applied.h"
#include "model/gate.h"
#include "model/policy.h"
#include "model/record.h"

typedef struct {
	const char *from;    /* the environment that comes before */
	const char *commit;  /* that is to be deployed here */
	const char *unknown; /* why its ledger could not be read, or NULL */
	const Record
		*finish; /* its last finished deployment of this commit's migrations, or NULL */
	const char *distrust; /* why that record's signature is not good, or NULL */
	const Record *after;  /* a later record that did not end well or undid something, or NULL */
	const AppliedSet *applied; /* what its records say is applied there, in order */
	const char *drift;         /* what differs there from its records, or NULL */
	bool drift_unknown;        /* its database could not be asked: `drift` says why */
	const GPtrArray *items;    /* RecordItem*: what would run here, in order */
	const char *now;           /* the database's clock, ISO 8601 in UTC */
} PromotionFacts;

/* Adds the answers (Gate*) of promotion, soak, drift and order; none when the policy promotes from
 * nowhere. */
void gate_promotion(const Policy *policy, const PromotionFacts *facts, GPtrArray *gates);
