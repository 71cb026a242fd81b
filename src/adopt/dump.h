/*
 * A scratch database as SQL that a migration can hold: pg_dump's, less what is of its session and
 * of the user who made the objects.
 */
#pragma once

#include "pg/server.h"

/* Schema, rows and privileges, for the caller to free. The same database gives the same text. */
char *dump_database(const PgServer *server, const char *database, GError **error);
