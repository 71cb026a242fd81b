/* Status, plan and verification: of nothing, of all there is, and of what could not be asked. */
#include "report/status.h"

#include "golden.h"

#define HEX40 "0123456789012345678901234567890123456789"

static void set_list(char ***list, const char *words)
{
	g_strfreev(*list);
	*list = g_strsplit(words, "|", -1);
}

static StatusPending *add_pending(StatusReport *report, const char *id)
{
	StatusPending *pending = g_new0(StatusPending, 1);

	pending->id = g_strdup(id);
	pending->path = g_strdup_printf("db/%s.up.sql", id);
	pending->requires = g_new0(char *, 1);
	pending->transaction = true;
	pending->has_down = true;
	g_ptr_array_add(report->pending, pending);
	return pending;
}

static void add_edit(StatusReport *report, EditKind kind, bool known)
{
	StatusEdit *edit = g_new0(StatusEdit, 1);

	edit->id = g_strdup_printf("e%d", kind);
	edit->path = g_strdup("db/e.up.sql");
	edit->kind = kind;
	if (known) {
		edit->commit = g_strdup(HEX40);
		edit->author = g_strdup("Ann");
		edit->day = g_strdup("2026-11-21");
		edit->subject = g_strdup("oops");
	}
	g_ptr_array_add(report->edits, edit);
}

static StatusReport *report_unset(void)
{
	return status_report_new("prod");
}

static StatusReport *report_problem(void)
{
	StatusReport *report = status_report_new("prod");

	report->ref = g_strdup("refs/tags/v1");
	report->commit = g_strdup(HEX40);
	report->problem = g_strdup("no connection");
	report->hint = g_strdup("start the server");
	return report;
}

static StatusReport *report_deployed(void)
{
	StatusReport *report = status_report_new("local");

	report->commit = g_strdup(HEX40);
	report->deployed = g_strdup(HEX40);
	report->relation_known = true;
	report->in_commit = report->applied = 2;
	report->records = 1;
	report->last_action = g_strdup("accept");
	report->last_time = g_strdup("soon");
	report->last_who = g_strdup("Ann");
	report->last_sequence = 4;
	return report;
}

static StatusReport *report_full(void)
{
	StatusReport *report = status_report_new("prod");
	StatusPending *pending = add_pending(report, "2024/a");

	report->where = g_strdup("app@db:5432/app");
	report->ref = g_strdup("refs/heads/main");
	report->commit = g_strdup(HEX40);
	report->deployed = g_strdup("abcdef0123");
	report->ahead = 2;
	report->behind = 1;
	report->relation_known = true;
	report->in_commit = 12;
	report->applied = 8;
	pending->landed = g_strdup(HEX40);
	set_list(&pending->requires, "x|y");
	pending->transaction = false;
	pending->irreversible = g_strdup("drops");
	pending->has_down = false;
	add_pending(report, "R__b")->repeatable = true;
	add_pending(report, "c")->has_down = false;
	for (EditKind kind = EDIT_UNKNOWN; kind <= EDIT_ACCEPTED; kind++)
		add_edit(report, kind, kind == EDIT_REAL);
	set_list(&report->removed, "gone1|gone2");
	set_list(&report->renamed, "o -> n");
	set_list(&report->covered, "c1|c2");
	report->replaced = 1;
	set_list(&report->partial, "p (up)");
	set_list(&report->invalid_indexes, "public.i");
	g_ptr_array_add(report->gates, gate_new(GATE_SOAK, GATE_WAITING, "wait", "1 h of 2 h"));
	g_ptr_array_add(report->gates, gate_new(GATE_ORDER, GATE_PASSED, NULL, "the same"));
	set_list(&report->overridden, "soak|drift");
	report->override_reason = g_strdup("urgent");
	report->is_signed = true;
	report->records = 7;
	report->overdue = g_strdup("since Monday");
	report->last_action = g_strdup("up");
	report->last_outcome = g_strdup("failed");
	report->last_time = g_strdup("2026-11-21T03:00:00.123456Z");
	report->last_who = g_strdup("Ann");
	report->last_sequence = 7;
	report->last_error = g_strdup("no such table");
	return report;
}

