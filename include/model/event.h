/*
 * What happens while a command works, for whoever shows it.
 */
#pragma once

#include <glib.h>

typedef enum {
	EVENT_WAITING, /* text: who holds the lock */
	EVENT_WARNING, /* text */
	EVENT_NOTE,    /* text: something that was done besides (repaired notes, a closed crash) */
	EVENT_STARTED, /* id, number of total */
	EVENT_STATEMENT, /* id, number of total: a statement of a script that runs one by one */
	EVENT_NOTICE,    /* id, severity, text: the server's message */
	EVENT_FINISHED,  /* id, number of total, duration_ms */
} EventKind;

/* Everything is borrowed and holds for the call alone; what a kind does not name is not set. */
typedef struct {
	EventKind kind;
	const char *id;
	const char *severity;
	const char *text;
	guint number;
	guint total;
	gint64 duration_ms;
} Event;

/* Who is told; one without a function hears nothing. */
typedef struct {
	void (*event)(const Event *event, void *data);
	void *data;
} Observer;

/* Tells one event; `observer` may be NULL. */
void observer_tell(const Observer *observer, const Event *event);

/* Tells an event that is a text: EVENT_WAITING, EVENT_WARNING or EVENT_NOTE. */
void observer_say(const Observer *observer, EventKind kind, const char *format, ...)
	G_GNUC_PRINTF(3, 4);
