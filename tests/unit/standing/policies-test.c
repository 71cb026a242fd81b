/* The policies that records name: read from their blobs once, and nothing else is taken for one. */
#include "standing/policies.h"

#include "../git/place.h"

#define PLACE "database:\n  host: h\n"
#define HEX40 "0123456789012345678901234567890123456789"

typedef struct {
	FileTemporary *folder;
	GitRepo *repo;
	PolicyStore *store;
} Sample;

static void sample_make(Sample *sample, const char *environment)
{
	sample->folder = place_make("git init -q");
	sample->repo = place_open();
	sample->store = policy_store_new(sample->repo, environment, "db/environments");
}

static void sample_clear(Sample *sample)
{
	policy_store_free(sample->store);
	git_repo_free(sample->repo);
	file_temporary_remove(sample->folder);
}

/* "COMMIT:BLOB" of a file with this text. */
static char *policy_of(const Sample *sample, const char *text)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *blob = git_repo_write_blob(sample->repo, text, strlen(text), &error);

	g_assert_no_error(error);
	return g_strconcat(HEX40 ":", blob, NULL);
}

static void assert_same(const Policy *one, const Policy *other)
{
	g_assert_cmphex(GPOINTER_TO_SIZE(one), ==, GPOINTER_TO_SIZE(other));
}

static void test_read(void)
{
	Sample sample;
	g_autoptr(GError) error = NULL;
	g_autofree char *name = NULL;
	const Policy *policy;

	sample_make(&sample, "prod");
	name = policy_of(&sample, PLACE "source:\n  branch: main\napprovals: 2\n");
	policy = policy_store_find(sample.store, name, &error);
	g_assert_no_error(error);
	g_assert_cmpstr(policy->environment, ==, "prod");
	g_assert_cmpstr(policy->source_branch, ==, "main");
	g_assert_cmpint(policy->approvals, ==, 2);
	g_assert_false(policy->embedded);
	sample_clear(&sample);
}

/* The same blob in another commit is the same policy, read once. */
static void test_once(void)
{
	Sample sample;
	g_autofree char *one = NULL;
	g_autofree char *other = NULL;
	g_autofree char *moved = NULL;
	const Policy *policy;

	sample_make(&sample, "prod");
	one = policy_of(&sample, PLACE "approvals: 1\n");
	other = policy_of(&sample, PLACE "approvals: 3\n");
	moved = g_strconcat("9876543210987654321098765432109876543210:", strchr(one, ':') + 1,
			    NULL);
	policy = policy_store_find(sample.store, one, NULL);
	g_assert_nonnull(policy);
	assert_same(policy_store_find(sample.store, moved, NULL), policy);
	g_assert_cmpint(policy_store_find(sample.store, other, NULL)->approvals, ==, 3);
	g_assert_cmpint(policy_store_find(sample.store, one, NULL)->approvals, ==, 1);
	sample_clear(&sample);
}

static void test_built_in(void)
{
	Sample sample;
	g_autoptr(GError) error = NULL;
	const Policy *policy;

	sample_make(&sample, "local");
	policy = policy_store_find(sample.store, NULL, &error);
	g_assert_no_error(error);
	g_assert_true(policy->embedded);
	assert_same(policy_store_find(sample.store, NULL, NULL), policy);
	sample_clear(&sample);
	sample_make(&sample, "prod");
	g_assert_null(policy_store_find(sample.store, NULL, &error));
	assert_refused(&error, ERR_LEDGER,
		       "a record of environment 'prod' names no policy that exists: none", NULL);
	sample_clear(&sample);
}

