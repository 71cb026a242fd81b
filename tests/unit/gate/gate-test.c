/* Gates from facts alone: each answer, each with what would change it. */
#include <string.h>

#include "base/borrow.h"
#include "gate/approvals.h"
#include "gate/promotion.h"
#include "gate/release.h"

static char *nobody[] = {NULL};

static Policy policy_of(void)
{
	return (Policy){.environment = (char *)"production",
			.source_tags = (char *)"v*",
			.promote_from = (char *)"staging",
			.soak_ms = 3600000,
			.approvals = 2,
			.signers = nobody,
			.approvers = nobody,
			.overridable = nobody,
			.sign = true};
}

static ReleaseFacts good_release(void)
{
	return (ReleaseFacts){.commit = "0123456789abcdef",
			      .tag = "v1",
			      .name_inside = "v1",
			      .good = true,
			      .signer = "ann@x",
			      .key = "SHA256:a",
			      .branch = "main",
			      .on_branch = true};
}

static void expect_release(const Policy *policy, const ReleaseFacts *facts, GateState state,
			   const char *words)
{
	g_autoptr(Gate) gate = gate_release(policy, facts);

	g_assert_cmpint(gate->kind, ==, GATE_RELEASE);
	g_assert_cmpint(gate->state, ==, state);
	g_assert_nonnull(strstr(gate->found, words));
	g_assert_cmpint(gate->remedy == NULL, ==, state == GATE_PASSED);
}

static void test_release(void)
{
	Policy policy = policy_of();
	char *signers[] = {(char *)"SHA256:b", NULL};
	ReleaseFacts facts = good_release();

	expect_release(&policy, &facts, GATE_PASSED, "v1, signed by ann@x, on main");
	facts.on_branch = false;
	expect_release(&policy, &facts, GATE_FAILED, "is not on branch 'main'");
	facts = good_release();
	facts.branch_missing = "main";
	expect_release(&policy, &facts, GATE_FAILED, "does not have the branch");
	facts = good_release();
	facts.seen = 7;
	expect_release(&policy, &facts, GATE_FAILED, "another object before (record 7)");
	facts = good_release();
	policy.signers = signers;
	expect_release(&policy, &facts, GATE_FAILED,
		       "signed by 'ann@x', who is not among the signers");
	facts.key = "SHA256:b";
	expect_release(&policy, &facts, GATE_PASSED, "v1");
	facts.good = false;
	expect_release(&policy, &facts, GATE_FAILED, "is not to be trusted");
	facts.name_inside = NULL;
	expect_release(&policy, &facts, GATE_FAILED, "is not annotated");
	facts.to_be_made = true;
	expect_release(&policy, &facts, GATE_PASSED, "will be made and signed");
	facts.tag = "w1";
	expect_release(&policy, &facts, GATE_FAILED, "does not match 'v*'");
	facts.tag = NULL;
	expect_release(&policy, &facts, GATE_FAILED, "commit 0123456 is no release");
	/* a: a signed record or approval under a tag's ref */
	policy.source_tags = (char *)"*";
	facts = good_release();
	facts.tag = facts.name_inside = "migrate/production/00000042";
	expect_release(&policy, &facts, GATE_FAILED, "the name of a record or an approval");
	facts.tag = facts.name_inside = "migrate-approval/production/abc";
	expect_release(&policy, &facts, GATE_FAILED, "the name of a record or an approval");
	policy.source_tags = NULL;
	g_assert_null(gate_release(&policy, &facts));
	/* Without signatures a plain tag is as good as any. */
	policy = policy_of();
	policy.sign = false;
	facts = (ReleaseFacts){.commit = "0123456789abcdef", .tag = "v1"};
	expect_release(&policy, &facts, GATE_PASSED, "v1");
}

/* ---- approvals ---- */

static void approve(GPtrArray *list, const char *signer, const char *key, const char *expires)
{
	ApprovalFact *fact = g_new0(ApprovalFact, 1);

	fact->signer = g_strdup(signer);
	fact->key = g_strdup(key);
	fact->expires = g_strdup(expires);
	g_ptr_array_add(list, fact);
}

