/*
 * What a commit and a database differ in: what is pending, in order, and what does not fit.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "model/applied.h"
#include "model/migration.h"

typedef enum { EDIT_UNKNOWN, EDIT_COSMETIC, EDIT_REAL, EDIT_ACCEPTED } EditKind;

/* An applied migration whose script in the commit is not the one that ran. */
typedef struct {
	const Migration *migration; /* borrowed from the set, as all below */
	const Applied *applied;
	EditKind kind;
} PlanEdit;

/* An applied migration that stands in the commit under another name with the same content. */
typedef struct {
	const Applied *applied;
	const Migration *migration;
} PlanRename;

/* A migration that stands for others, of which the database has only some. */
typedef struct {
	const Migration *migration;
	guint present, all; /* of those it replaces */
	const char *absent; /* the first that the database has not, or has with another text */
} PlanPartly;

typedef struct {
	GPtrArray *pending;  /* const Migration*, in the order of their names: plan_order() */
	GPtrArray *edits;    /* PlanEdit*, owned */
	GPtrArray *renames;  /* PlanRename*, owned: known under the old id, never run again */
	GPtrArray *removed;  /* const Applied*: applied, absent from the commit, and not renamed */
	GPtrArray *covered;  /* const Migration*: never run here, because all that they replace is
				applied, or what replaces them is */
	GPtrArray *replaced; /* const Applied*: that is what covers them; the commit does not have
				these */
	GPtrArray *partly;   /* PlanPartly*, owned: nothing can be deployed */
	guint in_commit;     /* how many migrations the commit has */
	guint applied;       /* how many the database has */
} Plan;

/* An empty plan; the caller frees it. */
Plan *plan_new(void);

/* Frees it; NULL is fine. */
void plan_free(Plan *plan);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Plan, plan_free)
