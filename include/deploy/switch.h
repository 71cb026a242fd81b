/*
 * A developer's own database, taken to the migrations of any commit: forwards and backwards.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "standing/standing.h"

typedef struct {
	guint undone;
	guint applied;
	guint seeded; /* files of sample data that ran */
	gint64 duration_ms;
} SwitchResult;

/*
 * Undoes what the commit does not have (newest first, with the scripts as they were applied) and
 * what it has with another meaning, and applies what is pending. The options name the commit. NULL
 * with ERR_REFUSED for an environment that is not in mode follow, and when something cannot be
 * undone: it names every one, and offers a rebuild. The caller frees the standing.
 */
Standing *deploy_switch(GitRepo *repo, const StandingOptions *options, const Observer *observer,
			SwitchResult *result, GError **error);

/* Drops the database of an embedded environment in mode follow, and notes in the ledger of the new,
 * empty one why the old one's records are abandoned. ERR_REFUSED for any other environment. */
bool deploy_empty(GitRepo *repo, const StandingOptions *options, const Observer *observer,
		  GError **error);

/* Runs the environment's sample data from the target's commit. *count is how many files ran. */
bool deploy_seed(const Standing *standing, guint *count, GError **error);

/*
 * Drops the environment's embedded database and builds it anew: all migrations of the commit, then
 * its sample data. NULL with an error; the caller frees the standing.
 */
Standing *deploy_rebuild(GitRepo *repo, const StandingOptions *options, const Observer *observer,
			 SwitchResult *result, GError **error);
