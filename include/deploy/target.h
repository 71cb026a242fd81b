/*
 * From an environment to a connection: where its database is, the embedded server started when it
 * is that.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "git/repo.h"
#include "model/environment.h"
#include "pg/session.h"

/* libpq keywords and values (pg/session.h); g_strfreev. Starts the embedded server and makes its
 * database when needed. */
char **deploy_target_settings(GitRepo *repo, const Environment *environment, GError **error);

/* Connects as "git-migrate COMMAND ENVIRONMENT (user@host)". */
PgSession *deploy_target_connect(GitRepo *repo, const Environment *environment, const char *command,
				 GError **error);

/*
 * Whether a pooler gives our server process to others between two transactions. A pooler is known
 * by a process id that is not the one in the connection's start-up answer; its mode is found out by
 * holding a transaction on a second connection: it must get another process, and we must keep ours.
 * What cannot be found out in time is taken for shared.
 */
bool deploy_target_is_shared(GitRepo *repo, const Environment *environment, PgSession *session);

/* Drops the database of an embedded environment; the next connection finds it empty. */
bool deploy_target_drop(GitRepo *repo, const Environment *environment, GError **error);
