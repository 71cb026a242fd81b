#include "report/doctor.h"

#include <string.h>

#include "base/term.h"
#include "report/json.h"

static const struct {
	const char *word;
	TermStyle style;
} states[] = {
	[DOCTOR_OK] = {"ok", TERM_GOOD},
	[DOCTOR_WARNING] = {"warning", TERM_WARN},
	[DOCTOR_FAILED] = {"failed", TERM_BAD},
	[DOCTOR_SKIPPED] = {"skipped", TERM_DIM},
};

static int name_width(const GPtrArray *checks)
{
	int width = 0;

	for (guint i = 0; i < checks->len; i++)
		width = MAX(width,
			    (int)strlen(((DoctorCheck *)g_ptr_array_index(checks, i))->name));
	return width;
}

void report_doctor_text(const GPtrArray *checks, FILE *out)
{
	const int width = name_width(checks);

	for (guint i = 0; i < checks->len; i++) {
		const DoctorCheck *check = g_ptr_array_index(checks, i);

		fprintf(out, "%s%-7s%s  %-*s  %s\n", term_begin(out, states[check->state].style),
			states[check->state].word, term_end(out, states[check->state].style), width,
			check->name, check->found);
		if (check->hint && check->state != DOCTOR_OK)
			fprintf(out, "%*s%s\n", width + 11, "", check->hint);
	}
	fprintf(out, "%u checks: %u ok, %u warnings, %u failed, %u skipped\n", checks->len,
		doctor_checks_count(checks, DOCTOR_OK), doctor_checks_count(checks, DOCTOR_WARNING),
		doctor_checks_count(checks, DOCTOR_FAILED),
		doctor_checks_count(checks, DOCTOR_SKIPPED));
}

json_t *report_doctor_json(const GPtrArray *checks)
{
	json_t *array = json_array();

	for (guint i = 0; i < checks->len; i++) {
		const DoctorCheck *check = g_ptr_array_index(checks, i);
		json_t *entry = json_object();

		json_object_set_new(entry, "name", report_json_text(check->name));
		json_object_set_new(entry, "state", json_string(states[check->state].word));
		json_object_set_new(entry, "found", report_json_text(check->found));
		json_object_set_new(entry, "hint", report_json_text(check->hint));
		json_array_append_new(array, entry);
	}
	return array;
}
