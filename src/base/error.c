#include "base/error.h"

#include <stdarg.h>

typedef struct {
	char *detail;
	char *hint;
	char *file;
	unsigned line;
	unsigned column;
} BaseErrorPrivate;

static void base_error_private_init(BaseErrorPrivate *more)
{
	*more = (BaseErrorPrivate){0};
}

static void base_error_private_copy(const BaseErrorPrivate *from, BaseErrorPrivate *to)
{
	to->detail = g_strdup(from->detail);
	to->hint = g_strdup(from->hint);
	to->file = g_strdup(from->file);
	to->line = from->line;
	to->column = from->column;
}

static void base_error_private_clear(BaseErrorPrivate *more)
{
	g_free(more->detail);
	g_free(more->hint);
	g_free(more->file);
}

/* GLib's own macro casts a const away, which clang tells us and gcc does not. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wcast-qual"
G_DEFINE_EXTENDED_ERROR(BaseError, base_error)
#pragma GCC diagnostic pop

static BaseErrorPrivate *private_of(GError **error)
{
	if (!error || !*error || (*error)->domain != BASE_ERROR)
		return NULL;
	return base_error_get_private(*error);
}

static const BaseErrorPrivate *const_private_of(const GError *error)
{
	if (!error || error->domain != BASE_ERROR)
		return NULL;
	return base_error_get_private(error);
}

bool error_set(GError **error, ErrorCode code, const char *format, ...)
{
	va_list args;

	if (!error)
		return false;
	va_start(args, format);
	g_propagate_error(error, g_error_new_valist(BASE_ERROR, (gint)code, format, args));
	va_end(args);
	return false;
}

/* Replaces *field by the formatted text; text that stands there already is kept in front of it, a
 * line each. */
static void G_GNUC_PRINTF(2, 0) add_line(char **field, const char *format, va_list args)
{
	g_autofree char *line = g_strdup_vprintf(format, args);
	char *both = *field ? g_strconcat(*field, "\n", line, NULL) : g_strdup(line);

	g_free(*field);
	*field = both;
}

bool error_detail(GError **error, const char *format, ...)
{
	BaseErrorPrivate *more = private_of(error);
	va_list args;

	if (!more)
		return false;
	va_start(args, format);
	add_line(&more->detail, format, args);
	va_end(args);
	return false;
}

bool error_hint(GError **error, const char *format, ...)
{
	BaseErrorPrivate *more = private_of(error);
	va_list args;

	if (!more)
		return false;
	va_start(args, format);
	add_line(&more->hint, format, args);
	va_end(args);
	return false;
}

bool error_place(GError **error, const char *file, unsigned line, unsigned column)
{
	BaseErrorPrivate *more = private_of(error);

	if (!more || more->file)
		return false;
	more->file = g_strdup(file);
	more->line = line;
	more->column = column;
	return false;
}

const char *error_get_detail(const GError *error)
{
	const BaseErrorPrivate *more = const_private_of(error);
	return more ? more->detail : NULL;
}

const char *error_get_hint(const GError *error)
{
	const BaseErrorPrivate *more = const_private_of(error);
	return more ? more->hint : NULL;
}

const char *error_get_file(const GError *error)
{
	const BaseErrorPrivate *more = const_private_of(error);
	return more ? more->file : NULL;
}

unsigned error_get_line(const GError *error)
{
	const BaseErrorPrivate *more = const_private_of(error);
	return more ? more->line : 0;
}

unsigned error_get_column(const GError *error)
{
	const BaseErrorPrivate *more = const_private_of(error);
	return more ? more->column : 0;
}

bool error_is(const GError *error, ErrorCode code)
{
	return error && g_error_matches(error, BASE_ERROR, (gint)code);
}

bool error_change_code(GError **error, ErrorCode from, ErrorCode to)
{
	if (error && error_is(*error, from))
		(*error)->code = (int)to;
	return false;
}

int error_exit_status(const GError *error)
{
	static const int status[] = {
#define X(code, exit_status) [code] = exit_status,
		ERROR_CODES(X)
#undef X
	};

	if (error->domain != BASE_ERROR)
		return 128;
	return status[error->code];
}

static void append_place(GString *text, const BaseErrorPrivate *more)
{
	if (!more || !more->file)
		return;
	g_string_append(text, more->file);
	if (more->line)
		g_string_append_printf(text, ":%u", more->line);
	if (more->line && more->column)
		g_string_append_printf(text, ":%u", more->column);
	g_string_append(text, ": ");
}

/* Every line of `lines` with `first` before the first one and as many spaces before the others. */
static void append_lines(GString *text, const char *first, const char *lines)
{
	g_auto(GStrv) each = NULL;

	if (!lines)
		return;
	each = g_strsplit(lines, "\n", -1);
	for (guint i = 0; each[i]; i++)
		g_string_append_printf(text, "%*s%s\n", (int)strlen(first), i ? "" : first,
				       each[i]);
}

char *error_format(const GError *error, const char *label, bool colour)
{
	const BaseErrorPrivate *more = const_private_of(error);
	GString *text = g_string_new(NULL);

	g_string_append_printf(text, colour ? "\033[1;31m%s:\033[0m " : "%s: ", label);
	append_place(text, more);
	g_string_append_printf(text, "%s\n", error->message);
	if (more) {
		append_lines(text, "  ", more->detail);
		append_lines(text, "hint: ", more->hint);
	}
	return g_string_free(text, FALSE);
}
