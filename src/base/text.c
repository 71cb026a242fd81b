#include "base/text.h"

#include <string.h>

/* Compares two runs of digits by value: without leading zeros the longer is larger. Moves both past
 * their run. */
static int compare_numbers(const char **left, const char **right)
{
	size_t left_length, right_length;
	int order;

	while (**left == '0')
		(*left)++;
	while (**right == '0')
		(*right)++;
	left_length = strspn(*left, "0123456789");
	right_length = strspn(*right, "0123456789");
	if (left_length != right_length)
		return left_length < right_length ? -1 : 1;
	order = strncmp(*left, *right, left_length);
	*left += left_length;
	*right += right_length;
	return order;
}

/*
 * The weight of a byte. Two underscores behind a number end a version ("V1__x"), so they come
 * before whatever would continue it: V1__x, V1.1__x, V1_2__x, V2__x.
 */
static int weight(const char *start, const char *at)
{
	const bool ends_version =
		at > start && g_ascii_isdigit(at[-1]) && at[0] == '_' && at[1] == '_';

	return ends_version ? 1 : (unsigned char)*at;
}

int text_compare_versions(const char *left, const char *right)
{
	const char *l = left, *r = right;

	while (*l && *r) {
		if (g_ascii_isdigit(*l) && g_ascii_isdigit(*r)) {
			int order = compare_numbers(&l, &r);
			if (order)
				return order;
		} else if (weight(left, l) != weight(right, r)) {
			return weight(left, l) < weight(right, r) ? -1 : 1;
		} else {
			l++;
			r++;
		}
	}
	if (*l || *r)
		return *l ? 1 : -1;
	return strcmp(left, right);
}

char *text_sha256(const void *bytes, size_t length)
{
	return g_compute_checksum_for_data(G_CHECKSUM_SHA256, bytes, length);
}

bool text_is_hex(const char *text, size_t digits)
{
	return strlen(text) == digits && strspn(text, "0123456789abcdef") == digits;
}

char *text_shell_word(const char *text)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				    "%+,-./:=@_";

	return *text && !text[strspn(text, plain)] ? g_strdup(text) : g_shell_quote(text);
}

char *text_count(guint count, const char *noun)
{
	return g_strdup_printf("%u %s%s", count, noun, count == 1 ? "" : "s");
}

char *text_duration(gint64 milliseconds)
{
	const gint64 second = 1000, minute = 60 * second, hour = 60 * minute, day = 24 * hour;
	/* Up to two days people count in hours. */
	const struct {
		gint64 from, unit, part;
		const char *unit_name, *part_name;
	} scales[] = {{2 * day, day, hour, "d", "h"},
		      {hour, hour, minute, "h", "min"},
		      {minute, minute, second, "min", "s"}};

	for (guint i = 0; i < G_N_ELEMENTS(scales); i++) {
		const int units = (int)(milliseconds / scales[i].unit);
		const int parts = (int)(milliseconds % scales[i].unit / scales[i].part);

		if (milliseconds >= scales[i].from && parts)
			return g_strdup_printf("%d %s %d %s", units, scales[i].unit_name, parts,
					       scales[i].part_name);
		if (milliseconds >= scales[i].from)
			return g_strdup_printf("%d %s", units, scales[i].unit_name);
	}
	if (milliseconds >= second)
		return g_strdup_printf("%d.%d s", (int)(milliseconds / second),
				       (int)(milliseconds % second / 100));
	return g_strdup_printf("%d ms", (int)milliseconds);
}

char *text_utc_after(gint64 milliseconds)
{
	g_autoptr(GDateTime) now = g_date_time_new_now_utc();
	g_autoptr(GDateTime) then = g_date_time_add(now, milliseconds * 1000);

	return g_date_time_format(then, "%Y-%m-%dT%H:%M:%S.000000Z");
}

void text_position(const char *text, size_t offset, unsigned *line, unsigned *column)
{
	const char *start = text;

	*line = 1;
	*column = 1;
	for (const char *c = text; c < text + offset; c++)
		if (*c == '\n') {
			(*line)++;
			start = c + 1;
		}
	/* A column is a character: bytes that continue one in UTF-8 do not count. */
	for (const char *c = start; c < text + offset; c++)
		if (((unsigned char)*c & 0xC0) != 0x80)
			(*column)++;
}

gint64 text_parse_duration(const char *text, gint64 unit_ms)
{
	static const struct {
		const char *name;
		gint64 ms;
	} units[] = {{"ms", 1}, {"s", 1000}, {"min", 60000}, {"h", 3600000}, {"d", 86400000}};
	const gint64 limit = G_MAXINT64 / units[G_N_ELEMENTS(units) - 1].ms;
	char *end;
	guint64 number;

	if (!g_ascii_isdigit(*text))
		return -1;
	number = g_ascii_strtoull(text, &end, 10);
	if (number > (guint64)limit)
		return -1;
	if (!*end)
		return unit_ms ? (gint64)number * unit_ms : -1;
	for (guint i = 0; i < G_N_ELEMENTS(units); i++)
		if (strcmp(end, units[i].name) == 0)
			return (gint64)number * units[i].ms;
	return -1;
}

guint text_edit_distance(const char *a, const char *b)
{
	const size_t columns = strlen(b);
	g_autofree guint *row = g_new(guint, columns + 1);

	for (size_t j = 0; j <= columns; j++)
		row[j] = (guint)j;
	for (size_t i = 1; a[i - 1]; i++) {
		guint diagonal = row[0];

		row[0] = (guint)i;
		for (size_t j = 1; j <= columns; j++) {
			const guint above = row[j];
			const guint changed = diagonal + (a[i - 1] != b[j - 1]);

			row[j] = MIN(changed, MIN(above, row[j - 1]) + 1);
			diagonal = above;
		}
	}
	return row[columns];
}
