#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "plan/plan.h"

/* A pending migration while its place is being found. */
typedef struct {
	Migration *migration;
	guint distance;    /* of its landing: larger is earlier */
	guint open;        /* pending ones it requires that have no place yet */
	GPtrArray *needed; /* Step* that require it */
	GPtrArray *needs;  /* Step* that it requires */
	bool placed;
} Step;

static void step_free(Step *step)
{
	g_ptr_array_unref(step->needed);
	g_ptr_array_unref(step->needs);
	g_free(step);
}

static bool is_baseline(const Migration *migration)
{
	return migration->directives && migration->directives->replaces->len > 0;
}

/* Baselines before all others, repeatables after them; between, earlier landing first, then name as
 * version. */
static gint compare_steps(gconstpointer a, gconstpointer b, gpointer unused)
{
	const Step *left = a, *right = b;

	(void)unused;
	if (left->migration->repeatable != right->migration->repeatable)
		return left->migration->repeatable ? 1 : -1;
	if (is_baseline(left->migration) != is_baseline(right->migration))
		return is_baseline(left->migration) ? -1 : 1;
	if (left->distance != right->distance)
		return left->distance > right->distance ? -1 : 1;
	return text_compare_versions(left->migration->id, right->migration->id);
}

/* ---- requires ---- */

static bool unknown_requirement(const Migration *migration, const char *id, const MigrationSet *set,
				GError **error)
{
	const char *nearest = NULL;
	guint best = G_MAXUINT;

	for (guint i = 0; i < set->all->len; i++) {
		const Migration *other = g_ptr_array_index(set->all, i);
		const guint distance = text_edit_distance(id, other->id);

		if (other != migration && distance < best) {
			best = distance;
			nearest = other->id;
		}
	}
	error_set(error, ERR_MIGRATION, "migration '%s' requires '%s', which does not exist",
		  migration->id, id);
	error_place(error, migration->up.path, 0, 0);
	return nearest ? error_hint(error, "did you mean '%s'?", nearest) : false;
}

static bool is_renamed(const Plan *plan, const char *id)
{
	for (guint i = 0; i < plan->renames->len; i++) {
		const PlanRename *rename = g_ptr_array_index(plan->renames, i);
		if (strcmp(rename->migration->id, id) == 0)
			return true;
	}
	return false;
}

/* The baseline of the set that stands for an id, or NULL. */
static const Migration *baseline_of(const MigrationSet *set, const char *id)
{
	for (guint i = 0; i < set->all->len; i++) {
		const Migration *migration = g_ptr_array_index(set->all, i);

		for (guint j = 0;
		     is_baseline(migration) && j < migration->directives->replaces->len; j++) {
			const Replaced *replaced =
				g_ptr_array_index(migration->directives->replaces, j);
			if (strcmp(replaced->id, id) == 0)
				return migration;
		}
	}
	return NULL;
}

/* The pending step that an id means, itself or by its baseline; NULL when it needs no waiting for:
 * then *known says whether it is there at all. */
static Step *required_step(const Plan *plan, GHashTable *by_id, const MigrationSet *set,
			   const AppliedSet *applied, const char *id, bool *known)
{
	Step *step = g_hash_table_lookup(by_id, id);
	const Migration *baseline;

	*known = step || applied_set_get(applied, id) || is_renamed(plan, id);
	if (*known)
		return step;
	baseline = baseline_of(set, id);
	*known = baseline;
	return baseline ? g_hash_table_lookup(by_id, baseline->id) : NULL;
}

static bool link_step(Step *step, const Plan *plan, GHashTable *by_id, const MigrationSet *set,
		      const AppliedSet *applied, GError **error)
{
	const GPtrArray *requires =
		step->migration->directives ? step->migration->directives->requires : NULL;

	for (guint i = 0; requires && i < requires->len; i++) {
		const char *id = g_ptr_array_index(requires, i);
		bool known;
		Step *other = required_step(plan, by_id, set, applied, id, &known);

		if (!known)
			return unknown_requirement(step->migration, id, set, error);
		if (!other)
			continue;
		g_ptr_array_add(other->needed, step);
		g_ptr_array_add(step->needs, other);
		step->open++;
	}
	return true;
}

