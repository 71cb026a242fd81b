/* Two ledgers held against each other, and records against rows, as tables. */
#include "ledger/chain.h"

#include <string.h>

#include "ledger/replay.h"

/* "1 2 3R": sequences, R for a restore, x for another record of that sequence. */
static GPtrArray *links(const char *text)
{
	GPtrArray *list = g_ptr_array_new_with_free_func((GDestroyNotify)ledger_link_free);
	g_auto(GStrv) word = g_strsplit(text, " ", -1);

	for (char **each = word; *each; each++)
		if (**each)
			g_ptr_array_add(list, ledger_link_new(g_ascii_strtoll(*each, NULL, 10),
							      *each, g_str_has_suffix(*each, "R")));
	return list;
}

static void test_compare(void)
{
	static const struct {
		const char *database, *notes;
		LedgerRelation relation;
		guint missing_notes, missing_database;
	} cases[] = {
		{"", "", LEDGERS_EQUAL, 0, 0},
		{"1 2 3", "3 1 2", LEDGERS_EQUAL, 0, 0},
		{"1 2 3", "1", LEDGERS_NOTES_BEHIND, 2, 0},
		{"1 2 3", "1 3", LEDGERS_NOTES_REMOVED, 1, 0},
		{"1", "1 2 3", LEDGERS_DATABASE_BEHIND, 0, 2},
		{"", "1", LEDGERS_DATABASE_BEHIND, 0, 1},
		{"1 3", "1 2 3", LEDGERS_DATABASE_GAP, 0, 1},
		{"1 2", "1 2x", LEDGERS_FORKED, 1, 1},
		{"1 2 3", "1 2 3 3x", LEDGERS_FORKED, 0, 1},
		{"1 4R", "1 2 3 4R", LEDGERS_EQUAL, 0, 0},
		{"1 4R 5", "1 2 3 4R", LEDGERS_NOTES_BEHIND, 1, 0},
		{"5R", "1 2 3 4 5R", LEDGERS_EQUAL, 0, 0},
		{"1 4R", "1 2 3 4R 5", LEDGERS_DATABASE_BEHIND, 0, 1},
	};

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GPtrArray) database = links(cases[i].database);
		g_autoptr(GPtrArray) notes = links(cases[i].notes);
		g_autoptr(LedgerComparison) found = ledger_compare(database, notes);
		g_autofree char *words = ledger_comparison_describe(found);

		g_assert_cmpint(found->relation, ==, cases[i].relation);
		g_assert_cmpuint(found->missing_in_notes->len, ==, cases[i].missing_notes);
		g_assert_cmpuint(found->missing_in_database->len, ==, cases[i].missing_database);
		g_assert_cmpint(words == NULL, ==, found->relation == LEDGERS_EQUAL);
	}
}

static Record *record(RecordAction action, gint64 sequence, const char *previous)
{
	Record *made = record_new(action);

	made->sequence = sequence;
	made->id = g_strdup_printf("id%" G_GINT64_FORMAT, sequence);
	made->previous = g_strdup(previous);
	made->environment = g_strdup("staging");
	made->ledger = g_strdup("uuid");
	made->database = g_strdup("d");
	made->time = g_strdup_printf("t%02" G_GINT64_FORMAT, sequence);
	made->begin = g_strdup(previous);
	made->object = g_strdup("c");
	made->policy = g_strdup("c:p");
	made->is_signed = true;
	return made;
}

static GPtrArray *good_chain(void)
{
	GPtrArray *chain = g_ptr_array_new_with_free_func((GDestroyNotify)record_free);

	g_ptr_array_add(chain, record(RECORD_BEGIN, 1, NULL));
	g_ptr_array_add(chain, record(RECORD_FINISH, 2, "id1"));
	g_ptr_array_add(chain, record(RECORD_REVERT, 3, "id2"));
	g_ptr_array_add(chain, record(RECORD_FINISH, 4, "id3"));
	return chain;
}

static void set(char **field, const char *text)
{
	g_free(*field);
	*field = g_strdup(text);
}

static void falsify(GPtrArray *chain, guint how)
{
	Record *third = g_ptr_array_index(chain, 2), *fourth = g_ptr_array_index(chain, 3);

	switch (how) {
	case 0:
		set(&third->previous, "id1");
		break;
	case 1:
		g_ptr_array_remove_index(chain, 1);
		break;
	case 2:
		set(&third->environment, "production");
		break;
	case 3:
		set(&third->ledger, "other");
		break;
	case 4:
		set(&fourth->database, "e");
		break;
	case 5:
		third->is_signed = false;
		break;
	case 6:
		set(&fourth->time, "t00");
		break;
	case 7:
		set(&fourth->begin, "id1");
		break;
	case 8: /* the finish of a down brings no policy */
		set(&fourth->policy, "c:x");
		break;
	case 9:
		set(&((Record *)g_ptr_array_index(chain, 1))->policy, "d:x");
		set(&third->policy, "d:x");
		set(&fourth->policy, "d:x");
		break;
	default:
		((Record *)g_ptr_array_index(chain, 1))->outcome = OUTCOME_FAILED;
		set(&((Record *)g_ptr_array_index(chain, 1))->policy, "c:x");
		set(&third->policy, "c:x");
		set(&fourth->policy, "c:x");
		break;
	}
}

