#include "plan/plan.h"

#include <string.h>

#include "base/borrow.h"

/* What one baseline replaces, and whether the database has it. */
typedef struct {
	const GPtrArray *replaces; /* Replaced* */
	const AppliedSet *applied;
} Cover;

/* Under its id, or under the one that it had before it was renamed. */
static bool is_applied(const Cover *cover, const Replaced *replaced)
{
	const Applied *row = applied_set_get(cover->applied, replaced->id);

	for (guint i = 0; !row && i < cover->applied->all->len; i++) {
		const Applied *other = g_ptr_array_index(cover->applied->all, i);
		if (strcmp(other->blob, replaced->blob) == 0)
			row = other;
	}
	return row && strcmp(row->blob, replaced->blob) == 0;
}

/* Applied itself; or, an earlier baseline, all that it stood for is. Baselines that name each other
 * end at `depth`. */
static bool is_present(const Cover *cover, const Replaced *replaced, guint depth)
{
	guint children = 0;

	if (is_applied(cover, replaced))
		return true;
	for (guint i = 0; i < cover->replaces->len && depth; i++) {
		const Replaced *child = g_ptr_array_index(cover->replaces, i);

		if (g_strcmp0(child->via, replaced->id) != 0)
			continue;
		if (!is_present(cover, child, depth - 1))
			return false;
		children++;
	}
	return children > 0;
}

/* How many are to be present, and are. */
static PlanPartly count(const Cover *cover)
{
	PlanPartly found = {0};

	for (guint i = 0; i < cover->replaces->len; i++) {
		const Replaced *replaced = g_ptr_array_index(cover->replaces, i);
		const bool present = is_present(cover, replaced, cover->replaces->len);

		if (replaced->via)
			continue;
		found.all++;
		found.present += present;
		if (!present && !found.absent)
			found.absent = replaced->id;
	}
	return found;
}

static bool any_applied(const Cover *cover)
{
	for (guint i = 0; i < cover->replaces->len; i++)
		if (applied_set_get(cover->applied,
				    ((Replaced *)g_ptr_array_index(cover->replaces, i))->id))
			return true;
	return false;
}

/* It never runs here. */
static void cover(Plan *plan, const char *id)
{
	for (guint i = plan->pending->len; i > 0; i--) {
		const Migration *migration = g_ptr_array_index(plan->pending, i - 1);

		if (strcmp(migration->id, id) != 0)
			continue;
		borrow_add(plan->covered, migration);
		g_ptr_array_remove_index(plan->pending, i - 1);
	}
}

/* From the removed ones to the replaced ones, by id or by content. */
static void move_removed(Plan *plan, const char *id, const char *blob)
{
	for (guint i = plan->removed->len; i > 0; i--) {
		const Applied *row = g_ptr_array_index(plan->removed, i - 1);

		if (strcmp(row->id, id) != 0 && strcmp(row->blob, blob) != 0)
			continue;
		borrow_add(plan->replaced, row);
		g_ptr_array_remove_index(plan->removed, i - 1);
	}
}

static void move_all_removed(Plan *plan, const GPtrArray *replaces)
{
	for (guint i = 0; i < replaces->len; i++) {
		const Replaced *replaced = g_ptr_array_index(replaces, i);
		move_removed(plan, replaced->id, replaced->blob);
	}
}

/* It ran here: what it stands for is there, also where an older commit still has it. */
static void follow_applied(Plan *plan, const MigrationSet *set, const Migration *baseline)
{
	const GPtrArray *replaces = baseline->directives->replaces;
	bool whole = true;

	for (guint i = 0; i < replaces->len; i++) {
		const Replaced *replaced = g_ptr_array_index(replaces, i);

		cover(plan, replaced->id);
		whole = whole && (replaced->via || migration_set_get(set, replaced->id));
	}
	move_all_removed(plan, replaces);
	if (whole && !migration_set_get(set, baseline->id))
		move_removed(plan, baseline->id, baseline->up.blob);
}

static void follow_pending(Plan *plan, const Migration *baseline, const AppliedSet *applied)
{
	const Cover database = {baseline->directives->replaces, applied};
	PlanPartly found = count(&database);

	if (found.present == found.all) {
		cover(plan, baseline->id);
		move_all_removed(plan, database.replaces);
	} else if (any_applied(&database)) {
		move_all_removed(plan, database.replaces);
		found.migration = baseline;
		g_ptr_array_add(plan->partly, g_memdup2(&found, sizeof(found)));
	}
}

void plan_cover(Plan *plan, const MigrationSet *set, const AppliedSet *applied,
		const GPtrArray *baselines)
{
	for (guint i = 0; i < baselines->len; i++) {
		const Migration *baseline = g_ptr_array_index(baselines, i);

		if (applied_set_get(applied, baseline->id))
			follow_applied(plan, set, baseline);
		else
			follow_pending(plan, baseline, applied);
	}
}
