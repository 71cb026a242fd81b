/* Gates, findings, checks, the doctor's checks and drift: what is added is what is counted. */
#include <string.h>

#include "model/check.h"
#include "model/doctor.h"
#include "model/drift.h"
#include "model/gate.h"
#include "model/status.h"

/* ---- gates ---- */

static void test_gate_names(void)
{
	static const char *const names[] = {"release", "promotion", "soak",
					    "drift",   "order",     "approvals"};
	static const char *const states[] = {"passed", "failed", "waiting", "overridden"};

	g_assert_cmpuint(G_N_ELEMENTS(names), ==, GATE_KINDS);
	for (GateKind kind = GATE_RELEASE; kind < GATE_KINDS; kind++) {
		GateKind parsed = GATE_KINDS;

		g_assert_cmpstr(gate_kind_name(kind), ==, names[kind]);
		g_assert_true(gate_kind_parse(names[kind], &parsed));
		g_assert_cmpint(parsed, ==, kind);
	}
	for (GateState state = GATE_PASSED; state <= GATE_OVERRIDDEN; state++)
		g_assert_cmpstr(gate_state_name(state), ==, states[state]);
}

static void test_gate_unknown(void)
{
	static const char *const wrong[] = {"",      "Soak",   "soa",       "soaks",
					    " soak", "passed", "soak,drift"};

	for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
		GateKind kind = GATE_DRIFT;

		g_test_message("'%s'", wrong[i]);
		g_assert_false(gate_kind_parse(wrong[i], &kind));
		g_assert_cmpint(kind, ==, GATE_DRIFT);
	}
}

static void test_gate_new(void)
{
	char remedy[] = "wait";
	g_autoptr(Gate) closed = gate_new(GATE_SOAK, GATE_WAITING, remedy, "%d of %s", 3, "24 h");
	g_autoptr(Gate) open = gate_new(GATE_ORDER, GATE_PASSED, NULL, "100%%");

	remedy[0] = 'b';
	g_assert_cmpint(closed->kind, ==, GATE_SOAK);
	g_assert_cmpint(closed->state, ==, GATE_WAITING);
	g_assert_cmpstr(closed->found, ==, "3 of 24 h");
	g_assert_cmpstr(closed->remedy, ==, "wait");
	g_assert_cmpstr(open->found, ==, "100%");
	g_assert_null(open->remedy);
	gate_free(NULL);
}

static void test_gates_open(void)
{
	static const struct {
		const char
			*states; /* a letter for each gate: passed, failed, waiting, overridden */
		bool open;
	} cases[] = {{"", true},    {"p", true},    {"f", false},   {"w", false},  {"o", true},
		     {"pop", true}, {"ppf", false}, {"fpp", false}, {"pwo", false}};

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GPtrArray) gates =
			g_ptr_array_new_with_free_func((GDestroyNotify)gate_free);

		for (const char *letter = cases[i].states; *letter; letter++)
			g_ptr_array_add(gates,
					gate_new(GATE_DRIFT,
						 (GateState)(strchr("pfwo", *letter) - "pfwo"),
						 NULL, "x"));
		g_test_message("'%s'", cases[i].states);
		g_assert_cmpint(gates_are_open(gates), ==, cases[i].open);
	}
}

/* ---- findings and checks ---- */

static void test_findings(void)
{
	g_autoptr(GPtrArray) findings = findings_new();
	const Finding *first = finding_add(findings, "a.sql", "fix it", "%s: %u", "x", 7);
	const Finding *second = finding_add(findings, NULL, NULL, "alone");

	g_assert_cmpuint(findings->len, ==, 2);
	g_assert_cmpstr(first->path, ==, "a.sql");
	g_assert_cmpuint(first->line, ==, 0);
	g_assert_cmpstr(first->text, ==, "x: 7");
	g_assert_cmpstr(first->remedy, ==, "fix it");
	g_assert_null(second->path);
	g_assert_cmpstr(second->text, ==, "alone");
	g_assert_null(second->remedy);
	finding_free(NULL);
}

static void test_checks(void)
{
	g_autoptr(CheckReport) report = check_report_new("abc");
	CheckPart *one, *two;

	g_assert_cmpstr(report->commit, ==, "abc");
	g_assert_cmpuint(check_report_count(report), ==, 0);
	one = check_report_add(report, "ledgers");
	two = check_report_add(report, "schema");
	g_assert_null(one->done);
	g_assert_cmpuint(check_report_count(report), ==, 0);
	check_part_done(one, "%u of %s", 2, "three");
	g_assert_cmpstr(one->done, ==, "2 of three");
	check_part_done(one, "again");
	g_assert_cmpstr(one->done, ==, "again");
	g_assert_false(one->skipped);
	check_part_skip(two, "100% of nothing");
	g_assert_true(two->skipped);
	g_assert_cmpstr(two->done, ==, "100% of nothing");
	finding_add(one->findings, NULL, NULL, "x");
	finding_add(two->findings, NULL, NULL, "y");
	finding_add(two->findings, NULL, NULL, "z");
	g_assert_cmpuint(check_report_count(report), ==, 3);
	g_assert_cmpuint(report->parts->len, ==, 2);
	g_assert_cmpstr(((CheckPart *)g_ptr_array_index(report->parts, 1))->name, ==, "schema");
	check_report_free(NULL);
}

/* ---- the doctor ---- */

