#include <libpq-fe.h>
#include <string.h>

#include "base/error.h"
#include "internal.h"

static const char *option_value(const PQconninfoOption *options, const char *keyword)
{
	for (; options->keyword; options++)
		if (strcmp(options->keyword, keyword) == 0)
			return options->val && *options->val ? options->val : NULL;
	return NULL;
}

const char *pg_settings_get(const char *const *settings, const char *keyword)
{
	for (; *settings; settings += 2)
		if (strcmp(settings[0], keyword) == 0)
			return settings[1];
	return NULL;
}

bool pg_settings_is_conninfo(const char *dbname)
{
	return dbname && (strchr(dbname, '=') || g_str_has_prefix(dbname, "postgresql://") ||
			  g_str_has_prefix(dbname, "postgres://"));
}

char *pg_settings_describe(const char *const *settings)
{
	const char *dbname = pg_settings_get(settings, "dbname");
	PQconninfoOption *defaults = PQconndefaults();
	PQconninfoOption *parsed =
		pg_settings_is_conninfo(dbname) ? PQconninfoParse(dbname, NULL) : NULL;
	const bool unreadable = pg_settings_is_conninfo(dbname) && !parsed;
	const char *part[4];
	static const char *const keywords[] = {"user", "host", "port", "dbname"};
	char *text;

	for (guint i = 0; i < G_N_ELEMENTS(keywords); i++) {
		part[i] = parsed ? option_value(parsed, keywords[i])
				 : pg_settings_get(settings, keywords[i]);
		if (!part[i] && defaults)
			part[i] = option_value(defaults, keywords[i]);
	}
	/* What libpq cannot read may hold a password anywhere. */
	if (unreadable)
		text = g_strdup("a connection string that libpq cannot read");
	else if (pg_settings_get(settings, "service") && !pg_settings_get(settings, "host"))
		text = g_strdup_printf("service %s", pg_settings_get(settings, "service"));
	else
		text = g_strdup_printf("%s@%s:%s/%s", part[0] ? part[0] : g_get_user_name(),
				       part[1] ? part[1] : "localhost", part[2] ? part[2] : "5432",
				       part[3]   ? part[3]
				       : part[0] ? part[0]
						 : g_get_user_name());
	PQconninfoFree(parsed);
	PQconninfoFree(defaults);
	return text;
}

char *pg_settings_startup(const char *const *settings)
{
	static const char ours[] = "-c standard_conforming_strings=on";
	const char *dbname = pg_settings_get(settings, "dbname");
	const char *given = pg_settings_get(settings, "options");
	PQconninfoOption *defaults = PQconndefaults();
	PQconninfoOption *parsed =
		pg_settings_is_conninfo(dbname) ? PQconninfoParse(dbname, NULL) : NULL;
	const bool has_service =
		pg_settings_get(settings, "service") || (parsed && option_value(parsed, "service"));
	char *options;

	if (!given && parsed)
		given = option_value(parsed, "options");
	if (!given && defaults)
		given = option_value(defaults, "options");
	options = has_service ? NULL
			      : g_strjoin(" ", given ? given : ours, given ? ours : NULL, NULL);
	PQconninfoFree(parsed);
	PQconninfoFree(defaults);
	return options;
}

static void export_options(const PQconninfoOption *options)
{
	for (; options->keyword; options++)
		if (options->envvar && options->val && *options->val)
			g_setenv(options->envvar, options->val, TRUE);
}

/* The environment variable that stands for a keyword of libpq, or NULL. */
static const char *variable_of(const PQconninfoOption *known, const char *keyword)
{
	for (; known->keyword; known++)
		if (strcmp(known->keyword, keyword) == 0)
			return known->envvar;
	return NULL;
}

bool pg_settings_export(const char *const *settings, GError **error)
{
	PQconninfoOption *known = PQconndefaults();
	bool ok = known != NULL;

	for (; ok && *settings; settings += 2) {
		const char *variable = variable_of(known, settings[0]);
		PQconninfoOption *parsed = NULL;

		if (strcmp(settings[0], "dbname") == 0 && pg_settings_is_conninfo(settings[1])) {
			parsed = PQconninfoParse(settings[1], NULL);
			ok = parsed ||
			     error_set(error, ERR_CONFIG, "the connection string cannot be read");
			if (parsed)
				export_options(parsed);
			PQconninfoFree(parsed);
		} else if (variable) {
			g_setenv(variable, settings[1], TRUE);
		}
	}
	PQconninfoFree(known);
	return ok;
}