/* What is no name is no policy, whatever was asked for before. */
static void test_no_name(void)
{
	static const char *const wrong[] = {"",
					    "x",
					    HEX40,
					    HEX40 ":",
					    HEX40 ":" HEX40 "0",
					    HEX40 ":012345678901234567890123456789012345678",
					    HEX40 ":012345678901234567890123456789012345678G",
					    HEX40 "-" HEX40};

	for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
		Sample sample;
		g_autoptr(GError) error = NULL;
		g_autofree char *message = g_strdup_printf(
			"a record of environment 'local' names no policy that exists: %s",
			wrong[i]);

		sample_make(&sample, "local");
		g_test_message("%s", wrong[i]);
		g_assert_null(policy_store_find(sample.store, wrong[i], &error));
		assert_refused(&error, ERR_LEDGER, message, NULL);
		g_assert_nonnull(policy_store_find(sample.store, NULL, NULL));
		g_assert_null(policy_store_find(sample.store, wrong[i], &error));
		assert_refused(&error, ERR_LEDGER, message, NULL);
		sample_clear(&sample);
	}
}

static void test_not_here(void)
{
	Sample sample;
	g_autoptr(GError) error = NULL;

	sample_make(&sample, "prod");
	for (guint i = 0; i < 2; i++) {
		g_assert_null(policy_store_find(sample.store, HEX40 ":" HEX40, &error));
		g_assert_error(error, BASE_ERROR, ERR_REPOSITORY);
		g_assert_cmpstr(
			error->message, ==,
			"the policy in force is not in this clone: cannot read blob " HEX40);
		g_assert_nonnull(strstr(
			error_get_hint(error),
			"fetch commit 012345678901, or the state that has it: git migrate sync"));
		g_clear_error(&error);
	}
	sample_clear(&sample);
}

static void test_wrong_file(void)
{
	Sample sample;
	g_autoptr(GError) error = NULL;
	g_autofree char *name = NULL;

	sample_make(&sample, "prod");
	name = policy_of(&sample, "# x\napprovals: many\n");
	g_assert_null(policy_store_find(sample.store, name, &error));
	g_assert_error(error, BASE_ERROR, ERR_CONFIG);
	g_assert_cmpstr(error_get_file(error), ==, "012345678901:db/environments/prod.yaml");
	g_assert_cmpuint(error_get_line(error), ==, 2);
	sample_clear(&sample);
}

/* No variable of the machine at hand goes into a policy. */
static void test_no_variables(void)
{
	Sample sample;
	g_autoptr(GError) error = NULL;
	g_autofree char *name = NULL;
	const Policy *policy;
	const ConnectionWord *word;

	sample_make(&sample, "prod");
	g_setenv("UNIT_HOST", "elsewhere", TRUE);
	name = policy_of(&sample, "database:\n  host: ${UNIT_HOST}\n");
	policy = policy_store_find(sample.store, name, &error);
	g_assert_no_error(error);
	g_assert_cmpuint(policy->connection->len, ==, 1);
	word = g_ptr_array_index(policy->connection, 0);
	g_assert_cmpstr(word->keyword, ==, "host");
	g_assert_cmpstr(word->value, ==, "${UNIT_HOST}");
	sample_clear(&sample);
}

static void test_audit(void)
{
	Sample sample;
	g_autofree char *name = NULL;

	sample_make(&sample, "prod");
	name = policy_of(&sample, PLACE "approvals: 4\n");
	for (guint is_signed = 0; is_signed < 2; is_signed++) {
		const LedgerPolicies policies =
			policy_store_for_audit(sample.store, is_signed == 1);

		g_assert_cmpuint(policies.is_signed, ==, is_signed);
		g_assert_cmpint(policies.find(name, policies.data, NULL)->approvals, ==, 4);
		g_assert_null(policies.find("x", policies.data, NULL));
	}
	sample_clear(&sample);
	policy_store_free(NULL);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/standing/policies/read from the blob that is named", test_read);
	g_test_add_func("/standing/policies/each blob is read once", test_once);
	g_test_add_func("/standing/policies/only local has a built-in one", test_built_in);
	g_test_add_func("/standing/policies/what is no name is none", test_no_name);
	g_test_add_func("/standing/policies/one that is not in this clone", test_not_here);
	g_test_add_func("/standing/policies/one that is wrong has its place", test_wrong_file);
	g_test_add_func("/standing/policies/variables are not expanded", test_no_variables);
	g_test_add_func("/standing/policies/an audit asks the same store", test_audit);
	return g_test_run();
}