/* ---- cycles ---- */

/* An unplaced step that `step` requires: in a set without any free step there always is one. */
static Step *next_in_cycle(const Step *step)
{
	for (guint i = 0; i < step->needs->len; i++) {
		Step *other = g_ptr_array_index(step->needs, i);
		if (!other->placed)
			return other;
	}
	return NULL;
}

static bool refuse_cycle(Step *start, GError **error)
{
	g_autoptr(GHashTable) seen = g_hash_table_new(g_direct_hash, g_direct_equal);
	g_autoptr(GString) path = g_string_new(NULL);
	Step *step = start, *first;

	/* Following any requirement leads into the cycle; from its first step the path is shown. */
	while (g_hash_table_add(seen, step))
		step = next_in_cycle(step);
	first = step;
	do {
		g_string_append_printf(path, "%s -> ", step->migration->id);
		step = next_in_cycle(step);
	} while (step != first);
	g_string_append(path, first->migration->id);
	error_set(error, ERR_MIGRATION, "migrations require each other in a circle: %s", path->str);
	error_place(error, first->migration->up.path, 0, 0);
	return error_hint(error, "remove one of these 'requires'");
}

/* ---- order ---- */

static GPtrArray *make_steps(const Plan *plan, GHashTable *distance, GHashTable *by_id)
{
	GPtrArray *steps = g_ptr_array_new_with_free_func((GDestroyNotify)step_free);

	for (guint i = 0; i < plan->pending->len; i++) {
		Step *step = g_new0(Step, 1);
		gpointer found;

		step->migration = g_ptr_array_index(plan->pending, i);
		step->needed = g_ptr_array_new();
		step->needs = g_ptr_array_new();
		step->distance = G_MAXUINT;
		if (g_hash_table_lookup_extended(distance, step->migration->up.path, NULL, &found))
			step->distance = GPOINTER_TO_UINT(found);
		g_ptr_array_add(steps, step);
		g_hash_table_insert(by_id, step->migration->id, step);
	}
	return steps;
}

/* Takes the first free step again and again; what it frees joins the queue in its place. */
static GPtrArray *sort_steps(const GPtrArray *steps)
{
	GPtrArray *ordered = g_ptr_array_new();
	GSequence *ready = g_sequence_new(NULL);

	for (guint i = 0; i < steps->len; i++) {
		Step *step = g_ptr_array_index(steps, i);
		if (step->open == 0)
			g_sequence_insert_sorted(ready, step, compare_steps, NULL);
	}
	while (!g_sequence_is_empty(ready)) {
		GSequenceIter *first = g_sequence_get_begin_iter(ready);
		Step *step = g_sequence_get(first);

		g_sequence_remove(first);
		step->placed = true;
		g_ptr_array_add(ordered, step->migration);
		for (guint i = 0; i < step->needed->len; i++) {
			Step *waiting = g_ptr_array_index(step->needed, i);
			if (--waiting->open == 0)
				g_sequence_insert_sorted(ready, waiting, compare_steps, NULL);
		}
	}
	g_sequence_free(ready);
	return ordered;
}

GPtrArray *plan_order(const Plan *plan, const MigrationSet *set, const AppliedSet *applied,
		      GHashTable *distance, GError **error)
{
	g_autoptr(GHashTable) by_id = g_hash_table_new(g_str_hash, g_str_equal);
	g_autoptr(GPtrArray) steps = make_steps(plan, distance, by_id);
	g_autoptr(GPtrArray) ordered = NULL;

	for (guint i = 0; i < steps->len; i++)
		if (!link_step(g_ptr_array_index(steps, i), plan, by_id, set, applied, error))
			return NULL;
	ordered = sort_steps(steps);
	for (guint i = 0; i < steps->len && ordered->len < steps->len; i++) {
		Step *step = g_ptr_array_index(steps, i);
		if (!step->placed) {
			refuse_cycle(step, error);
			return NULL;
		}
	}
	return g_steal_pointer(&ordered);
}
