#include "cmd/checking.h"

#include <string.h>

#include "report/check.h"

const char *const checking_formats[] = {"text", "json", "tap", "github", NULL};

void command_print_check(const CommandContext *context, const CheckReport *report, int *status)
{
	static void (*const printers[])(const CheckReport *, const char *, FILE *) = {
		report_check_text, report_check_json, report_check_tap, report_check_github};
	const char *format = command_text(context, "format");
	guint chosen = 0;

	for (guint i = 0; format && checking_formats[i]; i++)
		if (strcmp(format, checking_formats[i]) == 0)
			chosen = i;
	*status = check_report_count(report) > 0;
	if (*status || context->verbosity >= 0 || chosen > 0)
		printers[chosen](report, context->command->name, stdout);
}