static void test_approvals(void)
{
	Policy policy = policy_of();
	char *approvers[] = {(char *)"bob@x", (char *)"carl@x", (char *)"ann@x", NULL};
	g_autoptr(GPtrArray) list =
		g_ptr_array_new_with_free_func((GDestroyNotify)approval_fact_free);
	g_autoptr(GHashTable) authors = g_hash_table_new(g_str_hash, g_str_equal);
	ApprovalFacts facts = {.approvals = list,
			       .authors = authors,
			       .deployer = "dora@x",
			       .deployer_key = "k-dora",
			       .now = "2026-01-02",
			       .where = "v1"};
	const struct {
		const char *signer, *key, *expires, *words;
		GateState state;
	} steps[] = {
		{"ann@x", "k-ann", "2026-02-01",
		 "0 of 2 (not counted: ann@x wrote one of the migrations)", GATE_WAITING},
		{"gpg user <paul@x>", "k-paul", "2026-02-01", "gpg user <paul@x> wrote one",
		 GATE_WAITING},
		{"zed@x", "k-zed", "2026-02-01", "zed@x wrote one of the migrations", GATE_WAITING},
		{"dora@x", "k-other", "2026-02-01", "dora@x deploys it", GATE_WAITING},
		{"host@x", "k-dora", "2026-02-01", "host@x deploys it", GATE_WAITING},
		{"bob@x", "k-bob", "2026-01-02", "bob@x has expired", GATE_WAITING},
		{"bob@x", "k-bob", "2026-01-03", "1 of 2: bob@x (", GATE_WAITING},
		{"bob@x", "k-bob2", "2026-01-03", "bob@x has approved already", GATE_WAITING},
		{"robert@x", "k-bob", "2026-01-03", "robert@x has approved already", GATE_WAITING},
		{"carl@x", "k-carl", "2026-01-03", "2 of 2: bob@x, carl@x (", GATE_PASSED},
	};

	borrow_key(authors, "ann@x");
	borrow_key(authors, "paul@x");
	borrow_key(authors, "k-zed");
	for (guint i = 0; i < G_N_ELEMENTS(steps); i++) {
		g_autoptr(Gate) gate = NULL;

		approve(list, steps[i].signer, steps[i].key, steps[i].expires);
		gate = gate_approvals(&policy, &facts);
		g_assert_cmpint(gate->state, ==, steps[i].state);
		g_assert_nonnull(strstr(gate->found, steps[i].words));
	}
	g_assert_true(((ApprovalFact *)g_ptr_array_index(list, 6))->counts);
	g_assert_false(((ApprovalFact *)g_ptr_array_index(list, 7))->counts);
	policy.approvers = approvers + 1;
	g_autoptr(Gate) fewer = gate_approvals(&policy, &facts);
	g_assert_nonnull(strstr(fewer->found, "bob@x is not among the approvers"));
	facts.authors_unknown = true;
	g_autoptr(Gate) unknown = gate_approvals(&policy, &facts);
	g_assert_cmpint(unknown->state, ==, GATE_FAILED);
	policy.approvals = 0;
	g_assert_null(gate_approvals(&policy, &facts));
	policy.require_approval = true;
	g_autoptr(Gate) required = gate_approvals(&policy, &facts);
	g_assert_nonnull(required);
}

/* ---- promotion ---- */

static void apply(AppliedSet *set, const char *id, const char *blob, gint64 position)
{
	Applied *row = g_new0(Applied, 1);

	row->id = g_strdup(id);
	row->blob = g_strdup(blob);
	row->position = position;
	applied_set_add(set, row);
}

static void plan(GPtrArray *items, const char *id, const char *blob)
{
	RecordItem *item = record_item_new(id);

	item->blob = g_strdup(blob);
	g_ptr_array_add(items, item);
}

