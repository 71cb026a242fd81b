/* Drift for people and machines, adoption, and what rules took out. */
#include "report/drift.h"

#include "golden.h"

static void add(DriftReport *report, DriftKind kind, const char *path, const char *diff,
		const char *repair)
{
	DriftChange *change = drift_change_new(kind, path);

	change->diff = g_strdup(diff);
	change->repair = g_strdup(repair);
	if (repair)
		change->adopt = g_strdup("adopt;");
	drift_report_add(report, change);
}

static void add_ignored(GPtrArray *ignored, const char *rule, const char *reason, guint count)
{
	IgnoreCount *one = g_new0(IgnoreCount, 1);

	one->rule = g_strdup(rule);
	one->reason = g_strdup(reason);
	one->count = count;
	g_ptr_array_add(ignored, one);
}

static DriftReport *sides(guint compared)
{
	DriftReport *report = drift_report_new("prod");

	report->left = g_strdup("record 4");
	report->right = g_strdup("the live database");
	report->compared = compared;
	return report;
}

static DriftReport *report_clean(void)
{
	return sides(0);
}

static DriftReport *report_one(void)
{
	DriftReport *report = sides(1);

	add(report, DRIFT_EXTRA, "public/table/x.sql", NULL, "DROP TABLE x;");
	return report;
}

static DriftReport *report_many(void)
{
	DriftReport *report = sides(12);

	add(report, DRIFT_CHANGED, "a/table/t.sql", "@@ -1 +1 @@\n-a int\n+a text\n",
	    "ALTER TABLE t\n    ALTER a TYPE int;\n");
	add(report, DRIFT_MISSING, "a/view/v.sql", NULL, NULL);
	add(report, DRIFT_EXTRA, "a/line%0Abreak.sql", "+x\xff", "-- cannot be derived");
	add_ignored(report->ignored, "table public.tmp_*", "throw-away", 3);
	add_ignored(report->ignored, "view *", "of another team", 1);
	g_strfreev(report->uncaptured);
	report->uncaptured = g_strsplit("2 casts,1 operator", ",", -1);
	return report;
}

static DriftReport *report_whole(void)
{
	DriftReport *report = report_many();

	report->repair = g_strdup("BEGIN;\nDROP x;\n\nCOMMIT;\n");
	return report;
}

