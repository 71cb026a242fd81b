/* The planner as properties: random histories, any subset applied, planned again. */
#include "plan/plan.h"

#include <string.h>

#include "base/error.h"
#include "base/text.h"

#define ROUNDS 2000

/* The pending ones of the plan become those in order. */
static bool put_in_order(Plan *plan, const MigrationSet *set, const AppliedSet *applied,
			 GHashTable *distance, GError **error)
{
	GPtrArray *order = plan_order(plan, set, applied, distance, error);

	if (!order)
		return false;
	g_ptr_array_unref(plan->pending);
	plan->pending = order;
	return true;
}

static Migration *add(MigrationSet *set, const char *id)
{
	Migration *migration = g_new0(Migration, 1);

	migration->id = g_strdup(id);
	migration->up.path = g_strconcat("db/migrations/", id, ".up.sql", NULL);
	migration->up.blob = g_compute_checksum_for_string(G_CHECKSUM_SHA1, id, -1);
	migration->directives = directives_new();
	g_assert_true(migration_set_add(set, migration));
	return migration;
}

static void apply(AppliedSet *applied, const Migration *migration)
{
	Applied *row = g_new0(Applied, 1);

	row->id = g_strdup(migration->id);
	row->blob = g_strdup(migration->up.blob);
	row->position = applied->all->len + 1;
	applied_set_add(applied, row);
}

/* A set of `count` migrations whose requirements never form a circle: each may require only those
 * before it. */
static MigrationSet *random_set(guint count, GHashTable *distance)
{
	MigrationSet *set = migration_set_new("commit", "db/migrations");
	g_autofree guint *number = g_new(guint, count);

	for (guint i = 0; i < count; i++)
		number[i] = i;
	for (guint i = count; i > 1; i--) {
		const guint j = (guint)g_test_rand_int_range(0, (gint)i);
		const guint swapped = number[i - 1];
		number[i - 1] = number[j];
		number[j] = swapped;
	}
	for (guint i = 0; i < count; i++) {
		g_autofree char *id = g_strdup_printf("m%u", number[i]);
		Migration *migration = add(set, id);

		if (i && g_test_rand_bit())
			g_ptr_array_add(migration->directives->requires,
					g_strdup(((Migration *)g_ptr_array_index(
							  set->all,
							  (guint)g_test_rand_int_range(0, (gint)i)))
							 ->id));
		g_hash_table_insert(distance, migration->up.path,
				    GUINT_TO_POINTER((guint)g_test_rand_int_range(0, 5)));
	}
	return set;
}

static const char *id_at(const GPtrArray *list, guint index)
{
	return ((Migration *)g_ptr_array_index(list, index))->id;
}

static guint index_of(const GPtrArray *list, const char *id)
{
	for (guint i = 0; i < list->len; i++)
		if (strcmp(id_at(list, i), id) == 0)
			return i;
	return G_MAXUINT;
}

/* `requires` holds for each pair; and where it does not speak, earlier landings and then names come
 * first. */
static void check_order(const GPtrArray *pending, GHashTable *distance)
{
	for (guint i = 0; i < pending->len; i++) {
		const Migration *migration = g_ptr_array_index(pending, i);
		const GPtrArray *requires = migration->directives->requires;

		for (guint j = 0; j < requires->len; j++) {
			const guint before = index_of(pending, g_ptr_array_index(requires, j));
			if (before != G_MAXUINT)
				g_assert_cmpuint(before, <, i);
		}
		if (i == 0 || requires->len)
			continue;
		/* Nothing holds this one back, so whatever stands right before it lands earlier, is
		   named before it, or was pulled up by no rule at all: it must not be worse in
		   both. */
		const Migration *previous = g_ptr_array_index(pending, i - 1);
		const guint mine =
			GPOINTER_TO_UINT(g_hash_table_lookup(distance, migration->up.path));
		const guint theirs =
			GPOINTER_TO_UINT(g_hash_table_lookup(distance, previous->up.path));
		g_assert_true(
			theirs > mine ||
			(theirs == mine && text_compare_versions(previous->id, migration->id) < 0));
	}
}

