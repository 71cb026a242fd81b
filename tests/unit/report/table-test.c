/* The doctor's checks and gates: aligned lines with what to do below them; and the pieces that all
 * renderers share. */
#include "golden.h"
#include "model/doctor.h"
#include "model/gate.h"
#include "report/doctor.h"
#include "report/gates.h"
#include "report/lines.h"

/* ---- the doctor ---- */

static const char doctor_text[] = "ok       repository  /x\n"
				  "warning  signing     no key\n"
				  "                     set one\n"
				  "failed   server      down\n"
				  "                     start it\n"
				  "skipped  x           not asked\n"
				  "4 checks: 1 ok, 1 warnings, 1 failed, 1 skipped\n";

static const char doctor_json[] = "[\n"
				  "  {\n"
				  "    \"name\": \"repository\",\n"
				  "    \"state\": \"ok\",\n"
				  "    \"found\": \"/x\",\n"
				  "    \"hint\": \"never shown\"\n"
				  "  },\n"
				  "  {\n"
				  "    \"name\": \"signing\",\n"
				  "    \"state\": \"warning\",\n"
				  "    \"found\": \"no key\",\n"
				  "    \"hint\": \"set one\"\n"
				  "  },\n"
				  "  {\n"
				  "    \"name\": \"server\",\n"
				  "    \"state\": \"failed\",\n"
				  "    \"found\": \"down\",\n"
				  "    \"hint\": \"start it\"\n"
				  "  },\n"
				  "  {\n"
				  "    \"name\": \"x\",\n"
				  "    \"state\": \"skipped\",\n"
				  "    \"found\": \"not asked\",\n"
				  "    \"hint\": null\n"
				  "  }\n"
				  "]\n";

static void test_doctor(void)
{
	g_autoptr(GPtrArray) checks = doctor_checks_new();
	Golden golden;

	doctor_check_add(checks, "repository", DOCTOR_OK, "never shown", "/x");
	doctor_check_add(checks, "signing", DOCTOR_WARNING, "set one", "no key");
	doctor_check_add(checks, "server", DOCTOR_FAILED, "start it", "down");
	doctor_check_add(checks, "x", DOCTOR_SKIPPED, NULL, "not asked");
	report_doctor_text(checks, golden_open(&golden));
	golden_assert(&golden, doctor_text);
	golden_assert_json(report_doctor_json(checks), doctor_json);
}

static void test_doctor_empty(void)
{
	g_autoptr(GPtrArray) checks = doctor_checks_new();
	Golden golden;

	report_doctor_text(checks, golden_open(&golden));
	golden_assert(&golden, "0 checks: 0 ok, 0 warnings, 0 failed, 0 skipped\n");
	golden_assert_json(report_doctor_json(checks), "[]\n");
}

/* ---- gates ---- */

static const char gates_text[] = "  release     passed      v1\n"
				 "  soak        waiting     3 h of 24 h\n"
				 "                          come back\n"
				 "  promotion   failed      not there\n"
				 "                          deploy it\n"
				 "  approvals   overridden  1 of 2\n"
				 "                          ask bob\n"
				 "  order       failed      x before y\n"
				 "5 gates asked, 3 closed\n";

static const char gates_json[] = "[\n"
				 "  {\n"
				 "    \"gate\": \"release\",\n"
				 "    \"state\": \"passed\",\n"
				 "    \"found\": \"v1\",\n"
				 "    \"remedy\": null\n"
				 "  },\n"
				 "  {\n"
				 "    \"gate\": \"soak\",\n"
				 "    \"state\": \"waiting\",\n"
				 "    \"found\": \"3 h of 24 h\",\n"
				 "    \"remedy\": \"come back\"\n"
				 "  },\n"
				 "  {\n"
				 "    \"gate\": \"promotion\",\n"
				 "    \"state\": \"failed\",\n"
				 "    \"found\": \"not there\",\n"
				 "    \"remedy\": \"deploy it\"\n"
				 "  },\n"
				 "  {\n"
				 "    \"gate\": \"approvals\",\n"
				 "    \"state\": \"overridden\",\n"
				 "    \"found\": \"1 of 2\",\n"
				 "    \"remedy\": \"ask bob\"\n"
				 "  },\n"
				 "  {\n"
				 "    \"gate\": \"order\",\n"
				 "    \"state\": \"failed\",\n"
				 "    \"found\": \"x before y\",\n"
				 "    \"remedy\": null\n"
				 "  }\n"
				 "]\n";