static void test_doctor(void)
{
	static const DoctorState states[] = {DOCTOR_OK, DOCTOR_WARNING, DOCTOR_OK, DOCTOR_SKIPPED};
	g_autoptr(GPtrArray) checks = doctor_checks_new();
	const DoctorCheck *check;

	for (guint i = 0; i < G_N_ELEMENTS(states); i++)
		doctor_check_add(checks, "x", states[i], NULL, "n");
	g_assert_cmpuint(doctor_checks_count(checks, DOCTOR_OK), ==, 2);
	g_assert_cmpuint(doctor_checks_count(checks, DOCTOR_WARNING), ==, 1);
	g_assert_cmpuint(doctor_checks_count(checks, DOCTOR_FAILED), ==, 0);
	g_assert_cmpuint(doctor_checks_count(checks, DOCTOR_SKIPPED), ==, 1);
	doctor_check_add(checks, "server", DOCTOR_FAILED, "start it", "no\n%s\n", "answer");
	check = g_ptr_array_index(checks, 4);
	g_assert_cmpstr(check->name, ==, "server");
	g_assert_cmpstr(check->hint, ==, "start it");
	g_assert_cmpstr(check->found, ==, "no answer ");
	g_assert_cmpint(check->state, ==, DOCTOR_FAILED);
}

/* ---- drift ---- */

static void test_drift_summary(void)
{
	static const char *const summaries[] = {
		NULL,
		"1 object differs from the record: p0",
		"2 objects differ from the record: p0, p1",
		"3 objects differ from the record: p0, p1, p2",
		"4 objects differ from the record: p0, p1, p2, ...",
		"5 objects differ from the record: p0, p1, p2, ...",
	};
	g_autoptr(DriftReport) report = drift_report_new("prod");

	for (guint i = 0; i < G_N_ELEMENTS(summaries); i++) {
		g_autofree char *summary = drift_report_summary(report);
		g_autofree char *path = g_strdup_printf("p%u", i);

		g_assert_cmpstr(summary, ==, summaries[i]);
		drift_report_add(report, drift_change_new(DRIFT_CHANGED, path));
	}
}

static void test_drift(void)
{
	static const char *const names[] = {"extra", "missing", "changed"};
	g_autoptr(DriftReport) report = drift_report_new("prod");

	g_assert_cmpstr(report->environment, ==, "prod");
	g_assert_cmpuint(report->changes->len, ==, 0);
	g_assert_cmpuint(report->ignored->len, ==, 0);
	g_assert_cmpuint(g_strv_length(report->uncaptured), ==, 0);
	g_assert_null(report->repair);
	for (DriftKind kind = DRIFT_EXTRA; kind <= DRIFT_CHANGED; kind++) {
		DriftChange *change = drift_change_new(kind, "a/table/b.sql");

		g_assert_cmpstr(drift_kind_name(kind), ==, names[kind]);
		g_assert_cmpint(change->kind, ==, kind);
		g_assert_cmpstr(change->path, ==, "a/table/b.sql");
		g_assert_null(change->diff);
		drift_report_add(report, change);
	}
	g_assert_cmpuint(report->changes->len, ==, 3);
	drift_report_free(NULL);
}

/* ---- status and verification ---- */

static void test_status_findings(void)
{
	static const struct {
		int kind; /* EditKind, or -1: no edit */
		bool stops, findings;
	} cases[] = {{-1, false, false},
		     {-1, true, true},
		     {EDIT_COSMETIC, false, false},
		     {EDIT_ACCEPTED, false, false},
		     {EDIT_REAL, false, true},
		     {EDIT_UNKNOWN, false, true},
		     {EDIT_COSMETIC, true, true}};

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(StatusReport) report = status_report_new("x");

		if (cases[i].kind >= 0) {
			StatusEdit *edit = g_new0(StatusEdit, 1);
			edit->kind = (EditKind)cases[i].kind;
			g_ptr_array_add(report->edits, edit);
		}
		report->ledger = g_strdup("notes lag");
		report->ledger_stops = cases[i].stops;
		g_assert_cmpint(status_report_has_findings(report), ==, cases[i].findings);
	}
	for (guint i = 0; i < 4; i++) {
		g_autoptr(StatusReport) report = status_report_new("x");
		char ***const lists[] = {&report->removed, &report->partial,
					 &report->invalid_indexes};

		g_assert_false(status_report_has_findings(report));
		if (i < G_N_ELEMENTS(lists)) {
			g_strfreev(*lists[i]);
			*lists[i] = g_strsplit("one", "|", -1);
		} else {
			report->overdue = g_strdup("no outcome");
		}
		g_assert_true(status_report_has_findings(report));
	}
	status_report_free(NULL);
	status_pending_free(NULL);
	status_edit_free(NULL);
}

static void test_verify_report(void)
{
	g_autoptr(VerifyReport) report = verify_report_new("prod");

	g_assert_cmpstr(report->environment, ==, "prod");
	g_assert_nonnull(report->problems);
	g_assert_nonnull(report->remarks);
	g_assert_cmpuint(g_strv_length(report->problems), ==, 0);
	g_assert_cmpuint(g_strv_length(report->remarks), ==, 0);
	verify_report_free(NULL);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/model/gate/names are read back", test_gate_names);
	g_test_add_func("/model/gate/what is no gate's name is none", test_gate_unknown);
	g_test_add_func("/model/gate/an answer has copies of its words", test_gate_new);
	g_test_add_func("/model/gate/passed and overridden ones are open", test_gates_open);
	g_test_add_func("/model/finding/with and without a place", test_findings);
	g_test_add_func("/model/check/findings of all parts are counted", test_checks);
	g_test_add_func("/model/doctor/what was found is one line", test_doctor);
	g_test_add_func("/model/drift/the summary names three objects", test_drift_summary);
	g_test_add_func("/model/drift/a report takes its changes", test_drift);
	g_test_add_func("/model/status/real edits and ledgers that stop are findings",
			test_status_findings);
	g_test_add_func("/model/verify/a new report found nothing", test_verify_report);
	return g_test_run();
}
