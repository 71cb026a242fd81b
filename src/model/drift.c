#include "model/drift.h"

#include "base/text.h"

static void change_free(DriftChange *change)
{
	g_free(change->path);
	g_free(change->diff);
	g_free(change->repair);
	g_free(change->adopt);
	g_free(change);
}

DriftReport *drift_report_new(const char *environment)
{
	DriftReport *report = g_new0(DriftReport, 1);

	report->environment = g_strdup(environment);
	report->changes = g_ptr_array_new_with_free_func((GDestroyNotify)change_free);
	report->ignored = ignore_counts_new();
	report->uncaptured = g_new0(char *, 1);
	return report;
}

DriftChange *drift_change_new(DriftKind kind, const char *path)
{
	DriftChange *change = g_new0(DriftChange, 1);

	change->kind = kind;
	change->path = g_strdup(path);
	return change;
}

void drift_report_add(DriftReport *report, DriftChange *change)
{
	g_ptr_array_add(report->changes, change);
}

void drift_report_free(DriftReport *report)
{
	if (!report)
		return;
	g_free(report->environment);
	g_free(report->left);
	g_free(report->right);
	g_free(report->repair);
	g_free(report->adopt);
	g_ptr_array_unref(report->changes);
	g_ptr_array_unref(report->ignored);
	g_strfreev(report->uncaptured);
	g_free(report);
}

const char *drift_kind_name(DriftKind kind)
{
	static const char *const names[] = {
		[DRIFT_EXTRA] = "extra", [DRIFT_MISSING] = "missing", [DRIFT_CHANGED] = "changed"};

	return names[kind];
}

char *drift_report_summary(const DriftReport *report)
{
	const guint shown = 3;
	g_autofree char *count = text_count(report->changes->len, "object");
	GString *line;

	if (report->changes->len == 0)
		return NULL;
	line = g_string_new(NULL);
	g_string_append_printf(line, "%s differ%s from the record:", count,
			       report->changes->len == 1 ? "s" : "");
	for (guint i = 0; i < report->changes->len && i < shown; i++)
		g_string_append_printf(
			line, "%s %s", i ? "," : "",
			((DriftChange *)g_ptr_array_index(report->changes, i))->path);
	if (report->changes->len > shown)
		g_string_append(line, ", ...");
	return g_string_free(line, FALSE);
}
