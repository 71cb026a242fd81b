#include "base/fault.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"

/* Splits NAME[:COUNT]=ACTION; false when the text is not of that form or names another point. */
static bool asks_for(const char *text, const char *name, guint64 *count, const char **action)
{
	const char *equals = strrchr(text, '=');
	size_t length = strlen(name);

	if (!equals || strncmp(text, name, length) != 0)
		return false;
	*action = equals + 1;
	*count = 1;
	if (text[length] == ':')
		*count = g_ascii_strtoull(text + length + 1, NULL, 10);
	else if (text + length != equals)
		return false;
	return true;
}

bool fault_point(const char *name, GError **error)
{
	static guint64 passed;
	const char *text = g_getenv("GIT_MIGRATE_FAULT");
	const char *action;
	guint64 count;

	if (!text || !asks_for(text, name, &count, &action) || ++passed != count)
		return true;
	if (strcmp(action, "kill") == 0)
		kill(getpid(), SIGKILL);
	if (strcmp(action, "stop") == 0)
		kill(getpid(), SIGSTOP);
	if (strcmp(action, "fail") == 0)
		return error_set(error, ERR_SYSTEM, "fault point '%s' was asked to fail", name);
	return true;
}