static StatusReport *report_many(void)
{
	StatusReport *report = status_report_new("test");

	report->commit = g_strdup(HEX40);
	report->in_commit = 12;
	for (guint i = 1; i <= 12; i++) {
		g_autofree char *id = g_strdup_printf("m%u", i);
		add_pending(report, id);
	}
	report->ledger = g_strdup("2 records are in the database only");
	set_list(&report->overridden, "soak");
	return report;
}

static const struct {
	const char *name;
	StatusReport *(*make)(void);
	const char *text, *verbose, *plan, *json, *plan_json;
} cases[] = {
	{"unset", report_unset,
	 "prod\n"
	 "  applied   0 of 0 in this commit\n"
	 "  pending   none\n"
	 "  ledger    none yet: the first deployment makes it\n",
	 "prod\n"
	 "  applied   0 of 0 in this commit\n"
	 "  pending   none\n"
	 "  ledger    none yet: the first deployment makes it\n",
	 "prod\n"
	 "0 migrations to run; 0 of 0 applied already\n",
	 "{\n"
	 "  \"environment\": \"prod\",\n"
	 "  \"problem\": null,\n"
	 "  \"database\": null,\n"
	 "  \"ref\": null,\n"
	 "  \"commit\": null,\n"
	 "  \"deployed\": null,\n"
	 "  \"ahead\": null,\n"
	 "  \"behind\": null,\n"
	 "  \"in_commit\": 0,\n"
	 "  \"applied\": 0,\n"
	 "  \"pending\": [],\n"
	 "  \"edited\": [],\n"
	 "  \"removed\": [],\n"
	 "  \"covered\": [],\n"
	 "  \"replaced\": 0,\n"
	 "  \"renamed\": [],\n"
	 "  \"stopped\": [],\n"
	 "  \"invalid_indexes\": [],\n"
	 "  \"gates\": [],\n"
	 "  \"overridden\": [],\n"
	 "  \"override_reason\": null,\n"
	 "  \"last\": null,\n"
	 "  \"ledger\": {\n"
	 "    \"records\": 0,\n"
	 "    \"signed\": false,\n"
	 "    \"agree\": true,\n"
	 "    \"stops\": false,\n"
	 "    \"problem\": null,\n"
	 "    \"open\": null\n"
	 "  }\n"
	 "}\n",
	 "{\n"
	 "  \"format\": \"git-migrate/plan\",\n"
	 "  \"version\": 1,\n"
	 "  \"environment\": \"prod\",\n"
	 "  \"commit\": null,\n"
	 "  \"applied\": 0,\n"
	 "  \"pending\": [],\n"
	 "  \"gates\": []\n"
	 "}\n"},
	{"problem", report_problem,
	 "prod at v1 (0123456)\n"
	 "  unknown   no connection\n"
	 "            start the server\n",
	 "prod at v1 (0123456)\n"
	 "  unknown   no connection\n"
	 "            start the server\n",
	 "prod at v1 (0123456)\n"
	 "0 migrations to run; 0 of 0 applied already\n",
	 "{\n"
	 "  \"environment\": \"prod\",\n"
	 "  \"problem\": \"no connection\"\n"
	 "}\n",
	 "{\n"
	 "  \"format\": \"git-migrate/plan\",\n"
	 "  \"version\": 1,\n"
	 "  \"environment\": \"prod\",\n"
	 "  \"commit\": \"0123456789012345678901234567890123456789\",\n"
	 "  \"applied\": 0,\n"
	 "  \"pending\": [],\n"
	 "  \"gates\": []\n"
	 "}\n"},
	{"deployed", report_deployed,
	 "local at 0123456\n"
	 "  applied   2 of 2 in this commit; last record 4: accept, soon, Ann\n"
	 "  pending   none\n"
	 "  deployed  0123456, this commit\n"
	 "  ledger    1 record (unsigned), the same in notes and database\n",
	 "local at 0123456\n"
	 "  applied   2 of 2 in this commit; last record 4: accept, soon, Ann\n"
	 "  pending   none\n"
	 "  deployed  0123456, this commit\n"
	 "  ledger    1 record (unsigned), the same in notes and database\n",
	 "local at 0123456\n"
	 "0 migrations to run; 2 of 2 applied already\n",
	 "{\n"
	 "  \"environment\": \"local\",\n"
	 "  \"problem\": null,\n"
	 "  \"database\": null,\n"
	 "  \"ref\": null,\n"
	 "  \"commit\": \"0123456789012345678901234567890123456789\",\n"
	 "  \"deployed\": \"0123456789012345678901234567890123456789\",\n"
	 "  \"ahead\": 0,\n"
	 "  \"behind\": 0,\n"
	 "  \"in_commit\": 2,\n"
	 "  \"applied\": 2,\n"
	 "  \"pending\": [],\n"
	 "  \"edited\": [],\n"
	 "  \"removed\": [],\n"
	 "  \"covered\": [],\n"
	 "  \"replaced\": 0,\n"
	 "  \"renamed\": [],\n"
	 "  \"stopped\": [],\n"
	 "  \"invalid_indexes\": [],\n"
	 "  \"gates\": [],\n"
	 "  \"overridden\": [],\n"
	 "  \"override_reason\": null,\n"
	 "  \"last\": {\n"
	 "    \"sequence\": 4,\n"
	 "    \"action\": \"accept\",\n"
	 "    \"outcome\": null,\n"
	 "    \"time\": \"soon\",\n"
	 "    \"who\": \"Ann\",\n"
	 "    \"error\": null\n"
	 "  },\n"
	 "  \"ledger\": {\n"
	 "    \"records\": 1,\n"
	 "    \"signed\": false,\n"
	 "    \"agree\": true,\n"
	 "    \"stops\": false,\n"
	 "    \"problem\": null,\n"
	 "    \"open\": null\n"
	 "  }\n"
	 "}\n",
	 "{\n"
	 "  \"format\": \"git-migrate/plan\",\n"
	 "  \"version\": 1,\n"
	 "  \"environment\": \"local\",\n"
	 "  \"commit\": \"0123456789012345678901234567890123456789\",\n"
	 "  \"applied\": 2,\n"
	 "  \"pending\": [],\n"
	 "  \"gates\": []\n"
	 "}\n"},
	{"full", report_full,
	 "prod at main (0123456)\n"
	 "  applied   7 of 12 in this commit; last record 7: up failed, 2026-11-21 03:00:00 UTC, "
	 "Ann\n"
	 "  failed    no such table\n"
	 "  pending   3 migrations\n"
	 "            2024/a\n"
	 "            R__b\n"
	 "            c\n"
	 "  soak      1 h of 2 h\n"
	 "  order     the same\n"
	 "  override  the last deployment passed over soak, drift: urgent\n"
	 "  edited    e0 (unknown)\n"
	 "  edited    e1 (cosmetic)\n"
	 "  edited    e2 (real) by Ann in 0123456, 2026-11-21: oops\n"
	 "  edited    e3 (accepted)\n"
	 "  removed   gone1\n"
	 "            gone2\n"
	 "  covered   c1, c2, by 1 applied migration\n"
	 "  renamed   o -> n\n"
	 "  stopped   p (up)\n"
	 "  invalid   public.i\n"
	 "  deployed  abcdef0, on another branch: 2 commits here, 1 commit there\n"
	 "  open      since Monday\n"
	 "  ledger    7 records, the same in notes and database\n",
	 "prod at main (0123456)\n"
	 "  applied   7 of 12 in this commit; last record 7: up failed, 2026-11-21 03:00:00 UTC, "
	 "Ann\n"
	 "  failed    no such table\n"
	 "  pending   3 migrations\n"
	 "            2024/a\n"
	 "            R__b\n"
	 "            c\n"
	 "  soak      1 h of 2 h\n"
	 "  order     the same\n"
	 "  override  the last deployment passed over soak, drift: urgent\n"
	 "  edited    e0 (unknown)\n"
	 "  edited    e1 (cosmetic)\n"
	 "  edited    e2 (real) by Ann in 0123456, 2026-11-21: oops\n"
	 "  edited    e3 (accepted)\n"
	 "  removed   gone1\n"
	 "            gone2\n"
	 "  covered   c1, c2, by 1 applied migration\n"
	 "  renamed   o -> n\n"
	 "  stopped   p (up)\n"
	 "  invalid   public.i\n"
	 "  deployed  abcdef0, on another branch: 2 commits here, 1 commit there\n"
	 "  open      since Monday\n"
	 "  ledger    7 records, the same in notes and database\n",
	 "prod at main (0123456)\n"
	 "    1  2024/a  landed in 0123456  requires x, y  statement by statement  irreversible: "
	 "drops\n"
	 "    2  R__b  repeatable\n"
	 "    3  c  no down script\n"
	 "3 migrations to run; 7 of 12 applied already\n",
	 "{\n"
	 "  \"environment\": \"prod\",\n"
	 "  \"problem\": null,\n"
	 "  \"database\": \"app@db:5432/app\",\n"
	 "  \"ref\": \"refs/heads/main\",\n"
	 "  \"commit\": \"0123456789012345678901234567890123456789\",\n"
	 "  \"deployed\": \"abcdef0123\",\n"
	 "  \"ahead\": 2,\n"
	 "  \"behind\": 1,\n"
	 "  \"in_commit\": 12,\n"
	 "  \"applied\": 8,\n"
	 "  \"pending\": [\n"
	 "    {\n"
	 "      \"id\": \"2024/a\",\n"
	 "      \"path\": \"db/2024/a.up.sql\",\n"
	 "      \"landed\": \"0123456789012345678901234567890123456789\",\n"
	 "      \"requires\": [\n"
	 "        \"x\",\n"
	 "        \"y\"\n"
	 "      ],\n"
	 "      \"transaction\": false,\n"
	 "      \"repeatable\": false,\n"
	 "      \"irreversible\": \"drops\",\n"
	 "      \"has_down\": false\n"
	 "    },\n"
	 "    {\n"
	 "      \"id\": \"R__b\",\n"
	 "      \"path\": \"db/R__b.up.sql\",\n"
	 "      \"landed\": null,\n"
	 "      \"requires\": [],\n"
	 "      \"transaction\": true,\n"
	 "      \"repeatable\": true,\n"
	 "      \"irreversible\": null,\n"
	 "      \"has_down\": true\n"
	 "    },\n"
	 "    {\n"
	 "      \"id\": \"c\",\n"
	 "      \"path\": \"db/c.up.sql\",\n"
	 "      \"landed\": null,\n"
	 "      \"requires\": [],\n"
	 "      \"transaction\": true,\n"
	 "      \"repeatable\": false,\n"
	 "      \"irreversible\": null,\n"
	 "      \"has_down\": false\n"
	 "    }\n"
	 "  ],\n"
	 "  \"edited\": [\n"
	 "    {\n"
	 "      \"id\": \"e0\",\n"
	 "      \"path\": \"db/e.up.sql\",\n"
	 "      \"kind\": \"unknown\",\n"
	 "      \"commit\": null,\n"
	 "      \"author\": null,\n"
	 "      \"date\": null,\n"
	 "      \"subject\": null\n"
	 "    },\n"
	 "    {\n"
	 "      \"id\": \"e1\",\n"
	 "      \"path\": \"db/e.up.sql\",\n"
	 "      \"kind\": \"cosmetic\",\n"
	 "      \"commit\": null,\n"
	 "      \"author\": null,\n"
	 "      \"date\": null,\n"
	 "      \"subject\": null\n"
	 "    },\n"
	 "    {\n"
	 "      \"id\": \"e2\",\n"
	 "      \"path\": \"db/e.up.sql\",\n"
	 "      \"kind\": \"real\",\n"
	 "      \"commit\": \"0123456789012345678901234567890123456789\",\n"
	 "      \"author\": \"Ann\",\n"
	 "      \"date\": \"2026-11-21\",\n"
	 "      \"subject\": \"oops\"\n"
	 "    },\n"
	 "    {\n"
	 "      \"id\": \"e3\",\n"
	 "      \"path\": \"db/e.up.sql\",\n"
	 "      \"kind\": \"accepted\",\n"
	 "      \"commit\": null,\n"
	 "      \"author\": null,\n"
	 "      \"date\": null,\n"
	 "      \"subject\": null\n"
	 "    }\n"
	 "  ],\n"
	 "  \"removed\": [\n"
	 "    \"gone1\",\n"
	 "    \"gone2\"\n"
	 "  ],\n"
	 "  \"covered\": [\n"
	 "    \"c1\",\n"
	 "    \"c2\"\n"
	 "  ],\n"
	 "  \"replaced\": 1,\n"
	 "  \"renamed\": [\n"
	 "    \"o -> n\"\n"
	 "  ],\n"
	 "  \"stopped\": [\n"
	 "    \"p (up)\"\n"
	 "  ],\n"
	 "  \"invalid_indexes\": [\n"
	 "    \"public.i\"\n"
	 "  ],\n"
	 "  \"gates\": [\n"
	 "    {\n"
	 "      \"gate\": \"soak\",\n"
	 "      \"state\": \"waiting\",\n"
	 "      \"found\": \"1 h of 2 h\",\n"
	 "      \"remedy\": \"wait\"\n"
	 "    },\n"
	 "    {\n"
	 "      \"gate\": \"order\",\n"
	 "      \"state\": \"passed\",\n"
	 "      \"found\": \"the same\",\n"
	 "      \"remedy\": null\n"
	 "    }\n"
	 "  ],\n"
	 "  \"overridden\": [\n"
	 "    \"soak\",\n"
	 "    \"drift\"\n"
	 "  ],\n"
	 "  \"override_reason\": \"urgent\",\n"
	 "  \"last\": {\n"
	 "    \"sequence\": 7,\n"
	 "    \"action\": \"up\",\n"
	 "    \"outcome\": \"failed\",\n"
	 "    \"time\": \"2026-11-21T03:00:00.123456Z\",\n"
	 "    \"who\": \"Ann\",\n"
	 "    \"error\": \"no such table\"\n"
	 "  },\n"
	 "  \"ledger\": {\n"
	 "    \"records\": 7,\n"
	 "    \"signed\": true,\n"
	 "    \"agree\": true,\n"
	 "    \"stops\": false,\n"
	 "    \"problem\": null,\n"
	 "    \"open\": \"since Monday\"\n"
	 "  }\n"
	 "}\n",
	 "{\n"
	 "  \"format\": \"git-migrate/plan\",\n"
	 "  \"version\": 1,\n"
	 "  \"environment\": \"prod\",\n"
	 "  \"commit\": \"0123456789012345678901234567890123456789\",\n"
	 "  \"applied\": 8,\n"
	 "  \"pending\": [\n"
	 "    {\n"
	 "      \"id\": \"2024/a\",\n"
	 "      \"path\": \"db/2024/a.up.sql\",\n"
	 "      \"landed\": \"0123456789012345678901234567890123456789\",\n"
	 "      \"requires\": [\n"
	 "        \"x\",\n"
	 "        \"y\"\n"
	 "      ],\n"
	 "      \"transaction\": false,\n"
	 "      \"repeatable\": false,\n"
	 "      \"irreversible\": \"drops\",\n"
	 "      \"has_down\": false\n"
	 "    },\n"
	 "    {\n"
	 "      \"id\": \"R__b\",\n"
	 "      \"path\": \"db/R__b.up.sql\",\n"
	 "      \"landed\": null,\n"
	 "      \"requires\": [],\n"
	 "      \"transaction\": true,\n"
	 "      \"repeatable\": true,\n"
	 "      \"irreversible\": null,\n"
	 "      \"has_down\": true\n"
	 "    },\n"
	 "    {\n"
	 "      \"id\": \"c\",\n"
	 "      \"path\": \"db/c.up.sql\",\n"
	 "      \"landed\": null,\n"
	 "      \"requires\": [],\n"
	 "      \"transaction\": true,\n"
	 "      \"repeatable\": false,\n"
	 "      \"irreversible\": null,\n"
	 "      \"has_down\": false\n"
	 "    }\n"
	 "  ],\n"
	 "  \"gates\": [\n"
	 "    {\n"
	 "      \"gate\": \"soak\",\n"
	 "      \"state\": \"waiting\",\n"
	 "      \"found\": \"1 h of 2 h\",\n"
	 "      \"remedy\": \"wait\"\n"
	 "    },\n"
	 "    {\n"
	 "      \"gate\": \"order\",\n"
	 "      \"state\": \"passed\",\n"
	 "      \"found\": \"the same\",\n"
	 "      \"remedy\": null\n"
	 "    }\n"
	 "  ]\n"
	 "}\n"},
	{"many", report_many,
	 "test at 0123456\n"
	 "  applied   0 of 12 in this commit\n"
	 "  pending   12 migrations\n"
	 "            m1\n"
	 "            m2\n"
	 "            m3\n"
	 "            m4\n"
	 "            m5\n"
	 "            m6\n"
	 "            m7\n"
	 "            m8\n"
	 "            m9\n"
	 "            m10\n"
	 "            ... and 2 more (-v shows all)\n"
	 "  override  the last deployment passed over soak: no reason\n"
	 "  ledger    2 records are in the database only; the next deployment appends them\n",
	 "test at 0123456\n"
	 "  applied   0 of 12 in this commit\n"
	 "  pending   12 migrations\n"
	 "            m1\n"
	 "            m2\n"
	 "            m3\n"
	 "            m4\n"
	 "            m5\n"
	 "            m6\n"
	 "            m7\n"
	 "            m8\n"
	 "            m9\n"
	 "            m10\n"
	 "            m11\n"
	 "            m12\n"
	 "  override  the last deployment passed over soak: no reason\n"
	 "  ledger    2 records are in the database only; the next deployment appends them\n",
	 "test at 0123456\n"
	 "    1  m1\n"
	 "    2  m2\n"
	 "    3  m3\n"
	 "    4  m4\n"
	 "    5  m5\n"
	 "    6  m6\n"
	 "    7  m7\n"
	 "    8  m8\n"
	 "    9  m9\n"
	 "   10  m10\n"
	 "   11  m11\n"
	 "   12  m12\n"
	 "12 migrations to run; 0 of 12 applied already\n",
	 NULL, NULL},
};

