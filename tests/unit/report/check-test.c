/* What a check prints in each of its formats. */
#include "report/check.h"

#include "golden.h"

/* ---- reports ---- */

static CheckReport *report_empty(void)
{
	return check_report_new("0123456789abcdef");
}

static CheckReport *report_clean(void)
{
	CheckReport *report = report_empty();

	check_part_done(check_report_add(report, "ledgers"), "2 migrations against 1 ledger");
	check_part_skip(check_report_add(report, "schema"), "there are no schema files");
	check_report_add(report, "walk");
	return report;
}

static CheckReport *report_found(void)
{
	CheckReport *report = report_empty();
	CheckPart *part = check_report_add(report, "migrations");

	check_part_done(part, "3 migrations");
	finding_add(part->findings, "db/a.up.sql", "put it back", "edited\n-old\n+new")->line = 7;
	finding_add(part->findings, NULL, NULL, "100%% wrong");
	check_part_done(check_report_add(report, "schema"), "4 objects");
	return report;
}

/* Names and words that would be something else in a format. */
static CheckReport *report_hostile(void)
{
	CheckReport *report = report_empty();
	CheckPart *part = check_report_add(report, "schema");

	check_part_done(part, "1 object # TODO \\\nok");
	finding_add(part->findings, "a:b,c%d\n::x.sql", "\"quote\"", "one\r\n\n::two \xff\x01[1m");
	return report;
}

