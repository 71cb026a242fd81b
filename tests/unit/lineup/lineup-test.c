/* What stands in the way of a deployment, as far as no repository is asked: scripts that stopped
 * half-way; and edits and landings found by migration. */
#include "lineup/lineup.h"

#include "base/error.h"

/* A commit with migrations "a" and "b"; `partial` is "ID\tDIRECTION" parted by spaces. */
static Lineup *lineup(const char *partial)
{
	Lineup *made = g_new0(Lineup, 1);

	made->set = migration_set_new("abc", "m");
	migration_set_add(made->set, migration_new("a", LAYOUT_PAIR, "m/a.up.sql", "1"));
	migration_set_add(made->set, migration_new("b", LAYOUT_PAIR, "m/b.up.sql", "2"));
	made->applied = applied_set_new();
	made->plan = plan_new();
	made->partial = g_strsplit(partial, " ", -1);
	return made;
}

static const struct {
	const char *partial, *message, *hint; /* message NULL: nothing stands in the way */
} partials[] = {
	{"", NULL, NULL},
	{"a\tup", NULL, NULL},
	{"a\tup b\tup", NULL, NULL},
	{"x\tup", "the up script of migration 'x' stopped half-way",
	 "deploy a commit that has this migration first"},
	{"A\tup", "the up script of migration 'A' stopped half-way",
	 "deploy a commit that has this migration first"},
	{"a\tdown", "the down script of migration 'a' stopped half-way",
	 "run 'git migrate down' again first"},
	{"x\tdown", "the down script of migration 'x' stopped half-way",
	 "run 'git migrate down' again first"},
	{"a\tup x\tup b\tdown", "the up script of migration 'x' stopped half-way",
	 "deploy a commit that has this migration first"},
};

static void test_partial(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(partials); i++) {
		g_autoptr(Lineup) made = lineup(partials[i].partial);
		g_autoptr(GError) error = NULL;

		g_test_message("'%s'", partials[i].partial);
		g_assert_cmpint(lineup_refuse_partial(made, &error), ==, !partials[i].message);
		g_assert_cmpint(error_is(error, ERR_REFUSED), ==, partials[i].message != NULL);
		g_assert_cmpstr(error ? error->message : NULL, ==, partials[i].message);
		g_assert_cmpstr(error ? error_get_hint(error) : NULL, ==, partials[i].hint);
	}
}

/* Both are applied with another text. */
static void add_edits(Lineup *made, EditKind kind)
{
	for (const char *const *id = (const char *const[]){"a", "b", NULL}; *id; id++) {
		Applied *row = g_new0(Applied, 1);
		PlanEdit *edit = g_new0(PlanEdit, 1);

		row->id = g_strdup(*id);
		applied_set_add(made->applied, row);
		edit->applied = row;
		edit->migration = migration_set_get(made->set, *id);
		edit->kind = kind;
		g_ptr_array_add(made->plan->edits, edit);
	}
}

static void test_find_edit(void)
{
	g_autoptr(Lineup) made = lineup("");

	g_assert_null(lineup_find_edit(made, "a"));
	add_edits(made, EDIT_REAL);
	g_assert_true(lineup_find_edit(made, "a") == g_ptr_array_index(made->plan->edits, 0));
	g_assert_true(lineup_find_edit(made, "b") == g_ptr_array_index(made->plan->edits, 1));
	g_assert_null(lineup_find_edit(made, "c"));
	g_assert_null(lineup_find_edit(made, ""));
	lineup_free(NULL);
}

/* Edits that change nothing, or that somebody accepted, let a deployment pass. */
static void test_harmless_edits(void)
{
	static const EditKind harmless[] = {EDIT_COSMETIC, EDIT_ACCEPTED};

	for (guint i = 0; i < G_N_ELEMENTS(harmless); i++) {
		g_autoptr(Lineup) made = lineup("");
		g_autoptr(GError) error = NULL;

		add_edits(made, harmless[i]);
		g_assert_true(lineup_refuse_edits(NULL, made, "abc", "prod", &error));
		g_assert_no_error(error);
	}
}

static void test_landing(void)
{
	g_autoptr(Lineup) made = lineup("");
	LineupOrder *order = g_new0(LineupOrder, 1);
	GitLanding landing = {0};

	g_assert_null(lineup_order_landing(order, migration_set_get(made->set, "a")));
	order->landings = g_hash_table_new(g_str_hash, g_str_equal);
	g_hash_table_insert(order->landings, (char[]){"m/a.up.sql"}, &landing);
	g_assert_true(lineup_order_landing(order, migration_set_get(made->set, "a")) == &landing);
	g_assert_null(lineup_order_landing(order, migration_set_get(made->set, "b")));
	lineup_order_free(order);
	lineup_order_free(NULL);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/lineup/partial/a half-way script must be finished first", test_partial);
	g_test_add_func("/lineup/edit/found by id", test_find_edit);
	g_test_add_func("/lineup/edit/harmless ones pass", test_harmless_edits);
	g_test_add_func("/lineup/order/a landing is found by path", test_landing);
	return g_test_run();
}
