/* Who is let through: the digest of a plan, overrides and the refusal, of a standing made by hand.
 */
#include "admit/admit.h"

#include <string.h>

#include "base/error.h"
#include "base/text.h"

#define HEX40 "0123456789012345678901234567890123456789"

/* ---- a plan ---- */

static Standing *standing_of(const char *head, const char *blob)
{
	Standing *standing = g_new0(Standing, 1);
	Policy *policy = policy_new();

	standing->settings = settings_new();
	standing->settings->name = g_strdup("prod");
	standing->settings->blob = g_strdup(blob);
	standing->ledgers.state.head = g_strdup(head);
	standing->target.commit = g_new0(GitRevision, 1);
	standing->target.commit->oid = g_strdup(HEX40);
	g_strfreev(policy->overridable);
	policy->overridable = g_strsplit("soak drift", " ", -1);
	standing->proposed = policy;
	standing->policy = policy;
	return standing;
}

static void standing_drop(Standing *standing)
{
	settings_free(standing->settings);
	policy_free(standing->proposed);
	git_revision_free(standing->target.commit);
	g_free(standing->ledgers.state.head);
	g_free(standing);
}

static void migration_drop(gpointer data)
{
	ReadyMigration *ready = data;

	g_free(ready->script->content);
	g_free(ready->script);
	g_free(ready);
}

/* What is ready: "ID=CONTENT" each. */
static GPtrArray *ready_of(const char *const *items, GPtrArray *migrations)
{
	GPtrArray *ready = g_ptr_array_new_with_free_func(migration_drop);

	for (; *items; items++) {
		g_auto(GStrv) part = g_strsplit(*items, "=", 2);
		Migration *migration = migration_new(part[0], LAYOUT_PAIR, "x", "y");
		ReadyMigration *one = g_new0(ReadyMigration, 1);

		g_ptr_array_add(migrations, migration);
		one->migration = migration;
		one->script = g_new0(ReadyScript, 1);
		one->script->content = g_strdup(part[1]);
		g_ptr_array_add(ready, one);
	}
	return ready;
}

static char *digest_of(const char *head, const char *blob, const char *const *items)
{
	g_autoptr(GPtrArray) migrations =
		g_ptr_array_new_with_free_func((GDestroyNotify)migration_free);
	g_autoptr(GPtrArray) ready = ready_of(items, migrations);
	Standing *standing = standing_of(head, blob);
	char *digest = admit_digest(standing, ready);

	standing_drop(standing);
	return digest;
}

/* The text that is digested is what approvals of every version were given for. */
static void test_digest(void)
{
	static const char *const two[] = {"2024/a=c1", "b=c2", NULL};
	static const char *const none[] = {NULL};
	static const char full[] = "git-migrate plan 1\nenvironment prod\nhead h\npolicy p\n"
				   "item c1 2024/a\nitem c2 b\n";
	static const char bare[] = "git-migrate plan 1\nenvironment prod\nhead none\npolicy none\n";
	g_autofree char *of_full = text_sha256(full, strlen(full));
	g_autofree char *of_bare = text_sha256(bare, strlen(bare));
	g_autofree char *digest = digest_of("h", "p", two);
	g_autofree char *empty = digest_of(NULL, NULL, none);

	g_assert_cmpstr(digest, ==, of_full);
	g_assert_cmpstr(empty, ==, of_bare);
}

static void test_digest_differs(void)
{
	static const char *const plan[] = {"a=1", "b=2", NULL};
	static const struct {
		const char *head, *blob;
		const char *items[4];
	} others[] = {
		{"other", "p", {"a=1", "b=2"}},    {NULL, "p", {"a=1", "b=2"}},
		{"h", "other", {"a=1", "b=2"}},    {"h", NULL, {"a=1", "b=2"}},
		{"h", "p", {"b=2", "a=1"}},        {"h", "p", {"a=1"}},
		{"h", "p", {"a=1", "b=2", "c=3"}}, {"h", "p", {"a=2", "b=2"}},
		{"h", "p", {"A=1", "b=2"}},        {"h", "p", {NULL}},
	};
	g_autofree char *digest = digest_of("h", "p", plan);
	g_autofree char *again = digest_of("h", "p", plan);

	g_assert_cmpstr(again, ==, digest);
	for (guint i = 0; i < G_N_ELEMENTS(others); i++) {
		g_autofree char *other = digest_of(others[i].head, others[i].blob, others[i].items);

		g_assert_cmpstr(other, !=, digest);
	}
}

/* ---- overrides ---- */

/* Verdicts with gates in these states: "soak waiting" each. */
static Verdicts *verdicts_of(const char *const *gates)
{
	Verdicts *verdicts = verdicts_new();

	for (; *gates; gates++) {
		g_auto(GStrv) word = g_strsplit(*gates, " ", 2);
		GateState state = GATE_PASSED;
		GateKind kind = GATE_RELEASE;

		g_assert_true(gate_kind_parse(word[0], &kind));
		while (strcmp(gate_state_name(state), word[1]) != 0)
			state++;
		g_ptr_array_add(verdicts->gates,
				gate_new(kind, state, state == GATE_PASSED ? NULL : "do it",
					 "found %s", word[0]));
	}
	return verdicts;
}

static char *states_of(const Verdicts *verdicts)
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < verdicts->gates->len; i++) {
		const Gate *gate = g_ptr_array_index(verdicts->gates, i);

		g_string_append_printf(text, "%s %s;", gate_kind_name(gate->kind),
				       gate_state_name(gate->state));
	}
	for (guint i = 0; i < verdicts->overrides->len; i++)
		g_string_append_printf(text, " %s",
				       (const char *)g_ptr_array_index(verdicts->overrides, i));
	return g_string_free(text, FALSE);
}

