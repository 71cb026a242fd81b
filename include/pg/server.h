/*
 * PostgreSQL servers that the tool starts itself: throw-away ones for scratch work, and the
 * persistent embedded one.
 *
 * A server listens on a unix socket in a private folder only. PostgreSQL refuses to run as root:
 * then the server runs as an unprivileged user (postgres where it exists, else nobody) and its data
 * lies in a folder of its own below /var/lib, because that user may not reach the repository's
 * folder.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "pg/session.h"

typedef struct {
	char *data;   /* the data directory */
	char *socket; /* the folder of its socket: the "host" to connect to */
	char *user;   /* the superuser's name inside the database */
	int major;    /* its version, of a scratch server; else 0 */
} PgServer;

/* Frees it; NULL is fine. */
void pg_server_free(PgServer *server);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PgServer, pg_server_free)

/* The folder with initdb, postgres and pg_ctl of the newest installed major version (or of `major`
 * when not 0); the caller frees it. */
char *pg_server_find_binaries(int major, GError **error);

/*
 * The embedded server of a repository, made on first use (initdb) and started when it does not run;
 * it keeps running afterwards. `owner` is the common Git directory. Safe when several processes ask
 * at once. Errors say what initdb or the server's log said.
 */
PgServer *pg_server_embedded(const char *owner, GError **error);

/*
 * The scratch server of a repository, likewise; a server of its own, so that roles and settings of
 * scratch databases meet nobody else's. It is of this major version, and not durable.
 */
PgServer *pg_server_scratch(const char *owner, int major, GError **error);

/* The newest installed major version; 0 with an error when there is none. */
int pg_server_major(GError **error);

/* Makes the database when it does not exist. */
bool pg_server_ensure_database(const PgServer *server, const char *database, GError **error);

/* Drops the database and ends whoever is connected to it; fine when it does not exist. */
bool pg_server_drop_database(const PgServer *server, const char *database, GError **error);

/* Stops it (fast shutdown); fine when it does not run. */
bool pg_server_stop(const PgServer *server, GError **error);

/* The settings (see pg/session.h) of a connection to a database of this server; g_strfreev. */
char **pg_server_settings(const PgServer *server, const char *database);
