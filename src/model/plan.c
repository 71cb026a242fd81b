#include "model/plan.h"

Plan *plan_new(void)
{
	Plan *plan = g_new0(Plan, 1);

	plan->pending = g_ptr_array_new();
	plan->edits = g_ptr_array_new_with_free_func(g_free);
	plan->renames = g_ptr_array_new_with_free_func(g_free);
	plan->removed = g_ptr_array_new();
	plan->covered = g_ptr_array_new();
	plan->replaced = g_ptr_array_new();
	plan->partly = g_ptr_array_new_with_free_func(g_free);
	return plan;
}

void plan_free(Plan *plan)
{
	if (!plan)
		return;
	g_ptr_array_unref(plan->pending);
	g_ptr_array_unref(plan->edits);
	g_ptr_array_unref(plan->renames);
	g_ptr_array_unref(plan->removed);
	g_ptr_array_unref(plan->covered);
	g_ptr_array_unref(plan->replaced);
	g_ptr_array_unref(plan->partly);
	g_free(plan);
}