static const char *const closed[] = {"release passed", "soak waiting", "drift failed", NULL};

static void test_overrides(void)
{
	static const struct {
		const char *names; /* parted by ' '; NULL: none */
		const char *states;
	} cases[] = {
		{NULL, "release passed;soak waiting;drift failed;"},
		{"soak", "release passed;soak overridden;drift failed; soak"},
		{"drift soak", "release passed;soak overridden;drift overridden; drift soak"},
	};

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		Standing *standing = standing_of("h", "p");
		g_autoptr(Verdicts) verdicts = verdicts_of(closed);
		g_auto(GStrv) names = cases[i].names ? g_strsplit(cases[i].names, " ", -1) : NULL;
		const AdmitOptions options = {.overrides = names, .reason = "why"};
		g_autoptr(GError) error = NULL;

		/* Twice is the same as once. */
		for (guint round = 0; round < 2; round++) {
			g_autofree char *states = NULL;

			admit_override(standing, verdicts, &options, &error);
			g_assert_no_error(error);
			states = states_of(verdicts);
			g_assert_cmpstr(states, ==, cases[i].states);
			g_assert_cmpstr(verdicts->reason, ==, "why");
		}
		standing_drop(standing);
	}
}

static void test_open_needs_none(void)
{
	static const char *const open[] = {"soak passed", NULL};
	Standing *standing = standing_of("h", "p");
	g_autoptr(Verdicts) verdicts = verdicts_of(open);
	g_auto(GStrv) names = g_strsplit("soak drift", " ", -1);
	const AdmitOptions options = {.overrides = names};
	g_autofree char *states = NULL;

	g_assert_true(admit_override(standing, verdicts, &options, NULL));
	states = states_of(verdicts);
	g_assert_cmpstr(states, ==, "soak passed;");
	standing_drop(standing);
}

static void test_override_refused(void)
{
	static const struct {
		const char *overridable, *name, *message, *detail, *hint;
		ErrorCode code;
	} cases[] = {
		{"soak drift", "approvals",
		 "the policy of environment 'prod' does not let gate 'approvals' be passed over",
		 "overridable: soak, drift", NULL, ERR_REFUSED},
		{"", "soak",
		 "the policy of environment 'prod' does not let gate 'soak' be passed over",
		 "overridable: none", NULL, ERR_REFUSED},
		{"soak", "Soak", "there is no gate 'Soak'", NULL,
		 "the gates are: release, promotion, soak, drift, order, approvals", ERR_USAGE},
		{"", "", "there is no gate ''", NULL,
		 "the gates are: release, promotion, soak, drift, order, approvals", ERR_USAGE},
	};

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		Standing *standing = standing_of("h", "p");
		g_autoptr(Verdicts) verdicts = verdicts_of(closed);
		char *name = g_strdup(cases[i].name);
		char *const names[] = {name, NULL};
		const AdmitOptions options = {.overrides = names};
		g_autoptr(GError) error = NULL;

		g_strfreev(standing->proposed->overridable);
		standing->proposed->overridable = g_strsplit(cases[i].overridable, " ", -1);
		g_assert_false(admit_override(standing, verdicts, &options, &error));
		g_assert_error(error, BASE_ERROR, (int)cases[i].code);
		g_assert_cmpstr(error->message, ==, cases[i].message);
		g_assert_cmpstr(error_get_detail(error), ==, cases[i].detail);
		g_assert_cmpstr(error_get_hint(error), ==, cases[i].hint);
		g_free(name);
		standing_drop(standing);
	}
}

/* ---- the refusal ---- */

static void test_refuse(void)
{
	Standing *standing = standing_of("h", "p");
	g_autoptr(Verdicts) verdicts = verdicts_of(closed);
	g_autoptr(GError) error = NULL;

	g_assert_false(admit_refuse(standing, verdicts, &error));
	g_assert_error(error, BASE_ERROR, ERR_REFUSED);
	g_assert_cmpstr(error->message, ==,
			"the gates of environment 'prod' are not open for commit 012345678901");
	g_assert_cmpstr(error_get_detail(error), ==,
			"release    passed   found release\nsoak       waiting  found soak\n"
			"drift      failed   found drift");
	g_assert_cmpstr(error_get_hint(error), ==, "do it");
	standing_drop(standing);
}

static void test_let_through(void)
{
	static const char *const none[] = {NULL};
	static const char *const open[] = {"release passed", "soak overridden", NULL};
	const char *const *const cases[] = {none, open};

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		Standing *standing = standing_of("h", "p");
		g_autoptr(Verdicts) verdicts = verdicts_of(cases[i]);
		g_autoptr(GError) error = NULL;

		admit_refuse(standing, verdicts, &error);
		g_assert_no_error(error);
		standing_drop(standing);
	}
	verdicts_free(NULL);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/admit/digest/of environment, head, policy and scripts", test_digest);
	g_test_add_func("/admit/digest/every part of a plan makes a difference",
			test_digest_differs);
	g_test_add_func("/admit/override/gates that the policy lists are passed over",
			test_overrides);
	g_test_add_func("/admit/override/an open gate needs none", test_open_needs_none);
	g_test_add_func("/admit/override/what is not listed is refused", test_override_refused);
	g_test_add_func("/admit/refuse/every answer stands in the detail", test_refuse);
	g_test_add_func("/admit/refuse/open gates let through", test_let_through);
	return g_test_run();
}
