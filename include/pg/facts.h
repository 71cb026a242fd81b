/*
 * Questions about a server and its catalogs that more than one part asks.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "pg/session.h"

/* The first column of all rows; `value` (may be NULL) is $1. g_strfreev. */
char **pg_session_list(PgSession *session, const char *sql, const char *value, GError **error);

/* INVALID indexes of all schemas, "schema.index" quoted as needed; g_strfreev. */
char **pg_session_invalid_indexes(PgSession *session, GError **error);

/* Whether an index exists, and whether it is valid. `schema` NULL: by search_path. */
bool pg_session_index_state(PgSession *session, const char *schema, const char *index, bool *exists,
			    bool *valid, GError **error);

/* Whether the user may make a schema in the database, and who the user is (for the caller to free).
 */
bool pg_session_may_create(PgSession *session, bool *may, char **user, GError **error);

/* The roles of the server that are neither its own nor ours; g_strfreev. */
char **pg_session_other_roles(PgSession *session, GError **error);

/*
 * What somebody has made in the database: "table public.users", tables first. Left out are the
 * server's own schemas, schema `except`, and what belongs to an extension. g_strfreev.
 */
char **pg_session_objects(PgSession *session, const char *except, GError **error);

/* The server's databases whose names begin so; g_strfreev. */
char **pg_session_databases(PgSession *session, const char *prefix, GError **error);

/* Drops all roles of the server that are neither its own nor ours, unless a database's name begins
 * with `unless`: roles belong to the whole server and outlive the database whose script made them.
 * One that cannot be dropped stays. */
void pg_session_drop_roles(PgSession *session, const char *unless);

/* The server process that answers now: behind a pooler another one than pg_session_backend_pid().
 * 0 when nothing answers within `patience_ms`. */
gint64 pg_session_process(PgSession *session, gint64 patience_ms);
