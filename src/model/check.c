#include "model/check.h"

#include <stdarg.h>

static void part_free(CheckPart *part)
{
	g_free(part->done);
	g_ptr_array_unref(part->findings);
	g_free(part);
}

CheckReport *check_report_new(const char *commit)
{
	CheckReport *report = g_new0(CheckReport, 1);

	report->commit = g_strdup(commit);
	report->parts = g_ptr_array_new_with_free_func((GDestroyNotify)part_free);
	return report;
}

void check_report_free(CheckReport *report)
{
	if (!report)
		return;
	g_free(report->commit);
	g_ptr_array_unref(report->parts);
	g_free(report);
}

CheckPart *check_report_add(CheckReport *report, const char *name)
{
	CheckPart *part = g_new0(CheckPart, 1);

	part->name = name;
	part->findings = findings_new();
	g_ptr_array_add(report->parts, part);
	return part;
}

void check_part_done(CheckPart *part, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	g_free(part->done);
	part->done = g_strdup_vprintf(format, args);
	va_end(args);
}

void check_part_skip(CheckPart *part, const char *why)
{
	part->skipped = true;
	check_part_done(part, "%s", why);
}

guint check_report_count(const CheckReport *report)
{
	guint count = 0;

	for (guint i = 0; i < report->parts->len; i++)
		count += ((CheckPart *)g_ptr_array_index(report->parts, i))->findings->len;
	return count;
}
