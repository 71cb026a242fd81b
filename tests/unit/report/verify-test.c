/* The report of a verification: counts, problems and remarks. */
#include "report/status.h"

#include "golden.h"

static void set_list(char ***list, const char *words)
{
	g_strfreev(*list);
	*list = g_strsplit(words, "|", -1);
}

static const struct {
	guint records, signatures, remembered, notes, rows, newer;
	bool is_signed;
	const char *problems, *remarks, *text, *json;
} verified[] = {
	{0, 0, 0, 0, 0, 0, false, "", "",
	 "prod: 0 records in the database, 0 in the notes, 0 applied migrations; unsigned; no "
	 "problem\n",
	 "{\n"
	 "  \"format\": \"git-migrate/verify\",\n"
	 "  \"version\": 1,\n"
	 "  \"environment\": \"prod\",\n"
	 "  \"signed\": false,\n"
	 "  \"records\": 0,\n"
	 "  \"records_newer\": 0,\n"
	 "  \"notes\": 0,\n"
	 "  \"rows\": 0,\n"
	 "  \"signatures_verified\": 0,\n"
	 "  \"signatures_remembered\": 0,\n"
	 "  \"problems\": [],\n"
	 "  \"remarks\": []\n"
	 "}\n"},
	{3, 2, 1, 3, 5, 0, true, "", "notes lag",
	 "  note      notes lag\n"
	 "prod: 3 records in the database, 3 in the notes, 5 applied migrations; 2 signatures "
	 "verified, 1 good from before; no problem\n",
	 "{\n"
	 "  \"format\": \"git-migrate/verify\",\n"
	 "  \"version\": 1,\n"
	 "  \"environment\": \"prod\",\n"
	 "  \"signed\": true,\n"
	 "  \"records\": 3,\n"
	 "  \"records_newer\": 0,\n"
	 "  \"notes\": 3,\n"
	 "  \"rows\": 5,\n"
	 "  \"signatures_verified\": 2,\n"
	 "  \"signatures_remembered\": 1,\n"
	 "  \"problems\": [],\n"
	 "  \"remarks\": [\n"
	 "    \"notes lag\"\n"
	 "  ]\n"
	 "}\n"},
	{3, 3, 0, 2, 5, 1, true, "", "1 newer",
	 "  note      1 newer\n"
	 "prod: 3 records in the database, 2 in the notes, 5 applied migrations; 3 signatures "
	 "verified, 0 good from before; could not tell whether all is well\n",
	 "{\n"
	 "  \"format\": \"git-migrate/verify\",\n"
	 "  \"version\": 1,\n"
	 "  \"environment\": \"prod\",\n"
	 "  \"signed\": true,\n"
	 "  \"records\": 3,\n"
	 "  \"records_newer\": 1,\n"
	 "  \"notes\": 2,\n"
	 "  \"rows\": 5,\n"
	 "  \"signatures_verified\": 3,\n"
	 "  \"signatures_remembered\": 0,\n"
	 "  \"problems\": [],\n"
	 "  \"remarks\": [\n"
	 "    \"1 newer\"\n"
	 "  ]\n"
	 "}\n"},
	{3, 3, 0, 2, 5, 1, true, "bad \"signature\"", "",
	 "  problem   bad \"signature\"\n"
	 "prod: 3 records in the database, 2 in the notes, 5 applied migrations; 3 signatures "
	 "verified, 0 good from before; 1 problem\n",
	 "{\n"
	 "  \"format\": \"git-migrate/verify\",\n"
	 "  \"version\": 1,\n"
	 "  \"environment\": \"prod\",\n"
	 "  \"signed\": true,\n"
	 "  \"records\": 3,\n"
	 "  \"records_newer\": 1,\n"
	 "  \"notes\": 2,\n"
	 "  \"rows\": 5,\n"
	 "  \"signatures_verified\": 3,\n"
	 "  \"signatures_remembered\": 0,\n"
	 "  \"problems\": [\n"
	 "    \"bad \\\"signature\\\"\"\n"
	 "  ],\n"
	 "  \"remarks\": []\n"
	 "}\n"},
	{3, 3, 0, 2, 5, 0, false, "one|two", "three|four",
	 "  problem   one\n"
	 "  problem   two\n"
	 "  note      three\n"
	 "  note      four\n"
	 "prod: 3 records in the database, 2 in the notes, 5 applied migrations; unsigned; 2 "
	 "problems\n",
	 "{\n"
	 "  \"format\": \"git-migrate/verify\",\n"
	 "  \"version\": 1,\n"
	 "  \"environment\": \"prod\",\n"
	 "  \"signed\": false,\n"
	 "  \"records\": 3,\n"
	 "  \"records_newer\": 0,\n"
	 "  \"notes\": 2,\n"
	 "  \"rows\": 5,\n"
	 "  \"signatures_verified\": 3,\n"
	 "  \"signatures_remembered\": 0,\n"
	 "  \"problems\": [\n"
	 "    \"one\",\n"
	 "    \"two\"\n"
	 "  ],\n"
	 "  \"remarks\": [\n"
	 "    \"three\",\n"
	 "    \"four\"\n"
	 "  ]\n"
	 "}\n"},
};

static void test_verify(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(verified); i++) {
		g_autoptr(VerifyReport) report = verify_report_new("prod");
		Golden golden;

		report->records = verified[i].records;
		report->signatures = verified[i].signatures;
		report->remembered = verified[i].remembered;
		report->notes = verified[i].notes;
		report->rows = verified[i].rows;
		report->newer = verified[i].newer;
		report->is_signed = verified[i].is_signed;
		set_list(&report->problems, verified[i].problems);
		set_list(&report->remarks, verified[i].remarks);
		report_verify_text(report, golden_open(&golden));
		golden_assert(&golden, verified[i].text);
		golden_assert_json(report_verify_json(report), verified[i].json);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/report/verify/counts, problems and remarks", test_verify);
	return g_test_run();
}
