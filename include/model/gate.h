/*
 * Gates: what must hold before an environment is deployed, each with its answer.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef enum {
	GATE_RELEASE,   /* the commit is what the policy deploys: a signed tag of its pattern */
	GATE_PROMOTION, /* the environment before it has deployed the same migrations, and recorded
			   it */
	GATE_SOAK,      /* ... for long enough */
	GATE_DRIFT,     /* ... and nothing has changed there since */
	GATE_ORDER,     /* ... in the order in which they would run here */
	GATE_APPROVALS, /* enough people have approved this plan */
} GateKind;
#define GATE_KINDS (GATE_APPROVALS + 1)

typedef enum {
	GATE_PASSED,
	GATE_FAILED,     /* somebody must change something */
	GATE_WAITING,    /* time or people will open it */
	GATE_OVERRIDDEN, /* it did not pass, and was passed over as the policy allows */
} GateState;

typedef struct {
	GateKind kind;
	GateState state;
	char *found;  /* what was found, in one line */
	char *remedy; /* what would make it pass; NULL when it passed */
} Gate;

/* A gate's answer; `remedy` may be NULL, texts are copied. The caller frees it. */
Gate *gate_new(GateKind kind, GateState state, const char *remedy, const char *found, ...)
	G_GNUC_PRINTF(4, 5);

/* Frees it; NULL is fine. */
void gate_free(Gate *gate);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Gate, gate_free)

/* Words as they stand in policies, options, records and output: "soak", "waiting". */
const char *gate_kind_name(GateKind kind);

/* The names of all gates, "release, promotion, ..."; for the caller to free. */
char *gate_kind_list(void);

/* The state as a word: "waiting"; static. */
const char *gate_state_name(GateState state);
/* False when no gate has this name. */
bool gate_kind_parse(const char *name, GateKind *kind);

/* Whether all of them (Gate*) let a deployment pass. */
bool gates_are_open(const GPtrArray *gates);
