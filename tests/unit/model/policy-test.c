/* Policies: who is on a list, how many approve, whose records stay private, and what makes two of
 * them different. */
#include "model/policy.h"

#include <string.h>

/* ---- lists ---- */

#define FINGERPRINT "SHA256:abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"

static const struct {
	const char *list; /* parted by '|' */
	const char *signer, *key;
	bool listed;
} listings[] = {
	{"", "ann", FINGERPRINT, true},
	{"", NULL, NULL, true},
	{"ann", "ann", NULL, true},
	{"ann", "ann", FINGERPRINT, true},
	{"bob|ann", "ann", NULL, true},
	{"bob|ann", "eve", NULL, false},
	{"ann", "Ann", NULL, false},
	{"ann", "anna", NULL, false},
	{"anna", "ann", NULL, false},
	{"ann", NULL, NULL, false},
	{"ann", NULL, "ann", true},
	{FINGERPRINT, NULL, FINGERPRINT, true},
	{FINGERPRINT, "eve", FINGERPRINT, true},
	{FINGERPRINT, "ann", "SHA256:other", false},
	{FINGERPRINT, "ann", NULL, false},
	{"ann@x.org", "ann@x.org", NULL, true},
	{"ann@x.org", "Ann <ann@x.org>", NULL, true},
	{"Ann <ann@x.org>", "Ann <ann@x.org>", NULL, true},
	{"Ann", "Ann <ann@x.org>", NULL, false},
	{"x.org", "Ann <ann@x.org>", NULL, false},
	{"ann@x.org", "Eve <eve@x.org> <ann@x.org>", NULL, true},
	{"ann@x.org", "<ann@x.org> Eve <eve@x.org>", NULL, false},
	{"ann@x.org", "Eve ann@x.org", NULL, false},
	{"nn@x.org", "Ann <ann@x.org>", NULL, false},
	{"ann@x.org", "Ann <Ann@x.org>", NULL, false},
	{"*", "ann", FINGERPRINT, false},
};

static void test_lists(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(listings); i++) {
		g_auto(GStrv) list = g_strsplit(listings[i].list, "|", -1);

		g_test_message("'%s': %s, %s", listings[i].list, listings[i].signer,
			       listings[i].key);
		g_assert_cmpint(policy_lists(list, listings[i].signer, listings[i].key), ==,
				listings[i].listed);
	}
}

/* ---- numbers and modes ---- */

static void test_approvals(void)
{
	static const struct {
		gint64 approvals;
		bool require;
		guint needed;
	} cases[] = {{0, false, 0}, {0, true, 1}, {1, false, 1},
		     {1, true, 1},  {3, true, 3}, {3, false, 3}};

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(Policy) policy = policy_new();

		policy->approvals = cases[i].approvals;
		policy->require_approval = cases[i].require;
		g_assert_cmpuint(policy_approvals(policy), ==, cases[i].needed);
	}
}

static void test_private(void)
{
	static const struct {
		EnvironmentMode mode;
		bool embedded, is_private;
	} cases[] = {{MODE_FORWARD, false, false},
		     {MODE_FORWARD, true, true},
		     {MODE_FOLLOW, false, true},
		     {MODE_FOLLOW, true, true}};

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(Policy) policy = policy_new();

		policy->mode = cases[i].mode;
		policy->embedded = cases[i].embedded;
		g_assert_cmpint(policy_is_private(policy), ==, cases[i].is_private);
	}
}

static void test_defaults(void)
{
	g_autoptr(Policy) policy = policy_new();

	g_assert_null(policy->environment);
	g_assert_null(policy->file);
	g_assert_cmpuint(policy->connection->len, ==, 0);
	g_assert_cmpint(policy->mode, ==, MODE_FORWARD);
	g_assert_true(policy->sign);
	g_assert_cmpuint(policy_approvals(policy), ==, 0);
	g_assert_cmpuint(g_strv_length(policy->signers), ==, 0);
	g_assert_cmpuint(g_strv_length(policy->approvers), ==, 0);
	g_assert_cmpuint(g_strv_length(policy->overridable), ==, 0);
	policy_free(NULL);
}

