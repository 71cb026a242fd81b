/* Text: versions, durations, positions, distances; errors with all that they carry. */
#include "base/text.h"

#include "base/error.h"

static void test_versions(void)
{
	/* In order: each is before all that follow. */
	static const char *const sorted[] = {
		"",        "001_a", "1_a",    "2", "9_x", "10_x", "010_x2", "V1__b", "V1.1__a",
		"V1_2__a", "V2__a", "V10__a", "a", "a1",  "a1b",  "a2",     "größe"};

	for (guint i = 0; i < G_N_ELEMENTS(sorted); i++)
		for (guint j = 0; j < G_N_ELEMENTS(sorted); j++) {
			const int order = text_compare_versions(sorted[i], sorted[j]);
			g_assert_cmpint(order < 0, ==, i < j);
			g_assert_cmpint(order == 0, ==, i == j);
		}
}

static void test_shell_words(void)
{
	static const char *const cases[][2] = {{"db/001_a.up.sql", "db/001_a.up.sql"},
					       {"", "''"},
					       {"a b", "'a b'"},
					       {"$(x)", "'$(x)'"},
					       {"it's", "'it'\\''s'"},
					       {"a;b", "'a;b'"},
					       {"~x", "'~x'"},
					       {"gr\xc3\xbcn", "'gr\xc3\xbcn'"}};

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *word = text_shell_word(cases[i][0]);

		g_assert_cmpstr(word, ==, cases[i][1]);
	}
}

static void test_durations(void)
{
	static const struct {
		const char *text;
		gint64 unit, ms;
	} cases[] = {{"250ms", 0, 250},
		     {"30s", 0, 30000},
		     {"10min", 0, 600000},
		     {"24h", 0, 86400000},
		     {"7d", 0, 604800000},
		     {"5", 1000, 5000},
		     {"5", 0, -1},
		     {"", 1, -1},
		     {"-5", 1, -1},
		     {"1.5s", 1, -1},
		     {"5 s", 1, -1},
		     {"5w", 1, -1},
		     {"99999999999999999999", 1, -1},
		     {"0", 1, 0}};

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++)
		g_assert_cmpint(text_parse_duration(cases[i].text, cases[i].unit), ==, cases[i].ms);
}

static void test_durations_for_people(void)
{
	static const struct {
		gint64 ms;
		const char *text;
	} cases[] = {{0, "0 ms"},        {999, "999 ms"},       {1000, "1.0 s"},
		     {59999, "59.9 s"},  {60000, "1 min"},      {200000, "3 min 20 s"},
		     {3600000, "1 h"},   {86400000, "24 h"},    {86399999, "23 h 59 min"},
		     {172800000, "2 d"}, {176400000, "2 d 1 h"}};

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *text = text_duration(cases[i].ms);
		g_assert_cmpstr(text, ==, cases[i].text);
	}
}

static void test_positions(void)
{
	unsigned line, column;

	text_position("ab\ncd", 0, &line, &column);
	g_assert_cmpuint(line * 100 + column, ==, 101);
	text_position("ab\ncd", 4, &line, &column);
	g_assert_cmpuint(line * 100 + column, ==, 202);
	text_position("ä\nöx", 5, &line, &column);
	g_assert_cmpuint(line * 100 + column, ==, 202);
}

static void test_distance(void)
{
	g_assert_cmpuint(text_edit_distance("", "abc"), ==, 3);
	g_assert_cmpuint(text_edit_distance("status", "stauts"), ==, 2);
	g_assert_cmpuint(text_edit_distance("same", "same"), ==, 0);
}

static void test_error(void)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *text = NULL;

	g_assert_false(error_set(&error, ERR_REFUSED, "no %s", "way"));
	error_detail(&error, "first\nsecond");
	error_detail(&error, "third");
	error_hint(&error, "do this");
	error_place(&error, "x.sql", 3, 7);
	error_place(&error, "y.sql", 1, 1);
	text = error_format(error, "error", false);
	g_assert_cmpstr(text, ==,
			"error: x.sql:3:7: no way\n  first\n  second\n  third\nhint: do this\n");
	g_assert_cmpint(error_exit_status(error), ==, 4);
	g_assert_error(error, BASE_ERROR, ERR_REFUSED);
	g_assert_false(error_set(NULL, ERR_USAGE, "nobody asks"));
	g_assert_false(error_hint(NULL, "nobody asks"));
}

/* The interface of git-migrate(1). */
static void test_exit_statuses(void)
{
	static const struct {
		ErrorCode code;
		int status;
	} statuses[] = {{ERR_FOUND, 1},       {ERR_UNKNOWN, 2},     {ERR_FAILED, 3},
			{ERR_SERVER, 128},    {ERR_INTERRUPTED, 3}, {ERR_REFUSED, 4},
			{ERR_LOCKED, 5},      {ERR_CONFIG, 128},    {ERR_REPOSITORY, 128},
			{ERR_MIGRATION, 128}, {ERR_LEDGER, 128},    {ERR_CONNECTION, 128},
			{ERR_SYSTEM, 128},    {ERR_USAGE, 129}};

	for (guint i = 0; i < G_N_ELEMENTS(statuses); i++) {
		g_autoptr(GError) error = NULL;
		error_set(&error, statuses[i].code, "x");
		g_assert_cmpint(error_exit_status(error), ==, statuses[i].status);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/base/text/names sort as versions, totally", test_versions);
	g_test_add_func("/text/words of a shell", test_shell_words);
	g_test_add_func("/base/text/durations", test_durations);
	g_test_add_func("/base/text/durations-for-people", test_durations_for_people);
	g_test_add_func("/base/text/positions count characters", test_positions);
	g_test_add_func("/base/text/edit distance", test_distance);
	g_test_add_func("/base/error/carries detail, hint and innermost place", test_error);
	g_test_add_func("/base/error/exit statuses are those of the manual", test_exit_statuses);
	return g_test_run();
}
