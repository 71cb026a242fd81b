/*
 * The planner: from the migrations of a commit and those applied to what is pending, and in which
 * order. Pure.
 *
 * Pending is a set difference, never "greater than": a migration merged late with a lower number
 * runs. What was applied under another name is a rename and never runs again. Order: `requires`
 * first, then landing, then name.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "model/plan.h"

/*
 * Compares. `accepted` maps the id of an edited migration to the blob that a signed record accepted
 * in its place (may be NULL); `plan` borrows from both sets. A repeatable migration is pending when
 * its blob differs from the applied one.
 */
Plan *plan_build(const MigrationSet *set, const AppliedSet *applied, GHashTable *accepted);

/* Says that a removed row is a pending migration under its old name: a rename, which never runs. */
void plan_take_rename(Plan *plan, const Applied *row, const Migration *migration);

/*
 * Takes baseline migrations into account: those that stand for others by their directive
 * `replaces`. `baselines` holds const Migration*, with directives: of the set, and such as were
 * applied and the set does not have. Where all that one replaces is applied, it is covered: it
 * never runs, and what it replaces is not called removed. Where it ran itself, what it replaces
 * never runs. Where only a part is applied, it is in plan->partly.
 */
void plan_cover(Plan *plan, const MigrationSet *set, const AppliedSet *applied,
		const GPtrArray *baselines);

/*
 * What is pending, in the order in which it runs: const Migration*, borrowed from the set, in an
 * array for the caller to free. `distance` maps up paths to landing distances (GUINT_TO_POINTER,
 * larger is earlier); a missing path counts as earliest. Directives must have been read.
 * ERR_MIGRATION: `requires` names an id that neither the set nor the database has (with the nearest
 * names as hint), or a cycle (shown as a path a -> b -> a). An id that a baseline of the set
 * replaces is that baseline. Baselines run first, repeatables last.
 */
GPtrArray *plan_order(const Plan *plan, const MigrationSet *set, const AppliedSet *applied,
		      GHashTable *distance, GError **error);

/*
 * The beginning of an order, up to and with migration `id` (everything that it needs runs before
 * it, so it stays); for the caller to free. ERR_USAGE when it is not pending, saying whether it is
 * applied or unknown.
 */
GPtrArray *plan_through(const GPtrArray *order, const AppliedSet *applied, const char *id,
			GError **error);

/*
 * What a `down` undoes, newest first (const Applied*, borrowed): the last `steps` ones, or all
 * after `to` when given. ERR_USAGE when `to` is not applied or steps exceed what is applied.
 * `requirers` is checked by order alone: what was applied later is undone first.
 */
GPtrArray *plan_down(const AppliedSet *applied, guint steps, const char *to, GError **error);
