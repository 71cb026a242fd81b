#include "report/checks.h"

#include <stdarg.h>
#include <string.h>

#include "base/term.h"
#include "report/json.h"

static const struct {
	const char *word;
	TermStyle style;
} states[] = {
	[CHECK_OK] = {"ok", TERM_GOOD},
	[CHECK_WARNING] = {"warning", TERM_WARN},
	[CHECK_FAILED] = {"failed", TERM_BAD},
	[CHECK_SKIPPED] = {"skipped", TERM_DIM},
};

void check_free(Check *check)
{
	if (!check)
		return;
	g_free(check->name);
	g_free(check->found);
	g_free(check->hint);
	g_free(check);
}

void check_add(GPtrArray *checks, const char *name, CheckState state, const char *hint,
	       const char *found, ...)
{
	Check *check = g_new0(Check, 1);
	va_list args;

	check->name = g_strdup(name);
	check->state = state;
	check->hint = g_strdup(hint);
	va_start(args, found);
	check->found = g_strdup_vprintf(found, args);
	va_end(args);
	g_strdelimit(check->found, "\n", ' ');
	g_ptr_array_add(checks, check);
}

static int name_width(const GPtrArray *checks)
{
	int width = 0;

	for (guint i = 0; i < checks->len; i++)
		width = MAX(width, (int)strlen(((Check *)g_ptr_array_index(checks, i))->name));
	return width;
}

void report_checks_text(const GPtrArray *checks, FILE *out)
{
	const int width = name_width(checks);
	guint count[G_N_ELEMENTS(states)] = {0};

	for (guint i = 0; i < checks->len; i++) {
		const Check *check = g_ptr_array_index(checks, i);

		fprintf(out, "%s%-7s%s  %-*s  %s\n", term_begin(out, states[check->state].style),
			states[check->state].word, term_end(out, states[check->state].style), width,
			check->name, check->found);
		if (check->hint && check->state != CHECK_OK)
			fprintf(out, "%*s%s\n", width + 11, "", check->hint);
		count[check->state]++;
	}
	fprintf(out, "%u checks: %u ok, %u warnings, %u failed, %u skipped\n", checks->len,
		count[CHECK_OK], count[CHECK_WARNING], count[CHECK_FAILED], count[CHECK_SKIPPED]);
}

json_t *report_checks_json(const GPtrArray *checks)
{
	json_t *array = json_array();

	for (guint i = 0; i < checks->len; i++) {
		const Check *check = g_ptr_array_index(checks, i);
		json_t *entry = json_object();

		json_object_set_new(entry, "name", report_json_text(check->name));
		json_object_set_new(entry, "state", json_string(states[check->state].word));
		json_object_set_new(entry, "found", report_json_text(check->found));
		json_object_set_new(entry, "hint", report_json_text(check->hint));
		json_array_append_new(array, entry);
	}
	return array;
}
