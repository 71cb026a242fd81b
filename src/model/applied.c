#include "model/applied.h"

void applied_free(Applied *applied)
{
	if (!applied)
		return;
	g_free(applied->id);
	g_free(applied->blob);
	g_free(applied->content);
	g_free(applied->applied_at);
	g_free(applied->applied_by);
	g_free(applied->path);
	g_free(applied->commit);
	g_free(applied);
}

AppliedSet *applied_set_new(void)
{
	AppliedSet *set = g_new0(AppliedSet, 1);

	set->all = g_ptr_array_new_with_free_func((GDestroyNotify)applied_free);
	set->by_id = g_hash_table_new(g_str_hash, g_str_equal);
	return set;
}

void applied_set_add(AppliedSet *set, Applied *applied)
{
	g_ptr_array_add(set->all, applied);
	g_hash_table_insert(set->by_id, applied->id, applied);
}

Applied *applied_set_get(const AppliedSet *set, const char *id)
{
	return g_hash_table_lookup(set->by_id, id);
}

void applied_set_free(AppliedSet *set)
{
	if (!set)
		return;
	g_hash_table_unref(set->by_id);
	g_ptr_array_unref(set->all);
	g_free(set);
}
