#include <string.h>

#include "base/error.h"
#include "config/config.h"

static bool is_name(const char *text)
{
	if (!g_ascii_isalpha(*text) && *text != '_')
		return false;
	for (; *text; text++)
		if (!g_ascii_isalnum(*text) && *text != '_')
			return false;
	return true;
}

/* Appends the value of what stands between ${ and }. */
static bool append_variable(GString *out, const char *inside, GError **error)
{
	g_auto(GStrv) part = g_strsplit(inside, ":-", 2);
	const char *value;

	if (!part[0] || !is_name(part[0]))
		return error_set(error, ERR_CONFIG, "'${%s}' is no variable", inside);
	value = g_getenv(part[0]);
	if ((!value || !*value) && part[1])
		value = part[1];
	if (!value) {
		error_set(error, ERR_CONFIG, "environment variable '%s' is not set", part[0]);
		return error_hint(error, "export %s=..., or give a default: ${%s:-value}", part[0],
				  part[0]);
	}
	g_string_append(out, value);
	return true;
}

char *config_expand(const char *text, GError **error)
{
	g_autoptr(GString) out = g_string_new(NULL);
	const char *dollar;

	while ((dollar = strchr(text, '$'))) {
		g_string_append_len(out, text, dollar - text);
		if (dollar[1] == '{') {
			const char *end = strchr(dollar, '}');
			g_autofree char *inside =
				end ? g_strndup(dollar + 2, (gsize)(end - dollar) - 2) : NULL;

			if (!end) {
				error_set(error, ERR_CONFIG, "'${' without '}'");
				return NULL;
			}
			if (!append_variable(out, inside, error))
				return NULL;
			text = end + 1;
		} else {
			g_string_append_c(out, '$');
			text = dollar + (dollar[1] == '$' ? 2 : 1);
		}
	}
	g_string_append(out, text);
	return g_string_free(g_steal_pointer(&out), FALSE);
}