static const struct {
	const char *name;
	DriftReport *(*make)(void);
	const char *text, *repair, *json;
} cases[] = {
	{"clean", report_clean,
	 "prod: 0 objects of record 4 against the live database: no difference\n",
	 "prod: 0 objects of record 4 against the live database: no difference\n",
	 "{\n"
	 "  \"format\": \"git-migrate/diff\",\n"
	 "  \"version\": 1,\n"
	 "  \"environment\": \"prod\",\n"
	 "  \"left\": \"record 4\",\n"
	 "  \"right\": \"the live database\",\n"
	 "  \"compared\": 0,\n"
	 "  \"changes\": [],\n"
	 "  \"ignored\": [],\n"
	 "  \"not_captured\": []\n"
	 "}\n"},
	{"one", report_one,
	 "  extra    public/table/x.sql\n"
	 "prod: 1 object of record 4 against the live database: 1 differ\n",
	 "  extra    public/table/x.sql\n"
	 "    DROP TABLE x;\n"
	 "prod: 1 object of record 4 against the live database: 1 differ\n",
	 "{\n"
	 "  \"format\": \"git-migrate/diff\",\n"
	 "  \"version\": 1,\n"
	 "  \"environment\": \"prod\",\n"
	 "  \"left\": \"record 4\",\n"
	 "  \"right\": \"the live database\",\n"
	 "  \"compared\": 1,\n"
	 "  \"changes\": [\n"
	 "    {\n"
	 "      \"change\": \"extra\",\n"
	 "      \"path\": \"public/table/x.sql\",\n"
	 "      \"diff\": null,\n"
	 "      \"repair\": \"DROP TABLE x;\",\n"
	 "      \"adopt\": \"adopt;\"\n"
	 "    }\n"
	 "  ],\n"
	 "  \"ignored\": [],\n"
	 "  \"not_captured\": []\n"
	 "}\n"},
	{"many", report_many,
	 "  changed  a/table/t.sql\n"
	 "    -a int\n"
	 "    +a text\n"
	 "  missing  a/view/v.sql\n"
	 "  extra    a/line%0Abreak.sql\n"
	 "    +x\377\n"
	 "prod: 12 objects of record 4 against the live database: 3 differ\n"
	 "ignored: 3 of table public.tmp_* (throw-away)\n"
	 "ignored: 1 of view * (of another team)\n"
	 "not compared: 2 casts, 1 operator\n",
	 "  changed  a/table/t.sql\n"
	 "    -a int\n"
	 "    +a text\n"
	 "    repair: ALTER TABLE t\n"
	 "    repair:     ALTER a TYPE int;\n"
	 "  missing  a/view/v.sql\n"
	 "  extra    a/line%0Abreak.sql\n"
	 "    +x\377\n"
	 "    repair: -- cannot be derived\n"
	 "prod: 12 objects of record 4 against the live database: 3 differ\n"
	 "ignored: 3 of table public.tmp_* (throw-away)\n"
	 "ignored: 1 of view * (of another team)\n"
	 "not compared: 2 casts, 1 operator\n",
	 "{\n"
	 "  \"format\": \"git-migrate/diff\",\n"
	 "  \"version\": 1,\n"
	 "  \"environment\": \"prod\",\n"
	 "  \"left\": \"record 4\",\n"
	 "  \"right\": \"the live database\",\n"
	 "  \"compared\": 12,\n"
	 "  \"changes\": [\n"
	 "    {\n"
	 "      \"change\": \"changed\",\n"
	 "      \"path\": \"a/table/t.sql\",\n"
	 "      \"diff\": \"@@ -1 +1 @@\\n-a int\\n+a text\\n\",\n"
	 "      \"repair\": \"ALTER TABLE t\\n    ALTER a TYPE int;\\n\",\n"
	 "      \"adopt\": \"adopt;\"\n"
	 "    },\n"
	 "    {\n"
	 "      \"change\": \"missing\",\n"
	 "      \"path\": \"a/view/v.sql\",\n"
	 "      \"diff\": null,\n"
	 "      \"repair\": null,\n"
	 "      \"adopt\": null\n"
	 "    },\n"
	 "    {\n"
	 "      \"change\": \"extra\",\n"
	 "      \"path\": \"a/line%0Abreak.sql\",\n"
	 "      \"diff\": \"+x\357\277\275\",\n"
	 "      \"repair\": \"-- cannot be derived\",\n"
	 "      \"adopt\": \"adopt;\"\n"
	 "    }\n"
	 "  ],\n"
	 "  \"ignored\": [\n"
	 "    {\n"
	 "      \"rule\": \"table public.tmp_*\",\n"
	 "      \"reason\": \"throw-away\",\n"
	 "      \"count\": 3\n"
	 "    },\n"
	 "    {\n"
	 "      \"rule\": \"view *\",\n"
	 "      \"reason\": \"of another team\",\n"
	 "      \"count\": 1\n"
	 "    }\n"
	 "  ],\n"
	 "  \"not_captured\": [\n"
	 "    \"2 casts\",\n"
	 "    \"1 operator\"\n"
	 "  ]\n"
	 "}\n"},
	{"whole", report_whole,
	 "  changed  a/table/t.sql\n"
	 "    -a int\n"
	 "    +a text\n"
	 "  missing  a/view/v.sql\n"
	 "  extra    a/line%0Abreak.sql\n"
	 "    +x\377\n"
	 "prod: 12 objects of record 4 against the live database: 3 differ\n"
	 "ignored: 3 of table public.tmp_* (throw-away)\n"
	 "ignored: 1 of view * (of another team)\n"
	 "not compared: 2 casts, 1 operator\n",
	 "  changed  a/table/t.sql\n"
	 "    -a int\n"
	 "    +a text\n"
	 "  missing  a/view/v.sql\n"
	 "  extra    a/line%0Abreak.sql\n"
	 "    +x\377\n"
	 "    repair: BEGIN;\n"
	 "    repair: DROP x;\n"
	 "    repair: COMMIT;\n"
	 "prod: 12 objects of record 4 against the live database: 3 differ\n"
	 "ignored: 3 of table public.tmp_* (throw-away)\n"
	 "ignored: 1 of view * (of another team)\n"
	 "not compared: 2 casts, 1 operator\n",
	 "{\n"
	 "  \"format\": \"git-migrate/diff\",\n"
	 "  \"version\": 1,\n"
	 "  \"environment\": \"prod\",\n"
	 "  \"left\": \"record 4\",\n"
	 "  \"right\": \"the live database\",\n"
	 "  \"compared\": 12,\n"
	 "  \"changes\": [\n"
	 "    {\n"
	 "      \"change\": \"changed\",\n"
	 "      \"path\": \"a/table/t.sql\",\n"
	 "      \"diff\": \"@@ -1 +1 @@\\n-a int\\n+a text\\n\",\n"
	 "      \"repair\": \"ALTER TABLE t\\n    ALTER a TYPE int;\\n\",\n"
	 "      \"adopt\": \"adopt;\"\n"
	 "    },\n"
	 "    {\n"
	 "      \"change\": \"missing\",\n"
	 "      \"path\": \"a/view/v.sql\",\n"
	 "      \"diff\": null,\n"
	 "      \"repair\": null,\n"
	 "      \"adopt\": null\n"
	 "    },\n"
	 "    {\n"
	 "      \"change\": \"extra\",\n"
	 "      \"path\": \"a/line%0Abreak.sql\",\n"
	 "      \"diff\": \"+x\357\277\275\",\n"
	 "      \"repair\": \"-- cannot be derived\",\n"
	 "      \"adopt\": \"adopt;\"\n"
	 "    }\n"
	 "  ],\n"
	 "  \"ignored\": [\n"
	 "    {\n"
	 "      \"rule\": \"table public.tmp_*\",\n"
	 "      \"reason\": \"throw-away\",\n"
	 "      \"count\": 3\n"
	 "    },\n"
	 "    {\n"
	 "      \"rule\": \"view *\",\n"
	 "      \"reason\": \"of another team\",\n"
	 "      \"count\": 1\n"
	 "    }\n"
	 "  ],\n"
	 "  \"not_captured\": [\n"
	 "    \"2 casts\",\n"
	 "    \"1 operator\"\n"
	 "  ],\n"
	 "  \"script\": \"BEGIN;\\nDROP x;\\n\\nCOMMIT;\\n\"\n"
	 "}\n"},
};

