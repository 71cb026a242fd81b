#include "model/event.h"

#include <stdarg.h>

void observer_tell(const Observer *observer, const Event *event)
{
	if (observer && observer->event)
		observer->event(event, observer->data);
}

void observer_say(const Observer *observer, EventKind kind, const char *format, ...)
{
	g_autofree char *text = NULL;
	va_list args;

	va_start(args, format);
	text = g_strdup_vprintf(format, args);
	va_end(args);
	const Event event = {.kind = kind, .text = text};
	observer_tell(observer, &event);
}
