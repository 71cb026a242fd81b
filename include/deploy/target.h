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
