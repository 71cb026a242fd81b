#include "base/term.h"

#include <glib.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

static bool colour_off;
static bool progress_shown;

bool term_has_colour(FILE *stream)
{
	const char *no = g_getenv("NO_COLOR");

	if (colour_off || (no && *no) || g_strcmp0(g_getenv("TERM"), "dumb") == 0)
		return false;
	return isatty(fileno(stream));
}

void term_no_color(void)
{
	colour_off = true;
}

const char *term_begin(FILE *stream, TermStyle style)
{
	static const char *const sequence[] = {
		[TERM_PLAIN] = "",        [TERM_GOOD] = "\033[32m", [TERM_BAD] = "\033[1;31m",
		[TERM_WARN] = "\033[33m", [TERM_DIM] = "\033[2m",   [TERM_BOLD] = "\033[1m",
	};

	return term_has_colour(stream) ? sequence[style] : "";
}

const char *term_end(FILE *stream, TermStyle style)
{
	return style != TERM_PLAIN && term_has_colour(stream) ? "\033[0m" : "";
}

void term_progress(const char *format, ...)
{
	va_list args;

	if (!isatty(STDERR_FILENO))
		return;
	va_start(args, format);
	fputs("\r\033[K", stderr);
	vfprintf(stderr, format, args);
	va_end(args);
	fflush(stderr);
	progress_shown = true;
}

void term_progress_clear(void)
{
	if (!progress_shown)
		return;
	fputs("\r\033[K", stderr);
	fflush(stderr);
	progress_shown = false;
}
