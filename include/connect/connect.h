/*
 * From a policy to a connection: where the environment's database is, the embedded server started
 * when it is that.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "git/repo.h"
#include "model/policy.h"
#include "pg/session.h"

/* libpq keywords and values (pg/session.h); g_strfreev. Starts the embedded server and makes its
 * database when needed. */
char **connect_settings(GitRepo *repo, const Policy *policy, GError **error);

/* Connects as "git-migrate COMMAND ENVIRONMENT (user@host)"; the caller frees the session. */
PgSession *connect_open(GitRepo *repo, const Policy *policy, const char *command, GError **error);

/*
 * Whether a pooler gives our server process to others between two transactions. A pooler is known
 * by a process id that is not the one in the connection's start-up answer; its mode is found out by
 * holding a transaction on a second connection: it must get another process, and we must keep ours.
 * What cannot be found out in time is taken for shared.
 */
bool connect_is_shared(GitRepo *repo, const Policy *policy, PgSession *session);

/* Whether the environment's database is the embedded server's: it is declared so, and this clone's
 * configuration names no other place. False also for what cannot be told. */
bool connect_is_embedded(GitRepo *repo, const Policy *policy);

/* Drops the database of an embedded environment; the next connection finds it empty. */
bool connect_drop(GitRepo *repo, const Policy *policy, GError **error);