static void test_status(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++)
		for (guint verbose = 0; verbose < 2; verbose++) {
			g_autoptr(StatusReport) report = cases[i].make();
			Golden golden;

			g_test_message("%s", cases[i].name);
			report_status_text(report, verbose == 1, golden_open(&golden));
			golden_assert(&golden, verbose ? cases[i].verbose : cases[i].text);
		}
}

static void test_plan(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(StatusReport) report = cases[i].make();
		Golden golden;

		g_test_message("%s", cases[i].name);
		report_plan_text(report, golden_open(&golden));
		golden_assert(&golden, cases[i].plan);
	}
}

static void test_json(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(StatusReport) report = cases[i].make();

		if (!cases[i].json)
			continue;
		g_test_message("%s", cases[i].name);
		golden_assert_json(report_status_json(report), cases[i].json);
		golden_assert_json(report_plan_json(report), cases[i].plan_json);
	}
}

/* ---- lines of their own ---- */

/* The line of a status that begins with this label, printed alone. */
static char *line_of(const StatusReport *report, const char *label)
{
	Golden golden;
	g_auto(GStrv) lines = NULL;
	char *found = NULL;

	report_status_text(report, false, golden_open(&golden));
	fclose(golden.file);
	lines = g_strsplit(golden.bytes, "\n", -1);
	free(golden.bytes);
	for (char **line = lines; *line; line++)
		if (!found && g_str_has_prefix(*line + strspn(*line, " "), label))
			found = g_strdup(*line + strspn(*line, " "));
	return found;
}

