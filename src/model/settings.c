#include "model/settings.h"

#define DEFAULT_LOCK_TIMEOUT_MS 5000
#define DEFAULT_LOCK_WAIT_MS    60000

Settings *settings_new(void)
{
	Settings *settings = g_new0(Settings, 1);

	settings->include_dirs = g_new0(char *, 1);
	settings->exclude_dirs = g_new0(char *, 1);
	settings->snapshot = true;
	settings->lock_timeout_ms = DEFAULT_LOCK_TIMEOUT_MS;
	settings->lock_wait_ms = DEFAULT_LOCK_WAIT_MS;
	return settings;
}

void settings_free(Settings *settings)
{
	if (!settings)
		return;
	g_free(settings->name);
	g_free(settings->file);
	g_free(settings->blob);
	g_strfreev(settings->include_dirs);
	g_strfreev(settings->exclude_dirs);
	g_free(settings);
}
