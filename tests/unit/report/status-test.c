/* Status and plan: of nothing, of all there is, and of what could not be asked. */
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

#include "status-cases.h"

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

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/report/status/text: a line for each thing that is known", test_status);
	g_test_add_func("/report/plan/text: what would run, and why there", test_plan);
	g_test_add_func("/report/status/JSON of status and plan", test_json);
	g_test_add_func("/report/status/the deployed commit and this one", test_relations);
	g_test_add_func("/report/status/the ledgers in one line", test_ledgers);
	g_test_add_func("/report/status/refs are shown short", test_refs);
	return g_test_run();
}