static void test_relations(void)
{
	static const struct {
		guint ahead, behind;
		bool known;
		const char *line;
	} relations[] = {
		{0, 0, true, "deployed  0123456, this commit"},
		{1, 0, true, "deployed  0123456, 1 commit behind this one"},
		{0, 2, true, "deployed  0123456, 2 commits ahead of this one"},
		{3, 1, true,
		 "deployed  0123456, on another branch: 3 commits here, 1 commit there"},
		{0, 0, false, "deployed  0123456 (not in this clone)"},
	};

	for (guint i = 0; i < G_N_ELEMENTS(relations); i++) {
		g_autoptr(StatusReport) report = report_deployed();
		g_autofree char *line = NULL;

		report->ahead = relations[i].ahead;
		report->behind = relations[i].behind;
		report->relation_known = relations[i].known;
		line = line_of(report, "deployed");
		g_assert_cmpstr(line, ==, relations[i].line);
	}
}

static void test_ledgers(void)
{
	static const struct {
		guint records;
		bool is_signed, stops;
		const char *ledger, *line;
	} ledgers[] = {
		{0, false, false, NULL, "ledger    none yet: the first deployment makes it"},
		{1, false, false, NULL,
		 "ledger    1 record (unsigned), the same in notes and database"},
		{2, true, false, NULL, "ledger    2 records, the same in notes and database"},
		{2, true, false, "notes lag",
		 "ledger    notes lag; the next deployment appends them"},
		{2, true, true, "forked", "ledger    forked"},
		{0, true, true, "gone", "ledger    gone"},
	};

	for (guint i = 0; i < G_N_ELEMENTS(ledgers); i++) {
		g_autoptr(StatusReport) report = report_unset();
		g_autofree char *line = NULL;

		report->records = ledgers[i].records;
		report->is_signed = ledgers[i].is_signed;
		report->ledger_stops = ledgers[i].stops;
		report->ledger = g_strdup(ledgers[i].ledger);
		line = line_of(report, "ledger");
		g_assert_cmpstr(line, ==, ledgers[i].line);
	}
}