static void test_any_subset(void)
{
	for (guint round = 0; round < ROUNDS; round++) {
		g_autoptr(GHashTable) distance = g_hash_table_new(g_str_hash, g_str_equal);
		g_autoptr(MigrationSet) set =
			random_set((guint)g_test_rand_int_range(1, 12), distance);
		g_autoptr(AppliedSet) applied = applied_set_new();
		g_autoptr(GError) error = NULL;
		g_autoptr(Plan) plan = NULL;

		for (guint i = 0; i < set->all->len; i++)
			if (g_test_rand_bit())
				apply(applied, g_ptr_array_index(set->all, i));
		plan = plan_build(set, applied, NULL);
		g_assert_cmpuint(plan->pending->len + applied->all->len, ==, set->all->len);
		g_assert_true(put_in_order(plan, set, applied, distance, &error));
		g_assert_no_error(error);
		check_order(plan->pending, distance);
		for (guint i = 0; i < plan->pending->len; i++)
			g_assert_null(applied_set_get(
				applied, ((Migration *)g_ptr_array_index(plan->pending, i))->id));
	}
}

/* After any prefix ran, the rest is planned again in the same order. */
static void test_prefix(void)
{
	for (guint round = 0; round < ROUNDS; round++) {
		g_autoptr(GHashTable) distance = g_hash_table_new(g_str_hash, g_str_equal);
		g_autoptr(MigrationSet) set =
			random_set((guint)g_test_rand_int_range(1, 12), distance);
		g_autoptr(AppliedSet) applied = applied_set_new();
		g_autoptr(Plan) first = plan_build(set, applied, NULL);
		g_autoptr(Plan) second = NULL;
		const guint ran = (guint)g_test_rand_int_range(0, (gint)set->all->len + 1);

		g_assert_true(put_in_order(first, set, applied, distance, NULL));
		for (guint i = 0; i < ran; i++)
			apply(applied, g_ptr_array_index(first->pending, i));
		second = plan_build(set, applied, NULL);
		g_assert_true(put_in_order(second, set, applied, distance, NULL));
		g_assert_cmpuint(second->pending->len, ==, first->pending->len - ran);
		for (guint i = 0; i < second->pending->len; i++)
			g_assert_cmpstr(id_at(second->pending, i), ==,
					id_at(first->pending, ran + i));
	}
}

static void test_rename_never_runs(void)
{
	for (guint round = 0; round < ROUNDS; round++) {
		g_autoptr(GHashTable) distance = g_hash_table_new(g_str_hash, g_str_equal);
		g_autoptr(MigrationSet) set = random_set(6, distance);
		g_autoptr(AppliedSet) applied = applied_set_new();
		g_autoptr(Plan) plan = NULL;
		const guint renamed = (guint)g_test_rand_int_range(0, 6);

		for (guint i = 0; i < set->all->len; i++)
			apply(applied, g_ptr_array_index(set->all, i));
		Applied *row = g_ptr_array_index(applied->all, renamed);
		g_hash_table_remove(applied->by_id, row->id);
		g_free(row->id);
		row->id = g_strdup("old name");
		g_hash_table_insert(applied->by_id, row->id, row);
		plan = plan_build(set, applied, NULL);
		g_assert_cmpuint(plan->pending->len, ==, 0);
		g_assert_cmpuint(plan->removed->len, ==, 0);
		g_assert_cmpuint(plan->renames->len, ==, 1);
	}
}

static void test_edits(void)
{
	g_autoptr(MigrationSet) set = migration_set_new("commit", "db/migrations");
	g_autoptr(AppliedSet) applied = applied_set_new();
	g_autoptr(GHashTable) accepted = g_hash_table_new(g_str_hash, g_str_equal);
	g_autoptr(Plan) plan = NULL, again = NULL;
	Migration *edited = add(set, "edited");

	apply(applied, edited);
	edited->up.blob[0] ^= 1;
	plan = plan_build(set, applied, NULL);
	g_assert_cmpuint(plan->edits->len, ==, 1);
	g_assert_cmpint(((PlanEdit *)g_ptr_array_index(plan->edits, 0))->kind, ==, EDIT_UNKNOWN);
	g_hash_table_insert(accepted, edited->id, edited->up.blob);
	again = plan_build(set, applied, accepted);
	g_assert_cmpint(((PlanEdit *)g_ptr_array_index(again->edits, 0))->kind, ==, EDIT_ACCEPTED);
}

