#include "report/lines.h"

#include <glib.h>

#include "base/term.h"

void report_lines(const char *text, const char *indent, FILE *out)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	for (char **line = lines; *line; line++) {
		const TermStyle style = **line == '+'   ? TERM_GOOD
					: **line == '-' ? TERM_BAD
							: TERM_PLAIN;

		if (**line && !g_str_has_prefix(*line, "@@"))
			fprintf(out, "%s%s%s%s\n", indent, term_begin(out, style), *line,
				term_end(out, style));
	}
}
