#include "deploy/plan.h"

#include "base/error.h"
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

Plan *deploy_plan_build(GitRepo *repo, const MigrationSet *set, const AppliedSet *applied)
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

static bool is_known(const char *id, const MigrationSet *set, const AppliedSet *applied)
{
	return migration_set_get(set, id) || applied_set_get(applied, id);
}

void deploy_plan_read_required(GitRepo *repo, const Plan *plan, const MigrationSet *set,
			       const AppliedSet *applied)
{
	bool unknown = false;

	for (guint i = 0; i < plan->pending->len && !unknown; i++) {
		const Migration *migration = g_ptr_array_index(plan->pending, i);
		const GPtrArray *requires = migration->directives->requires;

		for (guint j = 0; j < requires->len && !unknown; j++)
			unknown = !is_known(g_ptr_array_index(requires, j), set, applied);
	}
	for (guint i = 0; i < set->all->len && unknown; i++)
		history_read_directives(repo, g_ptr_array_index(set->all, i), NULL);
}

bool deploy_plan_refuse_partly(const Plan *plan, const char *environment, GError **error)
{
	const PlanPartly *partly;

	if (plan->partly->len == 0)
		return true;
	partly = g_ptr_array_index(plan->partly, 0);
	error_set(
		error, ERR_REFUSED,
		"'%s' has %u of the %u migrations that '%s' replaces: '%s' is not applied, or was "
		"with another text",
		environment, partly->present, partly->all, partly->migration->id, partly->absent);
	error_place(error, partly->migration->up.path, 0, 0);
	return error_hint(error,
			  "deploy the commit before the squash first: git migrate up --env %s --at "
			  "COMMIT",
			  environment);
}
