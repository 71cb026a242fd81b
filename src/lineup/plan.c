#include "lineup/lineup.h"

#include "history/read.h"
#include "plan/plan.h"

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

	if (plan->removed->len == 0)
		return plan;
	baselines = find_baselines(repo, set, plan, gone);
	plan_cover(plan, set, applied, baselines);
	return plan;
}