static void test_chain(void)
{
	static const char *const words[] = {
		"does not name the record before it",
		"a record between them is missing",
		"belongs to environment 'production', not 'staging': replayed",
		"belongs to another ledger",
		"was made on another database",
		"is not signed",
		"is dated before the record in front of it",
		"finishes a deployment that did not begin there",
		"changes the policy, which only a finished deployment does",
		"takes its policy from another commit than it deployed",
		"changes the policy, which only a finished deployment does"};
	const LedgerExpectation expected = {"staging", "uuid"};

	for (guint how = 0; how < G_N_ELEMENTS(words); how++) {
		g_autoptr(GPtrArray) chain = good_chain();
		g_autoptr(GPtrArray) problems = ledger_problems_new();

		ledger_chain_check(NULL, chain, &expected, problems);
		g_assert_cmpuint(problems->len, ==, 0);
		falsify(chain, how);
		ledger_chain_check(NULL, chain, &expected, problems);
		g_assert_cmpuint(problems->len, >=, 1);
		g_assert_nonnull(strstr(((LedgerProblem *)g_ptr_array_index(problems, 0))->text,
					words[how]));
	}
}

/* A restore jumps over what it abandons; a missing link is said. */
static void test_chain_of(void)
{
	g_autoptr(GPtrArray) all = good_chain();
	g_autoptr(GPtrArray) chain = NULL;
	g_autoptr(GPtrArray) less = NULL;
	bool broken = true;

	g_ptr_array_insert(all, 0, record(RECORD_RESTORE, 9, "id2"));
	chain = ledger_chain_of(all, &broken);
	g_assert_false(broken);
	g_assert_cmpuint(chain->len, ==, 3);
	g_assert_cmpstr(((Record *)g_ptr_array_index(chain, 0))->id, ==, "id1");
	g_assert_cmpstr(((Record *)g_ptr_array_index(chain, 2))->id, ==, "id9");
	g_ptr_array_remove_index(all, 1);
	less = ledger_chain_of(all, &broken);
	g_assert_true(broken);
	g_assert_cmpuint(less->len, ==, 2);
}

static void add_item(Record *made, const char *id, const char *blob)
{
	RecordItem *item = record_item_new(id);

	item->blob = g_strdup(blob);
	item->at = g_strdup("t");
	g_ptr_array_add(made->items, item);
}

/* What is applied, in order, from records alone. */
static void test_replay(void)
{
	g_autoptr(GPtrArray) chain = good_chain();
	g_autoptr(AppliedSet) set = NULL;
	const Record *open = NULL;
	Record *accept = record(RECORD_ACCEPT, 5, "id4");

	for (const char *const *id = (const char *const[]){"b", "a", "c", NULL}; *id; id++) {
		add_item(g_ptr_array_index(chain, 0), *id, "1");
		add_item(g_ptr_array_index(chain, 1), *id, NULL);
	}
	add_item(g_ptr_array_index(chain, 2), "b", "1");
	add_item(g_ptr_array_index(chain, 3), "b", NULL);
	add_item(accept, "a", "2");
	g_ptr_array_add(chain, accept);
	g_ptr_array_add(chain, record(RECORD_BEGIN, 6, "id5"));
	set = ledger_replay(chain, &open);
	g_assert_cmpint(open->sequence, ==, 6);
	g_assert_cmpuint(set->all->len, ==, 2);
	g_assert_cmpstr(((Applied *)g_ptr_array_index(set->all, 0))->id, ==, "a");
	g_assert_cmpstr(((Applied *)g_ptr_array_index(set->all, 0))->blob, ==, "2");
	g_assert_cmpint(((Applied *)g_ptr_array_index(set->all, 0))->record, ==, 1);
	g_assert_cmpstr(((Applied *)g_ptr_array_index(set->all, 1))->id, ==, "c");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/ledger/chain/two ledgers and how they stand to each other", test_compare);
	g_test_add_func("/ledger/chain/chain-of", test_chain_of);
	g_test_add_func("/ledger/replay", test_replay);
	g_test_add_func("/ledger/chain/each break of the chain has its own words", test_chain);
	return g_test_run();
}
