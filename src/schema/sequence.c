#include <string.h>

#include "names.h"

/* The number behind a word of a sequence's settings, as text; NULL when it is not there. */
static char *setting_of(const char *settings, const char *word)
{
	const char *found = schema_find_outside(settings, word);
	const char *number = found ? found + strlen(word) : NULL;

	return number ? g_strndup(number, strcspn(number, " ")) : NULL;
}

static gint64 number_of(const char *settings, const char *word)
{
	g_autofree char *text = setting_of(settings, word);

	return text ? g_ascii_strtoll(text, NULL, 10) : 0;
}

/* A bound that is drawn over the last value is refused. Forward, the sequence may go there: no
 * value comes twice. Backward it may not. */
static void move_forward(GString *sql, const char *from, const char *to, const char *name)
{
	const gint64 minimum = number_of(to, " MINVALUE "), maximum = number_of(to, " MAXVALUE ");
	const gint64 old_minimum = number_of(from, " MINVALUE "),
		     old_maximum = number_of(from, " MAXVALUE ");
	const bool up = number_of(from, " INCREMENT BY ") > 0;
	g_autofree char *quoted = NULL;
	g_auto(GStrv) parts = NULL;

	if (up ? minimum <= old_minimum || minimum > old_maximum
	       : maximum >= old_maximum || maximum < old_minimum)
		return;
	parts = g_strsplit(name, "'", -1);
	quoted = g_strjoinv("''", parts);
	g_string_append_printf(sql,
			       "SELECT pg_catalog.setval('%s', %s(last_value, %" G_GINT64_FORMAT
			       "), is_called AND last_value %s %" G_GINT64_FORMAT ") FROM %s;\n",
			       quoted, up ? "greatest" : "least", up ? minimum : maximum,
			       up ? ">=" : "<=", up ? minimum : maximum, name);
}

void schema_change_sequence(GString *sql, const char *from, const char *to)
{
	g_autofree char *name = g_strndup(to, (gsize)(schema_name_end(to, " ") - to));

	move_forward(sql, from, to, name);
	g_string_append_printf(sql, "ALTER SEQUENCE %s%s;\n", to,
			       g_str_has_suffix(to, " CYCLE") ? "" : " NO CYCLE");
}
