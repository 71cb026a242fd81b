/*
 * SQL that makes one object of a schema into another, derived from their canonical DDL. Pure.
 */
#pragma once

#include <glib.h>

/* "DROP TABLE public.users;", for the caller to free; NULL for a kind of which the path does not
 * say enough. `text` is the object's DDL, whose first line names it as the server spells it. */
char *schema_drop(const char *path, const char *text);

/*
 * Statements that make the object of a path from `from` into `to`, the texts of a snapshot, each
 * ended by a semicolon and a newline; for the caller to free. NULL for `from` creates it, for `to`
 * drops it. What cannot be derived stands as a comment that begins with "-- by hand". Whole
 * objects, columns, constraints with names, indexes, triggers, policies and comments are derived.
 */
char *schema_change(const char *path, const char *from, const char *to);

/* The same for owners and privileges: GRANT and REVOKE. An object that is only on one side is left
 * to a person: this does not make or drop it. */
char *schema_change_access(const char *path, const char *from, const char *to);
