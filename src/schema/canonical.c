#include "schema/canonical.h"

#include <stdbool.h>
#include <string.h>

/* Behind the quoted text, comment or other byte that begins here. */
static const char *skip(const char *at)
{
	const char quote = *at;

	if (quote == '\'' || quote == '"') {
		for (at++; *at; at++)
			if (*at == quote && at[1] != quote)
				return at + 1;
			else if (*at == quote)
				at++;
		return at;
	}
	if (quote == '$') {
		const char *end = at + 1;
		g_autofree char *tag = NULL;

		while (g_ascii_isalnum(*end) || *end == '_')
			end++;
		if (*end != '$' || g_ascii_isdigit(at[1]))
			return at + 1;
		tag = g_strndup(at, (gsize)(end + 1 - at));
		end = strstr(end + 1, tag);
		return end ? end + strlen(tag) : at + strlen(at);
	}
	return at + 1;
}

/* The bracket that closes the one at `open`, or NULL. */
static const char *closing(const char *open)
{
	int depth = 0;

	for (const char *at = open; *at; at = skip(at)) {
		if (*at == '(' || *at == '[')
			depth++;
		else if ((*at == ')' || *at == ']') && --depth == 0)
			return at;
	}
	return NULL;
}

/* ---- arrays ---- */

/* The length of the type name at `text` when "[]" follows it, else 0. A name is words, dots, quotes
 * and a modifier. */
static size_t array_type(const char *text)
{
	const char *at = text;

	while (g_ascii_isalnum(*at) || strchr("_. ,()\"", *at ? *at : '#')) {
		if (*at == ')' && !memchr(text, '(', (size_t)(at - text)))
			return 0;
		if (*at == ',' && !memchr(text, '(', (size_t)(at - text)))
			return 0;
		at = *at == '"' ? skip(at) : at + 1;
	}
	return at > text && strncmp(at, "[]", 2) == 0 ? (size_t)(at - text) : 0;
}

/* Appends ARRAY[(a)::t, ...] for the elements between two brackets. */
static void append_elements(GString *out, const char *from, const char *to, const char *type,
			    size_t length)
{
	int depth = 0;

	g_string_append(out, "ARRAY[");
	for (const char *start = from, *at = from; at <= to; at = at < to ? skip(at) : at + 1) {
		if (at < to && (*at == '(' || *at == '['))
			depth++;
		if (at < to && (*at == ')' || *at == ']'))
			depth--;
		if (at < to && (*at != ',' || depth))
			continue;
		g_string_append_printf(out, "%s(%.*s)::%.*s", start == from ? "" : ", ",
				       (int)(at - start), start, (int)length, type);
		start = at + 2;
	}
	g_string_append_c(out, ']');
}

/* At "(ARRAY[...])::type[]": appends the same with the cast at each element, and returns what
 * follows; else NULL. */
static const char *take_array(GString *out, const char *at)
{
	static const char begins[] = "(ARRAY[";
	const char *bracket = at + strlen(begins) - 1, *close, *end;
	size_t length;

	if (strncmp(at, begins, strlen(begins)) != 0)
		return NULL;
	close = closing(bracket);
	if (!close || strncmp(close, "])::", 4) != 0 || close == bracket + 1)
		return NULL;
	end = close + 4;
	length = array_type(end);
	if (!length)
		return NULL;
	append_elements(out, bracket + 1, close, end, length);
	return end + length + 2;
}

static char *spread_casts(const char *sql)
{
	GString *out = g_string_new(NULL);

	while (*sql) {
		const char *next = take_array(out, sql);

		if (!next) {
			next = skip(sql);
			g_string_append_len(out, sql, next - sql);
		}
		sql = next;
	}
	return g_string_free(out, FALSE);
}

/* ---- AND and OR ---- */

/* Which connector stands between the operands of the group at `open`: 'A', 'O', or 0 for none or
 * both. */
static char connector(const char *open, const char *close)
{
	char found = 0;
	int depth = 0;

	for (const char *at = open + 1; at < close; at = skip(at)) {
		const bool is_and = strncmp(at, " AND ", 5) == 0,
			   is_or = strncmp(at, " OR ", 4) == 0;

		depth += *at == '(' || *at == '[';
		depth -= *at == ')' || *at == ']';
		if (depth || (!is_and && !is_or))
			continue;
		if (found && found != (is_and ? 'A' : 'O'))
			return 0;
		found = is_and ? 'A' : 'O';
	}
	return found;
}

/* The group that is the first operand of the group at `open`, if it can give up its parentheses;
 * else NULL. */
static const char *first_operand(const char *open, const char *close)
{
	const char kind = connector(open, close);
	const char *inner = open + 1;
	const char *end = kind && *inner == '(' ? closing(inner) : NULL;

	if (!end || end >= close || connector(inner, end) != kind)
		return NULL;
	return strncmp(end + 1, kind == 'A' ? " AND " : " OR ", kind == 'A' ? 5 : 4) == 0 ? inner
											  : NULL;
}

/* Takes the parentheses away, group by group from the outermost; erasing never moves the text's
 * beginning. */
static void flatten(GString *sql)
{
	for (const char *at = sql->str; *at; at = skip(at)) {
		/* Only a group that begins with a group has a first operand in parentheses. */
		while (at[0] == '(' && at[1] == '(') {
			const char *close = closing(at);
			const char *inner = close ? first_operand(at, close) : NULL;

			if (!inner)
				break;
			g_string_erase(sql, (gssize)(closing(inner) - sql->str), 1);
			g_string_erase(sql, (gssize)(inner - sql->str), 1);
		}
	}
}

char *schema_canonical(const char *sql)
{
	GString *text;

	if (!strstr(sql, "ARRAY[") && !strstr(sql, ") AND ") && !strstr(sql, ") OR "))
		return g_strdup(sql);
	g_autofree char *spread = spread_casts(sql);
	text = g_string_new(spread);
	flatten(text);
	return g_string_free(text, FALSE);
}