static GPtrArray *gates_new(void)
{
	return g_ptr_array_new_with_free_func((GDestroyNotify)gate_free);
}

static void test_gates(void)
{
	g_autoptr(GPtrArray) gates = gates_new();
	Golden golden;

	g_ptr_array_add(gates, gate_new(GATE_RELEASE, GATE_PASSED, NULL, "v1"));
	g_ptr_array_add(gates, gate_new(GATE_SOAK, GATE_WAITING, "come back", "3 h of 24 h"));
	g_ptr_array_add(gates, gate_new(GATE_PROMOTION, GATE_FAILED, "deploy it", "not there"));
	g_ptr_array_add(gates, gate_new(GATE_APPROVALS, GATE_OVERRIDDEN, "ask bob", "1 of 2"));
	g_ptr_array_add(gates, gate_new(GATE_ORDER, GATE_FAILED, NULL, "x before y"));
	report_gates_text(gates, golden_open(&golden));
	golden_assert(&golden, gates_text);
	golden_assert_json(report_gates_json(gates), gates_json);
}

static void test_gates_few(void)
{
	g_autoptr(GPtrArray) gates = gates_new();
	Golden golden;

	report_gates_text(gates, golden_open(&golden));
	golden_assert(&golden, "");
	golden_assert_json(report_gates_json(gates), "[]\n");
	g_ptr_array_add(gates, gate_new(GATE_DRIFT, GATE_PASSED, "not shown", "same"));
	report_gates_text(gates, golden_open(&golden));
	golden_assert(&golden, "  drift       passed      same\n1 gate asked, 0 closed\n");
}

/* ---- pieces ---- */

static void test_lines(void)
{
	static const struct {
		const char *text, *printed;
	} cases[] = {
		{"", ""},
		{"\n\n", ""},
		{"one", "> one\n"},
		{"one\ntwo\n", "> one\n> two\n"},
		{"one\n\ntwo", "> one\n> two\n"},
		{"@@ -1 +1 @@\n-a\n+b\n c\n", "> -a\n> +b\n>  c\n"},
		{"@x", "> @x\n"},
	};

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		Golden golden;

		report_lines(cases[i].text, "> ", golden_open(&golden));
		golden_assert(&golden, cases[i].printed);
	}
}

static void test_json(void)
{
	g_auto(GStrv) list = g_strsplit("a|\"\\\n\xc3\xa9\xff", "|", -1);
	json_t *document = report_json_new("x");

	json_object_set_new(document, "none", report_json_text(NULL));
	json_object_set_new(document, "text", report_json_text("t\t"));
	json_object_set_new(document, "unset", report_json_list(NULL));
	json_object_set_new(document, "list", report_json_list(list));
	golden_assert_json(document, "{\n"
				     "  \"format\": \"git-migrate/x\",\n"
				     "  \"version\": 1,\n"
				     "  \"none\": null,\n"
				     "  \"text\": \"t\\t\",\n"
				     "  \"unset\": [],\n"
				     "  \"list\": [\n"
				     "    \"a\",\n"
				     "    \"\\\"\\\\\\n\xc3\xa9\xef\xbf\xbd\"\n"
				     "  ]\n"
				     "}\n");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/report/doctor/hints stand below what is not well", test_doctor);
	g_test_add_func("/report/doctor/nothing was looked at", test_doctor_empty);
	g_test_add_func("/report/gates/remedies stand below what did not pass", test_gates);
	g_test_add_func("/report/gates/none and one", test_gates_few);
	g_test_add_func("/report/lines/each that says something is indented", test_lines);
	g_test_add_func("/report/json/texts are valid whatever they hold", test_json);
	return g_test_run();
}