static void test_refs(void)
{
	static const char *const refs[][2] = {
		{"refs/heads/a/b", "prod at a/b (0123456)"},
		{"refs/tags/v1", "prod at v1 (0123456)"},
		{"refs/remotes/origin/x", "prod at origin/x (0123456)"},
		{"refs/notes/x", "prod at refs/notes/x (0123456)"},
		{NULL, "prod at 0123456"},
	};

	for (guint i = 0; i < G_N_ELEMENTS(refs); i++) {
		g_autoptr(StatusReport) report = report_unset();
		g_autofree char *line = NULL;

		report->commit = g_strdup(HEX40);
		report->ref = g_strdup(refs[i][0]);
		line = line_of(report, "prod");
		g_assert_cmpstr(line, ==, refs[i][1]);
	}
}

/* ---- verification ---- */

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
	g_test_add_func("/report/status/text: a line for each thing that is known", test_status);
	g_test_add_func("/report/plan/text: what would run, and why there", test_plan);
	g_test_add_func("/report/status/JSON of status and plan", test_json);
	g_test_add_func("/report/status/the deployed commit and this one", test_relations);
	g_test_add_func("/report/status/the ledgers in one line", test_ledgers);
	g_test_add_func("/report/status/refs are shown short", test_refs);
	g_test_add_func("/report/verify/counts, problems and remarks", test_verify);
	return g_test_run();
}
