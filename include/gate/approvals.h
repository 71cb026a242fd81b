/*
 * The approvals gate: whether enough people have approved a plan. Pure.
 *
 * People are told apart by key and by principal at once: one key listed under two names is one
 * person, and so are two keys under one name. Who wrote the pending migrations, and who deploys,
 * does not count.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "model/gate.h"
#include "model/policy.h"

/* An approval of this plan whose signature git accepts. */
typedef struct {
	char *id;      /* of its text */
	char *signer;  /* principal or gpg user id */
	char *key;     /* fingerprint */
	char *expires; /* ISO 8601 in UTC */
	bool counts;   /* set by gate_approvals() */
} ApprovalFact;

/* Frees it; NULL is fine. */
void approval_fact_free(ApprovalFact *fact);

typedef struct {
	const GPtrArray *approvals; /* ApprovalFact*, in the order in which they were given */
	GHashTable *authors; /* set of mail addresses and key fingerprints; authors_unknown: could
				not be told */
	bool authors_unknown;
	const char *deployer;     /* principal, or NULL when nobody deploys yet */
	const char *deployer_key; /* or NULL */
	const char *now;          /* the database's clock, ISO 8601 in UTC */
	const char *where;        /* what to approve, for the remedy: a commit or tag */
} ApprovalFacts;

/* The gate's answer, and which approvals count; NULL when the policy asks for none. The caller
 * frees it. */
Gate *gate_approvals(const Policy *policy, const ApprovalFacts *facts);
