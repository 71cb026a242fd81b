/*
 * Scratch databases: throw-away ones on the scratch server of the repository, one for each use.
 * What a killed command left behind is swept by the next one, and so are the roles that scripts
 * made.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "git/repo.h"
#include "pg/server.h"
#include "pg/session.h"

typedef struct {
	PgServer *server;
	char *name;
	PgSession *session;
} Scratch;

/*
 * Makes an empty database and connects to it; the caller frees it. It is of the same major version
 * as the server of `like`, a session, where that version is installed; else, and with NULL, of the
 * newest installed one.
 */
Scratch *scratch_new(GitRepo *repo, const PgSession *like, GError **error);

/* Behind a script that failed there: adds a hint at what a scratch server has not and the target
 * may have. Returns false. */
bool scratch_explain(GError **error);

/* Disconnects and drops the database. */
void scratch_free(Scratch *scratch);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Scratch, scratch_free)
