/*
 * What has to be said to make one object into another, apart by when it can be said: first things
 * are taken away, from the links to others down to the body, then they are made, the other way
 * round.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "schema/object.h"

typedef struct {
	GString *take[SCHEMA_PARTS];
	GString *make[SCHEMA_PARTS];
	bool goes; /* taking the body takes all of it */
} SchemaEdit;

/* Gives it empty strings; schema_edit_clear() frees them. */
void schema_edit_init(SchemaEdit *edit);
/* Frees what is in it. */
void schema_edit_clear(SchemaEdit *edit);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(SchemaEdit, schema_edit_clear)

/* What else has to make way for a while, although its text stays: statements and defaults in which
 * one of the words stands. NULL for none. */
typedef struct {
	bool anew;                /* all of the object */
	const GPtrArray *words;   /* char*: names of what is made anew */
	const GPtrArray *columns; /* char*: columns whose type changes, which triggers, rules and
				     policies name */
} SchemaMakeWay;

/* Fills in, behind what is there already, how the object of a path gets from one text to another;
 * NULL for one that is not there. */
void schema_edit_derive(SchemaEdit *edit, const char *path, const char *from, const char *to,
			const SchemaMakeWay *way);

/* Whether a change between these texts drops the object and makes it again. */
bool schema_is_made_anew(const char *from, const char *to);

/* Whether the change takes away a key or an index, on which foreign keys of others may stand. */
bool schema_drops_key(const char *from, const char *to);
