/* Ignore rules: which paths a pattern takes, and which rule is counted. */
#include "model/ignore.h"

static const struct {
	const char *kind, *name, *path;
	gboolean taken;
} cases[] = {
	{"table", "public.users", "public/table/users.sql", TRUE},
	{"table", "users", "public/table/users.sql", FALSE},
	{"view", "public.users", "public/table/users.sql", FALSE},
	{"*", "public.users", "public/table/users.sql", TRUE},
	{"t?ble", "public.users", "public/table/users.sql", TRUE},
	{"table", "public.tmp_*", "public/table/tmp_1.sql", TRUE},
	{"table", "public.tmp_*", "public/table/tmp_.sql", TRUE},
	{"table", "public.tmp_*", "public/table/tmp.sql", FALSE},
	{"table", "*.tmp_*", "other/table/tmp_1.sql", TRUE},
	{"table", "*", "a/table/b.sql", TRUE},
	{"*", "*", "public/schema.sql", TRUE},
	{"table", "public.user?", "public/table/users.sql", TRUE},
	{"table", "public.user?", "public/table/user.sql", FALSE},
	{"table", "public.user?", "public/table/user\xc3\xa9.sql", TRUE},
	{"table", "public.[u]sers", "public/table/users.sql", FALSE},
	{"table", "PUBLIC.users", "public/table/users.sql", FALSE},
	{"function", "public.f(integer, text)", "public/function/f(integer, text).sql", TRUE},
	{"function", "public.f(*", "public/function/f(a.b).sql", TRUE},
	{"table", "a.b%2Fc", "a/table/b%2Fc.sql", TRUE},
	{"table", "a.x.sql", "a/table/x.sql.sql", TRUE},
	{"extension", "x", "@global/extension/x.sql", TRUE},
	{"extension", "@global.x", "@global/extension/x.sql", FALSE},
	{"extension", "*", "@global/extension/uuid-ossp.sql", TRUE},
	{"schema", "public", "public/schema.sql", TRUE},
	{"schema", "public.*", "public/schema.sql", FALSE},
	{"schema", "*", "public/table/schema.sql", FALSE},
};

static void test_patterns(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GPtrArray) rules = ignore_rules_new();
		g_autoptr(GPtrArray) counts = ignore_counts_new();

		g_test_message("%s %s: %s", cases[i].kind, cases[i].name, cases[i].path);
		ignore_rules_add(rules, cases[i].kind, cases[i].name, "why");
		g_assert_cmpint(ignore_rules_take(rules, cases[i].path, counts), ==,
				cases[i].taken);
		g_assert_cmpuint(counts->len, ==, cases[i].taken ? 1 : 0);
	}
}

static void test_counts(void)
{
	static const char *const paths[] = {"public/table/tmp_1.sql", "public/view/a.sql",
					    "public/table/tmp_2.sql", "public/table/users.sql",
					    "public/table/tmp_3.sql"};
	g_autoptr(GPtrArray) rules = ignore_rules_new();
	g_autoptr(GPtrArray) counts = ignore_counts_new();
	const IgnoreCount *count;
	guint taken = 0;

	ignore_rules_add(rules, "table", "public.tmp_*", "throw-away");
	ignore_rules_add(rules, "table", "public.tmp_1", "never asked");
	ignore_rules_add(rules, "view", "*", "of another team");
	for (guint i = 0; i < G_N_ELEMENTS(paths); i++)
		taken += ignore_rules_take(rules, paths[i], counts) ? 1 : 0;
	g_assert_cmpuint(taken, ==, 4);
	g_assert_cmpuint(counts->len, ==, 2);
	count = g_ptr_array_index(counts, 0);
	g_assert_cmpstr(count->rule, ==, "table public.tmp_*");
	g_assert_cmpstr(count->reason, ==, "throw-away");
	g_assert_cmpuint(count->count, ==, 3);
	count = g_ptr_array_index(counts, 1);
	g_assert_cmpstr(count->rule, ==, "view *");
	g_assert_cmpuint(count->count, ==, 1);
}

static void test_none(void)
{
	g_autoptr(GPtrArray) rules = ignore_rules_new();
	g_autoptr(GPtrArray) counts = ignore_counts_new();

	g_assert_false(ignore_rules_take(rules, "public/table/users.sql", counts));
	ignore_rules_add(rules, "table", "public.users", "why");
	g_assert_false(ignore_rules_take(rules, "", counts));
	g_assert_cmpuint(counts->len, ==, 0);
}

static void test_copies(void)
{
	g_autoptr(GPtrArray) rules = ignore_rules_new();
	char text[] = "table";
	const IgnoreRule *rule;

	ignore_rules_add(rules, text, text, text);
	text[0] = 'x';
	rule = g_ptr_array_index(rules, 0);
	g_assert_cmpstr(rule->kind, ==, "table");
	g_assert_cmpstr(rule->name, ==, "table");
	g_assert_cmpstr(rule->reason, ==, "table");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/model/ignore/patterns take kinds and names", test_patterns);
	g_test_add_func("/model/ignore/the first rule that fits is counted", test_counts);
	g_test_add_func("/model/ignore/no rule takes nothing", test_none);
	g_test_add_func("/model/ignore/texts are copied", test_copies);
	return g_test_run();
}
