/*
 * One script that makes a schema into another one, its statements in an order in which they can
 * run. Pure.
 *
 * What is taken away comes first, each thing behind what needs it on the side that is left; then
 * what is made, each behind what it needs on the side that is reached. What does not differ and
 * stands in the way (a view over a column whose type changes, the views over that, a trigger of a
 * function that is made anew) is taken away and made again from its text.
 */
#pragma once

#include <glib.h>

#include "schema/snapshot.h"

/*
 * The script for these changes (SchemaDifference, from `left` to `right`), for the caller to free;
 * empty when there are none. `from` are all objects (SchemaObject*) of the side that is left; those
 * of both sides must know what they need. `access` (SchemaObject*, or NULL) are owners and
 * privileges as they are: what is made again gets them back; without them a comment says that it
 * does not. What cannot be derived stands as a comment that begins with "-- by hand".
 */
char *schema_script(const GArray *changes, const GPtrArray *from, const GPtrArray *access);
