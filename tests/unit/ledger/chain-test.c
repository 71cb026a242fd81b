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
	default:
		set(&fourth->begin, "id1");
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
		"finishes a deployment that did not begin there"};
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

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/ledger/chain/two ledgers and how they stand to each other", test_compare);
	g_test_add_func("/ledger/chain/each break of the chain has its own words", test_chain);
	return g_test_run();
}
