/*
 * SQL that takes an object away, out of its path in a snapshot. Pure.
 */
#pragma once

#include <glib.h>

/* "DROP TABLE public.users;", for the caller to free; NULL for a kind of which the path does not
 * say enough. `text` is the object's DDL, whose first line names it as the server spells it. */
char *schema_drop(const char *path, const char *text);