static void test_text(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++)
		for (guint repair = 0; repair < 2; repair++) {
			g_autoptr(DriftReport) report = cases[i].make();
			Golden golden;

			report_drift_text(report, repair == 1, golden_open(&golden));
			golden_assert(&golden, repair ? cases[i].repair : cases[i].text);
		}
}

static void test_json(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(DriftReport) report = cases[i].make();

		golden_assert_json(report_drift_json(report), cases[i].json);
	}
}

static void test_adoption(void)
{
	g_autoptr(DriftReport) report = report_clean();
	g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);

	golden_assert_json(report_adoption_json(report, NULL, lines),
			   "{\n"
			   "  \"format\": \"git-migrate/diff\",\n"
			   "  \"version\": 1,\n"
			   "  \"environment\": \"prod\",\n"
			   "  \"left\": \"record 4\",\n"
			   "  \"right\": \"the live database\",\n"
			   "  \"compared\": 0,\n"
			   "  \"changes\": [],\n"
			   "  \"ignored\": [],\n"
			   "  \"not_captured\": [],\n"
			   "  \"script\": null,\n"
			   "  \"not_proven\": []\n"
			   "}\n");
	g_ptr_array_add(lines, g_strdup("a/table/t.sql"));
	g_ptr_array_add(lines, g_strdup("-x"));
	golden_assert_json(report_adoption_json(report, "CREATE x;\n", lines),
			   "{\n"
			   "  \"format\": \"git-migrate/diff\",\n"
			   "  \"version\": 1,\n"
			   "  \"environment\": \"prod\",\n"
			   "  \"left\": \"record 4\",\n"
			   "  \"right\": \"the live database\",\n"
			   "  \"compared\": 0,\n"
			   "  \"changes\": [],\n"
			   "  \"ignored\": [],\n"
			   "  \"not_captured\": [],\n"
			   "  \"script\": \"CREATE x;\\n\",\n"
			   "  \"not_proven\": [\n"
			   "    \"a/table/t.sql\",\n"
			   "    \"-x\"\n"
			   "  ]\n"
			   "}\n");
}

/* The adopting script stands where the repairing one would. */
static void test_adoption_script(void)
{
	g_autoptr(DriftReport) report = report_clean();
	g_autoptr(GPtrArray) lines = g_ptr_array_new();

	report->repair = g_strdup("repair;");
	golden_assert_json(report_adoption_json(report, "adopt;", lines),
			   "{\n"
			   "  \"format\": \"git-migrate/diff\",\n"
			   "  \"version\": 1,\n"
			   "  \"environment\": \"prod\",\n"
			   "  \"left\": \"record 4\",\n"
			   "  \"right\": \"the live database\",\n"
			   "  \"compared\": 0,\n"
			   "  \"changes\": [],\n"
			   "  \"ignored\": [],\n"
			   "  \"not_captured\": [],\n"
			   "  \"script\": \"adopt;\",\n"
			   "  \"not_proven\": []\n"
			   "}\n");
}

static void test_ignored(void)
{
	g_autoptr(GPtrArray) ignored = ignore_counts_new();
	Golden golden;

	report_ignored_text(ignored, golden_open(&golden));
	golden_assert(&golden, "");
	golden_assert_json(report_ignored_json(ignored), "[]\n");
	add_ignored(ignored, "* x", "because", 1);
	add_ignored(ignored, "view a.*", "100%", 20);
	report_ignored_text(ignored, golden_open(&golden));
	golden_assert(&golden, "ignored: 1 of * x (because)\n"
			       "ignored: 20 of view a.* (100%)\n");
	golden_assert_json(report_ignored_json(ignored), "[\n"
							 "  {\n"
							 "    \"rule\": \"* x\",\n"
							 "    \"reason\": \"because\",\n"
							 "    \"count\": 1\n"
							 "  },\n"
							 "  {\n"
							 "    \"rule\": \"view a.*\",\n"
							 "    \"reason\": \"100%\",\n"
							 "    \"count\": 20\n"
							 "  }\n"
							 "]\n");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/report/drift/text: objects with their lines, and counts last", test_text);
	g_test_add_func("/report/drift/JSON: one document", test_json);
	g_test_add_func("/report/adoption/the script, and what it does not make", test_adoption);
	g_test_add_func("/report/adoption/its script is the one shown", test_adoption_script);
	g_test_add_func("/report/ignored/each rule with its reason", test_ignored);
	return g_test_run();
}