static void test_circle(void)
{
	g_autoptr(MigrationSet) set = migration_set_new("commit", "db/migrations");
	g_autoptr(AppliedSet) applied = applied_set_new();
	g_autoptr(GHashTable) distance = g_hash_table_new(g_str_hash, g_str_equal);
	g_autoptr(GError) error = NULL;
	g_autoptr(Plan) plan = NULL;

	g_ptr_array_add(add(set, "a")->directives->requires, g_strdup("b"));
	g_ptr_array_add(add(set, "b")->directives->requires, g_strdup("c"));
	g_ptr_array_add(add(set, "c")->directives->requires, g_strdup("b"));
	plan = plan_build(set, applied, NULL);
	g_assert_false(put_in_order(plan, set, applied, distance, &error));
	g_assert_cmpstr(error->message, ==,
			"migrations require each other in a circle: b -> c -> b");
}

static void replace(Migration *baseline, const Migration *old, const char *via)
{
	Replaced *replaced = g_new0(Replaced, 1);

	replaced->id = g_strdup(old->id);
	replaced->blob = g_strdup(old->up.blob);
	replaced->via = g_strdup(via);
	g_ptr_array_add(baseline->directives->replaces, replaced);
}

/* Two baselines, the second over the first: whatever a database has applied of all six, the second
 * one runs exactly where nothing is applied, and where all is there nothing runs and nothing is
 * called removed. */
static void test_cover(void)
{
	enum { OLD1, OLD2, FIRST, THIRD, COUNT };
	const guint cases = 1 << COUNT;

	for (guint bits = 0; bits < cases; bits++) {
		g_autoptr(MigrationSet) past = migration_set_new("commit", "db/migrations");
		g_autoptr(MigrationSet) set = migration_set_new("commit", "db/migrations");
		g_autoptr(AppliedSet) applied = applied_set_new();
		g_autoptr(GPtrArray) baselines = g_ptr_array_new();
		g_autoptr(Plan) plan = NULL;
		Migration *old[COUNT] = {add(past, "1"), add(past, "2"), add(past, "first"),
					 add(past, "3")};
		Migration *second = add(set, "second");
		const bool has_first =
			bits & (1 << FIRST) || ((bits & (1 << OLD1)) && (bits & (1 << OLD2)));
		const bool whole = has_first && (bits & (1 << THIRD));

		replace(second, old[FIRST], NULL);
		replace(second, old[OLD1], "first");
		replace(second, old[OLD2], "first");
		replace(second, old[THIRD], NULL);
		for (guint i = 0; i < COUNT; i++)
			if (bits & (1U << i))
				apply(applied, old[i]);
		plan = plan_build(set, applied, NULL);
		g_ptr_array_add(baselines, second);
		plan_cover(plan, set, applied, baselines);
		g_assert_cmpuint(plan->pending->len, ==, !whole);
		g_assert_cmpuint(plan->covered->len, ==, whole);
		g_assert_cmpuint(plan->partly->len, ==, bits && !whole);
		g_assert_cmpuint(plan->removed->len, ==, 0);
		g_assert_cmpuint(plan->replaced->len, ==, applied->all->len);
	}
}

/* What was applied with another text is not what was replaced. */
static void test_cover_edited(void)
{
	g_autoptr(MigrationSet) set = migration_set_new("commit", "db/migrations");
	g_autoptr(MigrationSet) past = migration_set_new("commit", "db/migrations");
	g_autoptr(AppliedSet) applied = applied_set_new();
	g_autoptr(GPtrArray) baselines = g_ptr_array_new();
	g_autoptr(Plan) plan = NULL;
	Migration *baseline = add(set, "baseline"), *old = add(past, "old");

	replace(baseline, old, NULL);
	old->up.blob[0] ^= 1;
	apply(applied, old);
	plan = plan_build(set, applied, NULL);
	g_ptr_array_add(baselines, baseline);
	plan_cover(plan, set, applied, baselines);
	g_assert_cmpuint(plan->covered->len, ==, 0);
	g_assert_cmpuint(plan->partly->len, ==, 1);
	g_assert_cmpstr(((PlanPartly *)g_ptr_array_index(plan->partly, 0))->absent, ==, "old");
}

