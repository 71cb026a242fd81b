#include "model/finding.h"

#include <stdarg.h>

void finding_free(Finding *finding)
{
	if (!finding)
		return;
	g_free(finding->path);
	g_free(finding->text);
	g_free(finding->remedy);
	g_free(finding);
}

GPtrArray *findings_new(void)
{
	return g_ptr_array_new_with_free_func((GDestroyNotify)finding_free);
}

Finding *finding_add(GPtrArray *findings, const char *path, const char *remedy, const char *format,
		     ...)
{
	Finding *finding = g_new0(Finding, 1);
	va_list args;

	va_start(args, format);
	finding->text = g_strdup_vprintf(format, args);
	va_end(args);
	finding->path = g_strdup(path);
	finding->remedy = g_strdup(remedy);
	g_ptr_array_add(findings, finding);
	return finding;
}
