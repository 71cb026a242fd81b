/*
 * Scratch databases: throw-away ones on the embedded server, one for each use. What a killed
 * command left behind is swept by the next one.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "git/repo.h"
#include "pg/session.h"

typedef struct {
	GitRepo *repo; /* borrowed */
	char *name;
	PgSession *session;
} Scratch;

/* Makes an empty database and connects to it; the caller frees it. */
Scratch *deploy_scratch_new(GitRepo *repo, GError **error);

/* Disconnects and drops the database. */
void deploy_scratch_free(Scratch *scratch);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Scratch, deploy_scratch_free)
