/*
 * Synchronisation with remotes: explicit fetches into our own tracking namespace and pushes that
 * are never forced.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "git/repo.h"

/* The remote that ledgers travel by: migrate.remote, else the current branch's remote, else origin,
 * else the only one; NULL when there is none. */
char *git_sync_remote(GitRepo *repo);

/* `git fetch --no-tags --no-filter REMOTE REFSPEC...`; refspecs that match nothing are fine. */
bool git_sync_fetch(GitRepo *repo, const char *remote, const char *const *refspecs, GError **error);

typedef enum { GIT_SYNC_DONE, GIT_SYNC_BEHIND, GIT_SYNC_FAILED } GitSyncOutcome;

/*
 * Pushes without hooks and without force. BEHIND: the remote has what we have not (or was busy):
 * fetch, join, push again. FAILED: *error says why. Only the porcelain lines of git push are
 * believed.
 */
GitSyncOutcome git_sync_push(GitRepo *repo, const char *remote, const char *const *refspecs,
			     GError **error);
