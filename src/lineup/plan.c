#include "lineup/lineup.h"

#include "history/edit.h"
#include "history/read.h"
#include "plan/plan.h"

/* ---- renamed and reworded ---- */

/* What each removed migration means (char*, owned) to its row (const Applied*); those that cannot
 * be read are not in it. */
static GHashTable *removed_by_meaning(GitRepo *repo, const Plan *plan)
{
	const Migration *like = g_ptr_array_index(plan->pending, 0);
	GHashTable *rows = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (guint i = 0; i < plan->removed->len; i++) {
		Applied *row = g_ptr_array_index(plan->removed, i);
		char *meaning = history_edit_meaning(repo, like, row->blob);

		if (meaning)
			g_hash_table_insert(rows, meaning, row);
	}
	return rows;
}

/* A migration that was renamed and at the same time edited without changing what it means has run:
 * under its new name it would run again. */
static void find_reworded(GitRepo *repo, Plan *plan)
{
	g_autoptr(GHashTable) rows = NULL;

	if (plan->pending->len == 0 || plan->removed->len == 0)
		return;
	rows = removed_by_meaning(repo, plan);
	for (guint i = plan->pending->len; i > 0; i--) {
		const Migration *migration = g_ptr_array_index(plan->pending, i - 1);
		g_autofree char *meaning =
			history_edit_meaning(repo, migration, migration->up.blob);
		const Applied *row = meaning ? g_hash_table_lookup(rows, meaning) : NULL;

		if (!row || migration->repeatable)
			continue;
		g_hash_table_remove(rows, meaning);
		plan_take_rename(plan, row, migration);
	}
}

/* ---- what a baseline stands for ---- */

static bool is_baseline(GitRepo *repo, Migration *migration)
{
	return history_read_directives(repo, migration, NULL) &&
	       migration->directives->replaces->len > 0;
}

/* `gone` keeps those that are not of the set. */
static GPtrArray *find_baselines(GitRepo *repo, const MigrationSet *set, const Plan *plan,
				 GPtrArray *gone)
{
	GPtrArray *baselines = g_ptr_array_new();

	for (guint i = 0; i < set->all->len; i++)
		if (is_baseline(repo, g_ptr_array_index(set->all, i)))
			g_ptr_array_add(baselines, g_ptr_array_index(set->all, i));
	for (guint i = 0; i < plan->removed->len; i++) {
		const Applied *row = g_ptr_array_index(plan->removed, i);
		/* As it was applied, to read its directives: the commit does not have it. */
		Migration *migration = migration_new(row->id, set->layout,
						     row->path ? row->path : row->id, row->blob);

		g_ptr_array_add(gone, migration);
		if (is_baseline(repo, migration))
			g_ptr_array_add(baselines, migration);
	}
	return baselines;
}

Plan *lineup_plan(GitRepo *repo, const MigrationSet *set, const AppliedSet *applied)
{
	Plan *plan = plan_build(set, applied, NULL);
	g_autoptr(GPtrArray) gone = g_ptr_array_new_with_free_func((GDestroyNotify)migration_free);
	g_autoptr(GPtrArray) baselines = NULL;

	find_reworded(repo, plan);
	if (plan->removed->len == 0)
		return plan;
	baselines = find_baselines(repo, set, plan, gone);
	plan_cover(plan, set, applied, baselines);
	return plan;
}