static const struct {
	const char *name;
	CheckReport *(*make)(void);
	const char *text, *tap, *github, *json;
} cases[] = {
	{"empty", report_empty, "0123456: 0 findings\n", "1..0\n", "",
	 "{\n"
	 "  \"format\": \"git-migrate/check\",\n"
	 "  \"version\": 1,\n"
	 "  \"commit\": \"0123456789abcdef\",\n"
	 "  \"parts\": []\n"
	 "}\n"},
	{"clean", report_clean,
	 "ok      ledgers    2 migrations against 1 ledger\n"
	 "skipped schema     there are no schema files\n"
	 "ok      walk       \n"
	 "0123456: 0 findings\n",
	 "ok 1 - ledgers: 2 migrations against 1 ledger\n"
	 "ok 2 - schema: there are no schema files # SKIP\n"
	 "ok 3 - walk: \n"
	 "1..3\n",
	 "",
	 "{\n"
	 "  \"format\": \"git-migrate/check\",\n"
	 "  \"version\": 1,\n"
	 "  \"commit\": \"0123456789abcdef\",\n"
	 "  \"parts\": [\n"
	 "    {\n"
	 "      \"name\": \"ledgers\",\n"
	 "      \"checked\": \"2 migrations against 1 ledger\",\n"
	 "      \"skipped\": false,\n"
	 "      \"findings\": []\n"
	 "    },\n"
	 "    {\n"
	 "      \"name\": \"schema\",\n"
	 "      \"checked\": \"there are no schema files\",\n"
	 "      \"skipped\": true,\n"
	 "      \"findings\": []\n"
	 "    },\n"
	 "    {\n"
	 "      \"name\": \"walk\",\n"
	 "      \"checked\": null,\n"
	 "      \"skipped\": false,\n"
	 "      \"findings\": []\n"
	 "    }\n"
	 "  ]\n"
	 "}\n"},
	{"found", report_found,
	 "failed  migrations 3 migrations\n"
	 "  db/a.up.sql\n"
	 "    edited\n"
	 "    -old\n"
	 "    +new\n"
	 "      put it back\n"
	 "    100% wrong\n"
	 "ok      schema     4 objects\n"
	 "0123456: 2 findings\n",
	 "not ok 1 - migrations: 3 migrations\n"
	 "# db/a.up.sql\n"
	 "#   edited\n"
	 "#   -old\n"
	 "#   +new\n"
	 "# migrations\n"
	 "#   100% wrong\n"
	 "ok 2 - schema: 4 objects\n"
	 "1..2\n",
	 "::error file=db/a.up.sql,line=7,title=git migrate check::edited%0A-old%0A+new\n"
	 "::error title=git migrate check::100%25 wrong\n",
	 "{\n"
	 "  \"format\": \"git-migrate/check\",\n"
	 "  \"version\": 1,\n"
	 "  \"commit\": \"0123456789abcdef\",\n"
	 "  \"parts\": [\n"
	 "    {\n"
	 "      \"name\": \"migrations\",\n"
	 "      \"checked\": \"3 migrations\",\n"
	 "      \"skipped\": false,\n"
	 "      \"findings\": [\n"
	 "        {\n"
	 "          \"path\": \"db/a.up.sql\",\n"
	 "          \"line\": 7,\n"
	 "          \"text\": \"edited\\n-old\\n+new\",\n"
	 "          \"remedy\": \"put it back\"\n"
	 "        },\n"
	 "        {\n"
	 "          \"path\": null,\n"
	 "          \"line\": null,\n"
	 "          \"text\": \"100% wrong\",\n"
	 "          \"remedy\": null\n"
	 "        }\n"
	 "      ]\n"
	 "    },\n"
	 "    {\n"
	 "      \"name\": \"schema\",\n"
	 "      \"checked\": \"4 objects\",\n"
	 "      \"skipped\": false,\n"
	 "      \"findings\": []\n"
	 "    }\n"
	 "  ]\n"
	 "}\n"},
	{"hostile", report_hostile, NULL,
	 "not ok 1 - schema: 1 object \\# TODO \\\\ ok\n"
	 "# a:b,c%d\n"
	 "# ::x.sql\n"
	 "#   one\r\n"
	 "#   ::two \xff\x01[1m\n"
	 "1..1\n",
	 "::error file=a%3Ab%2Cc%25d%0A%3A%3Ax.sql,line=1,title=git migrate check::"
	 "one%0D%0A%0A::two \xff\x01[1m\n",
	 "{\n"
	 "  \"format\": \"git-migrate/check\",\n"
	 "  \"version\": 1,\n"
	 "  \"commit\": \"0123456789abcdef\",\n"
	 "  \"parts\": [\n"
	 "    {\n"
	 "      \"name\": \"schema\",\n"
	 "      \"checked\": \"1 object # TODO \\\\\\nok\",\n"
	 "      \"skipped\": false,\n"
	 "      \"findings\": [\n"
	 "        {\n"
	 "          \"path\": \"a:b,c%d\\n::x.sql\",\n"
	 "          \"line\": null,\n"
	 "          \"text\": \"one\\r\\n\\n::two \xef\xbf\xbd\\u0001[1m\",\n"
	 "          \"remedy\": \"\\\"quote\\\"\"\n"
	 "        }\n"
	 "      ]\n"
	 "    }\n"
	 "  ]\n"
	 "}\n"},
};

static void print_all(void (*print)(const CheckReport *report, const char *command, FILE *out),
		      guint number, const char *expected)
{
	g_autoptr(CheckReport) report = cases[number].make();
	Golden golden;

	if (!expected)
		return;
	g_test_message("%s", cases[number].name);
	print(report, "check", golden_open(&golden));
	golden_assert(&golden, expected);
}

static void test_text(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++)
		print_all(report_check_text, i, cases[i].text);
}

static void test_tap(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++)
		print_all(report_check_tap, i, cases[i].tap);
}

static void test_github(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++)
		print_all(report_check_github, i, cases[i].github);
}

static void test_json(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++)
		print_all(report_check_json, i, cases[i].json);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/report/check/text: a line for each part, findings below", test_text);
	g_test_add_func("/report/check/TAP: a test for each part, findings as comments", test_tap);
	g_test_add_func("/report/check/GitHub: an annotation for each finding", test_github);
	g_test_add_func("/report/check/JSON: one document", test_json);
	return g_test_run();
}
