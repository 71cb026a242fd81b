#include "plan/plan.h"

#include <string.h>

#include "base/borrow.h"
#include "base/error.h"
#include "base/text.h"

/* ---- comparing ---- */

static void add_edit(Plan *plan, const Migration *migration, const Applied *applied,
		     GHashTable *accepted)
{
	PlanEdit *edit = g_new0(PlanEdit, 1);
	const char *stands = accepted ? g_hash_table_lookup(accepted, migration->id) : NULL;

	edit->migration = migration;
	edit->applied = applied;
	edit->kind = g_strcmp0(stands, migration->up.blob) == 0 ? EDIT_ACCEPTED : EDIT_UNKNOWN;
	g_ptr_array_add(plan->edits, edit);
}

/* Migrations of the commit that are not applied under their id, by content; each can be one rename.
 */
static GHashTable *unknown_by_blob(const MigrationSet *set, const AppliedSet *applied)
{
	GHashTable *by_blob = g_hash_table_new(g_str_hash, g_str_equal);

	for (guint i = 0; i < set->all->len; i++) {
		Migration *migration = g_ptr_array_index(set->all, i);
		if (!applied_set_get(applied, migration->id) &&
		    !g_hash_table_contains(by_blob, migration->up.blob))
			g_hash_table_insert(by_blob, migration->up.blob, migration);
	}
	return by_blob;
}

/* Applied ids that the commit does not have: renamed or removed. Returns the migrations that are
 * renames. */
static GHashTable *find_absent(Plan *plan, const MigrationSet *set, const AppliedSet *applied)
{
	g_autoptr(GHashTable) by_blob = NULL;
	GHashTable *renamed = g_hash_table_new(g_direct_hash, g_direct_equal);

	for (guint i = 0; i < applied->all->len; i++) {
		const Applied *row = g_ptr_array_index(applied->all, i);
		Migration *same;
		PlanRename *rename;

		if (migration_set_get(set, row->id))
			continue;
		if (!by_blob)
			by_blob = unknown_by_blob(set, applied);
		same = g_hash_table_lookup(by_blob, row->blob);
		if (!same) {
			borrow_add(plan->removed, row);
			continue;
		}
		g_hash_table_remove(by_blob, row->blob);
		rename = g_new0(PlanRename, 1);
		rename->applied = row;
		rename->migration = same;
		g_ptr_array_add(plan->renames, rename);
		g_hash_table_add(renamed, same);
	}
	return renamed;
}

Plan *plan_build(const MigrationSet *set, const AppliedSet *applied, GHashTable *accepted)
{
	Plan *plan = plan_new();
	g_autoptr(GHashTable) renamed = find_absent(plan, set, applied);

	for (guint i = 0; i < set->all->len; i++) {
		Migration *migration = g_ptr_array_index(set->all, i);
		const Applied *row = applied_set_get(applied, migration->id);
		const bool same = row && strcmp(row->blob, migration->up.blob) == 0;

		if (!row && !g_hash_table_contains(renamed, migration))
			g_ptr_array_add(plan->pending, migration);
		else if (row && !same && migration->repeatable)
			g_ptr_array_add(plan->pending, migration);
		else if (row && !same)
			add_edit(plan, migration, row, accepted);
	}
	plan->in_commit = set->all->len;
	plan->applied = applied->all->len;
	return plan;
}

void plan_take_rename(Plan *plan, const Applied *row, const Migration *migration)
{
	PlanRename *rename = g_new0(PlanRename, 1);
	guint index;

	rename->applied = row;
	rename->migration = migration;
	g_ptr_array_add(plan->renames, rename);
	if (g_ptr_array_find(plan->removed, row, &index))
		g_ptr_array_remove_index(plan->removed, index);
	if (g_ptr_array_find(plan->pending, migration, &index))
		g_ptr_array_remove_index(plan->pending, index);
}

GPtrArray *plan_through(const GPtrArray *order, const AppliedSet *applied, const char *id,
			GError **error)
{
	g_autoptr(GPtrArray) through = g_ptr_array_new();

	for (guint i = 0; i < order->len; i++) {
		Migration *migration = g_ptr_array_index(order, i);

		g_ptr_array_add(through, migration);
		if (strcmp(migration->id, id) == 0)
			return g_steal_pointer(&through);
	}
	if (applied_set_get(applied, id)) {
		error_set(error, ERR_USAGE, "migration '%s' is applied already", id);
		return NULL;
	}
	error_set(error, ERR_USAGE, "there is no pending migration '%s'", id);
	error_hint(error, "'git migrate plan' lists the pending ones");
	return NULL;
}

/* ---- undoing ---- */

static GPtrArray *newest_first(const AppliedSet *applied, guint count)
{
	GPtrArray *rows = g_ptr_array_new();

	for (guint i = 0; i < count; i++)
		g_ptr_array_add(rows, g_ptr_array_index(applied->all, applied->all->len - 1 - i));
	return rows;
}

GPtrArray *plan_down(const AppliedSet *applied, guint steps, const char *to, GError **error)
{
	const Applied *last_kept = to ? applied_set_get(applied, to) : NULL;
	guint later = 0;

	if (to && !last_kept) {
		error_set(error, ERR_USAGE,
			  "migration '%s' is not applied, so nothing can be undone down to it", to);
		error_hint(error, "'git migrate status' shows what is applied");
		return NULL;
	}
	if (!to && steps > applied->all->len) {
		error_set(error, ERR_USAGE, "only %u of the %u migrations to undo are applied",
			  applied->all->len, steps);
		return NULL;
	}
	if (!to)
		return newest_first(applied, steps);
	while (g_ptr_array_index(applied->all, applied->all->len - 1 - later) != last_kept)
		later++;
	return newest_first(applied, later);
}