static void expect_promotion(const Policy *policy, const PromotionFacts *facts, GateKind kind,
			     GateState state, const char *words)
{
	g_autoptr(GPtrArray) gates = g_ptr_array_new_with_free_func((GDestroyNotify)gate_free);

	gate_promotion(policy, facts, gates);
	for (guint i = 0; i < gates->len; i++) {
		const Gate *gate = g_ptr_array_index(gates, i);

		if (gate->kind != kind)
			continue;
		g_assert_cmpint(gate->state, ==, state);
		g_assert_nonnull(strstr(gate->found, words));
		return;
	}
	g_assert_not_reached();
}

static void test_promotion(void)
{
	Policy policy = policy_of();
	g_autoptr(AppliedSet) applied = applied_set_new();
	g_autoptr(GPtrArray) items =
		g_ptr_array_new_with_free_func((GDestroyNotify)record_item_free);
	Record finish = {.action = RECORD_FINISH,
			 .object = (char *)"0123456789",
			 .time = (char *)"2026-01-01T00:00:00Z",
			 .sequence = 4};
	Record revert = {.action = RECORD_REVERT, .sequence = 5};
	PromotionFacts facts = {.from = "staging",
				.commit = "0123456789",
				.finish = &finish,
				.applied = applied,
				.items = items,
				.now = "2026-01-01T00:30:00.5Z"};
	g_autoptr(GPtrArray) none = g_ptr_array_new();

	apply(applied, "a", "1", 1);
	apply(applied, "b", "2", 2);
	plan(items, "a", "1");
	plan(items, "b", "2");
	expect_promotion(&policy, &facts, GATE_PROMOTION, GATE_PASSED,
			 "'staging' deployed 0123456 at 2026-01-01T00:00:00, record 4");
	expect_promotion(&policy, &facts, GATE_SOAK, GATE_WAITING, "30 min of 1 h in 'staging'");
	expect_promotion(&policy, &facts, GATE_ORDER, GATE_PASSED, "the same 2 in the same order");
	expect_promotion(&policy, &facts, GATE_DRIFT, GATE_PASSED, "as its records say");
	facts.now = "2026-01-01T01:00:00Z";
	expect_promotion(&policy, &facts, GATE_SOAK, GATE_PASSED, "1 h in 'staging'");
	facts.after = &revert;
	expect_promotion(&policy, &facts, GATE_PROMOTION, GATE_FAILED, "record 5 (revert)");
	facts.distrust = "it is not signed";
	expect_promotion(&policy, &facts, GATE_PROMOTION, GATE_FAILED,
			 "record 4 of 'staging' is not to be trusted: it is not signed");
	facts.finish = NULL;
	expect_promotion(&policy, &facts, GATE_PROMOTION, GATE_FAILED,
			 "were never deployed to 'staging'");
	expect_promotion(&policy, &facts, GATE_SOAK, GATE_WAITING, "it has not begun");
	facts.unknown = "no notes";
	expect_promotion(&policy, &facts, GATE_PROMOTION, GATE_FAILED, "no notes");
	facts.drift = "a column too many";
	expect_promotion(&policy, &facts, GATE_DRIFT, GATE_FAILED,
			 "in 'staging': a column too many");
	facts.drift_unknown = true;
	expect_promotion(&policy, &facts, GATE_DRIFT, GATE_FAILED,
			 "cannot be asked: a column too many");
	plan(items, "c", "3");
	expect_promotion(&policy, &facts, GATE_ORDER, GATE_FAILED, "'c' is not applied");
	apply(applied, "c", "4", 3);
	expect_promotion(&policy, &facts, GATE_ORDER, GATE_FAILED, "'c' ran with another text");
	plan(items, "b", "2");
	g_ptr_array_remove_index(items, 2);
	g_ptr_array_remove_index(items, 1);
	g_ptr_array_insert(items, 0, g_ptr_array_steal_index(items, 1));
	expect_promotion(&policy, &facts, GATE_ORDER, GATE_FAILED, "'a' ran before 'b'");
	policy.promote_from = NULL;
	gate_promotion(&policy, &facts, none);
	g_assert_cmpuint(none->len, ==, 0);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/gate/release", test_release);
	g_test_add_func("/gate/approvals", test_approvals);
	g_test_add_func("/gate/promotion", test_promotion);
	return g_test_run();
}
