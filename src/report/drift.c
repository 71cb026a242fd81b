#include "report/drift.h"

#include <string.h>

#include "base/term.h"
#include "base/text.h"
#include "report/json.h"
#include "report/lines.h"

static TermStyle style_of(DriftKind kind)
{
	static const TermStyle styles[] = {
		[DRIFT_EXTRA] = TERM_WARN, [DRIFT_MISSING] = TERM_BAD, [DRIFT_CHANGED] = TERM_BAD};

	return styles[kind];
}

static void print_change(const DriftChange *change, bool repair, FILE *out)
{
	fprintf(out, "  %s%-8s%s %s\n", term_begin(out, style_of(change->kind)),
		drift_kind_name(change->kind), term_end(out, style_of(change->kind)), change->path);
	if (change->diff)
		report_lines(change->diff, "    ", out);
	if (repair && change->repair)
		report_lines(change->repair, change->diff ? "    repair: " : "    ", out);
}

void report_ignored_text(const GPtrArray *ignored, FILE *out)
{
	for (guint i = 0; i < ignored->len; i++) {
		const IgnoreCount *count = g_ptr_array_index(ignored, i);
		fprintf(out, "ignored: %u of %s (%s)\n", count->count, count->rule, count->reason);
	}
}

void report_drift_text(const DriftReport *report, bool repair, FILE *out)
{
	g_autofree char *compared = text_count(report->compared, "object");
	g_autofree char *uncaptured = g_strjoinv(", ", report->uncaptured);

	for (guint i = 0; i < report->changes->len; i++)
		print_change(g_ptr_array_index(report->changes, i), repair && !report->repair, out);
	if (repair && report->repair)
		report_lines(report->repair, "    repair: ", out);
	fprintf(out, "%s: %s of %s against %s: ", report->environment, compared, report->left,
		report->right);
	if (report->changes->len)
		fprintf(out, "%u differ\n", report->changes->len);
	else
		fputs("no difference\n", out);
	report_ignored_text(report->ignored, out);
	if (*uncaptured)
		fprintf(out, "not compared: %s\n", uncaptured);
}

json_t *report_ignored_json(const GPtrArray *ignored)
{
	json_t *list = json_array();

	for (guint i = 0; i < ignored->len; i++) {
		const IgnoreCount *count = g_ptr_array_index(ignored, i);
		json_t *entry = json_object();

		json_object_set_new(entry, "rule", report_json_text(count->rule));
		json_object_set_new(entry, "reason", report_json_text(count->reason));
		json_object_set_new(entry, "count", json_integer(count->count));
		json_array_append_new(list, entry);
	}
	return list;
}

json_t *report_drift_json(const DriftReport *report)
{
	json_t *document = report_json_new("diff");
	json_t *list = json_array();

	for (guint i = 0; i < report->changes->len; i++) {
		const DriftChange *change = g_ptr_array_index(report->changes, i);
		json_t *entry = json_object();

		json_object_set_new(entry, "change", json_string(drift_kind_name(change->kind)));
		json_object_set_new(entry, "path", report_json_text(change->path));
		json_object_set_new(entry, "diff", report_json_text(change->diff));
		json_object_set_new(entry, "repair", report_json_text(change->repair));
		json_object_set_new(entry, "adopt", report_json_text(change->adopt));
		json_array_append_new(list, entry);
	}
	json_object_set_new(document, "environment", report_json_text(report->environment));
	json_object_set_new(document, "left", report_json_text(report->left));
	json_object_set_new(document, "right", report_json_text(report->right));
	json_object_set_new(document, "compared", json_integer(report->compared));
	json_object_set_new(document, "changes", list);
	json_object_set_new(document, "ignored", report_ignored_json(report->ignored));
	json_object_set_new(document, "not_captured", report_json_list(report->uncaptured));
	if (report->repair)
		json_object_set_new(document, "script", report_json_text(report->repair));
	return document;
}

json_t *report_adoption_json(const DriftReport *report, const char *script, const GPtrArray *lines)
{
	json_t *document = report_drift_json(report), *list = json_array();

	for (guint i = 0; i < lines->len; i++)
		json_array_append_new(list, report_json_text(g_ptr_array_index(lines, i)));
	json_object_set_new(document, "script", report_json_text(script));
	json_object_set_new(document, "not_proven", list);
	return document;
}