/* Names that stand for each other end, and cover nothing. */
static void test_cover_circle(void)
{
	g_autoptr(MigrationSet) set = migration_set_new("commit", "db/migrations");
	g_autoptr(MigrationSet) past = migration_set_new("commit", "db/migrations");
	g_autoptr(AppliedSet) applied = applied_set_new();
	g_autoptr(GPtrArray) baselines = g_ptr_array_new();
	g_autoptr(Plan) plan = NULL;
	Migration *baseline = add(set, "baseline");
	Migration *a = add(past, "a"), *b = add(past, "b"), *c = add(past, "c");

	replace(baseline, a, "b");
	replace(baseline, b, "a");
	replace(baseline, c, NULL);
	apply(applied, c);
	plan = plan_build(set, applied, NULL);
	g_ptr_array_add(baselines, baseline);
	plan_cover(plan, set, applied, baselines);
	g_assert_cmpuint(plan->covered->len, ==, 1);
}

static void test_required_baseline(void)
{
	g_autoptr(MigrationSet) set = migration_set_new("commit", "db/migrations");
	g_autoptr(MigrationSet) past = migration_set_new("commit", "db/migrations");
	g_autoptr(AppliedSet) applied = applied_set_new();
	g_autoptr(GHashTable) distance = g_hash_table_new(g_str_hash, g_str_equal);
	g_autoptr(GError) error = NULL;
	g_autoptr(Plan) plan = NULL;
	Migration *later = add(set, "a later one"), *baseline = add(set, "the baseline");
	Migration *early = add(set, "an early one");

	replace(baseline, add(past, "old"), NULL);
	g_ptr_array_add(later->directives->requires, g_strdup("old"));
	g_hash_table_insert(distance, later->up.path, GUINT_TO_POINTER(9));
	g_hash_table_insert(distance, early->up.path, GUINT_TO_POINTER(9));
	g_hash_table_insert(distance, baseline->up.path, GUINT_TO_POINTER(1));
	plan = plan_build(set, applied, NULL);
	g_assert_true(put_in_order(plan, set, applied, distance, &error));
	g_assert_cmpstr(id_at(plan->pending, 0), ==, baseline->id);
	g_ptr_array_add(later->directives->requires, g_strdup("nowhere"));
	g_assert_false(put_in_order(plan, set, applied, distance, &error));
	g_assert_error(error, BASE_ERROR, ERR_MIGRATION);
}

static void test_down(void)
{
	g_autoptr(MigrationSet) set = migration_set_new("commit", "db/migrations");
	g_autoptr(AppliedSet) applied = applied_set_new();
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) two = NULL, to = NULL, all = NULL;

	apply(applied, add(set, "a"));
	apply(applied, add(set, "b"));
	apply(applied, add(set, "c"));
	two = plan_down(applied, 2, NULL, &error);
	g_assert_cmpuint(two->len, ==, 2);
	g_assert_cmpstr(((Applied *)g_ptr_array_index(two, 0))->id, ==, "c");
	to = plan_down(applied, 1, "a", &error);
	g_assert_cmpuint(to->len, ==, 2);
	all = plan_down(applied, 1, "c", &error);
	g_assert_cmpuint(all->len, ==, 0);
	g_assert_null(plan_down(applied, 4, NULL, &error));
	g_assert_error(error, BASE_ERROR, ERR_USAGE);
	g_clear_error(&error);
	g_assert_null(plan_down(applied, 1, "d", &error));
	g_assert_error(error, BASE_ERROR, ERR_USAGE);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/plan/any subset applied leaves exactly the rest, in order",
			test_any_subset);
	g_test_add_func("/plan/after a prefix the rest keeps its order", test_prefix);
	g_test_add_func("/plan/a renamed migration never runs again", test_rename_never_runs);
	g_test_add_func("/plan/an edit is seen, an accepted one is marked", test_edits);
	g_test_add_func("/plan/a circle is shown as a path", test_circle);
	g_test_add_func("/plan/a baseline runs only where nothing it replaces is applied",
			test_cover);
	g_test_add_func("/plan/what was applied with another text is not covered",
			test_cover_edited);
	g_test_add_func("/plan/baselines that stand for each other end", test_cover_circle);
	g_test_add_func("/plan/a replaced migration may be required", test_required_baseline);
	g_test_add_func("/plan/down undoes the newest first", test_down);
	return g_test_run();
}