static void test_connection(void)
{
	g_autoptr(Policy) policy = policy_new();
	char value[] = "${HOST}";
	const ConnectionWord *word;

	policy_add_connection(policy, "host", value, 3, 9);
	policy_add_connection(policy, "host", "second", 4, 9);
	value[0] = 'x';
	g_assert_cmpuint(policy->connection->len, ==, 2);
	word = g_ptr_array_index(policy->connection, 0);
	g_assert_cmpstr(word->keyword, ==, "host");
	g_assert_cmpstr(word->value, ==, "${HOST}");
	g_assert_cmpuint(word->line, ==, 3);
	g_assert_cmpuint(word->column, ==, 9);
}

/* ---- the same policy ---- */

static void set_list(char ***list, const char *words)
{
	g_strfreev(*list);
	*list = g_strsplit(words, "|", -1);
}

static Policy *sample(void)
{
	Policy *policy = policy_new();

	policy->environment = g_strdup("prod");
	policy->source_branch = g_strdup("main");
	policy->source_tags = g_strdup("v*");
	policy->promote_from = g_strdup("staging");
	policy->soak_ms = 1000;
	policy->approvals = 2;
	set_list(&policy->signers, "ann|bob");
	set_list(&policy->approvers, "cem");
	set_list(&policy->overridable, "soak");
	return policy;
}

static void set_text(char **text, const char *value)
{
	g_free(*text);
	*text = g_strdup(value);
}

static void other_branch(Policy *policy)
{
	set_text(&policy->source_branch, "dev");
}
static void no_branch(Policy *policy)
{
	set_text(&policy->source_branch, NULL);
}
static void other_tags(Policy *policy)
{
	set_text(&policy->source_tags, "r*");
}
static void no_tags(Policy *policy)
{
	set_text(&policy->source_tags, NULL);
}
static void other_mode(Policy *policy)
{
	policy->mode = MODE_FOLLOW;
}
static void other_promotion(Policy *policy)
{
	set_text(&policy->promote_from, "test");
}
static void no_promotion(Policy *policy)
{
	set_text(&policy->promote_from, NULL);
}
static void shorter_soak(Policy *policy)
{
	policy->soak_ms = 999;
}
static void more_signers(Policy *policy)
{
	set_list(&policy->signers, "ann|bob|eve");
}
static void no_signers(Policy *policy)
{
	set_list(&policy->signers, "");
}
static void other_approvers(Policy *policy)
{
	set_list(&policy->approvers, "eve");
}
static void more_overridable(Policy *policy)
{
	set_list(&policy->overridable, "soak|drift");
}
static void fewer_approvals(Policy *policy)
{
	policy->approvals = 1;
}
static void unsigned_records(Policy *policy)
{
	policy->sign = false;
}
static void one_required_of_two(Policy *policy)
{
	policy->require_approval = true;
}
static void another_place(Policy *policy)
{
	set_text(&policy->file, "db/environments/other.yaml");
}

static const struct {
	const char *name;
	void (*change)(Policy *policy);
	bool same;
} differences[] = {
	{"source_branch", other_branch, false},
	{"source_branch unset", no_branch, false},
	{"source_tags", other_tags, false},
	{"source_tags unset", no_tags, false},
	{"mode", other_mode, false},
	{"promote_from", other_promotion, false},
	{"promote_from unset", no_promotion, false},
	{"soak_ms", shorter_soak, false},
	{"signers", more_signers, false},
	{"signers empty", no_signers, false},
	{"approvers", other_approvers, false},
	{"overridable", more_overridable, false},
	{"approvals", fewer_approvals, false},
	{"sign", unsigned_records, false},
	{"require_approval beside two approvals", one_required_of_two, true},
	{"file", another_place, true},
};

static void test_same(void)
{
	g_autoptr(Policy) one = sample();
	g_autoptr(Policy) two = sample();

	g_assert_true(policy_is_same(one, one));
	g_assert_true(policy_is_same(one, two));
	for (guint i = 0; i < G_N_ELEMENTS(differences); i++) {
		g_autoptr(Policy) other = sample();

		g_test_message("%s", differences[i].name);
		differences[i].change(other);
		g_assert_cmpint(policy_is_same(one, other), ==, differences[i].same);
		g_assert_cmpint(policy_is_same(other, one), ==, differences[i].same);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/model/policy/a list knows principals, keys and mails", test_lists);
	g_test_add_func("/model/policy/a required approval is at least one", test_approvals);
	g_test_add_func("/model/policy/follow and embedded are private", test_private);
	g_test_add_func("/model/policy/a new one has every default", test_defaults);
	g_test_add_func("/model/policy/connection words are copied in their order",
			test_connection);
	g_test_add_func("/model/policy/every field that gates ask for makes a difference",
			test_same);
	return g_test_run();
}
