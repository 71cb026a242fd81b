/*
 * A commit's migrations held against what is applied somewhere: what is pending, edited, renamed,
 * removed; and what is pending in the order in which it runs.
 *
 * Both values are const once they are made.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "git/repo.h"
#include "git/walk.h"
#include "model/applied.h"
#include "model/migration.h"
#include "model/plan.h"

typedef struct {
	MigrationSet *set;
	AppliedSet *applied;
	char **partial; /* "ID\tDIRECTION" of scripts that stopped half-way; NULL-terminated */
	Plan *plan;     /* borrows from set and applied; its edits are classified */
} Lineup;

/*
 * Reads the commit's migrations below `folder` and compares. Takes `applied` and `partial` (NULL:
 * nothing). A folder without migrations, with nothing applied, is ERR_MIGRATION: a wrong path would
 * look like success for years. The caller frees the lineup.
 */
Lineup *lineup_new(GitRepo *repo, const char *commit, const char *folder, AppliedSet *applied,
		   char **partial, GError **error);

/* Frees it; NULL is fine. */
void lineup_free(Lineup *lineup);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Lineup, lineup_free)

/* What is pending, in order. */
typedef struct {
	GPtrArray *migrations; /* const Migration*, borrowed from the lineup */
	GHashTable *landings;  /* whole up path to GitLanding*, of what is pending when that is more
				  than one; or NULL */
	GHashTable *landings_found; /* what owns them */
	bool off_chain;             /* the boundary is not on the commit's first-parent history */
} LineupOrder;

/*
 * Puts what is pending in order: requirements, then landings, then names. History is walked back to
 * `boundary` (the last deployed commit; NULL: its root), and further only where several are pending
 * that the boundary has already. ERR_REFUSED when a baseline stands for migrations of which
 * `environment` has only a part; ERR_MIGRATION as for plan_order(). With less than two pending
 * there is no order to find, and no history is walked. The caller frees the order, before the
 * lineup.
 */
LineupOrder *lineup_order_new(GitRepo *repo, const Lineup *lineup, const char *environment,
			      const char *boundary, GError **error);

/* Frees it; NULL is fine. */
void lineup_order_free(LineupOrder *order);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LineupOrder, lineup_order_free)

/* The landing of a pending migration, or NULL when that did not matter. Borrowed. */
const GitLanding *lineup_order_landing(const LineupOrder *order, const Migration *migration);

/*
 * Compares alone; the plan borrows from both sets, and the caller frees it. Where something applied
 * is absent from the set, directives are read to find out what replaces it; one that cannot be read
 * replaces nothing.
 */
Plan *lineup_plan(GitRepo *repo, const MigrationSet *set, const AppliedSet *applied);

/* The edit of an applied migration (an id), or NULL when there is none. Borrowed. */
const PlanEdit *lineup_find_edit(const Lineup *lineup, const char *id);

/* ERR_REFUSED when an applied migration's script was changed in meaning, naming commits and authors
 * as of `commit`. `environment` is for words. */
bool lineup_refuse_edits(GitRepo *repo, const Lineup *lineup, const char *commit,
			 const char *environment, GError **error);

/* ERR_REFUSED when a script that stopped half-way is not part of the commit: it must be finished
 * first. */
bool lineup_refuse_partial(const Lineup *lineup, GError **error);
