/*
 * Following: a developer's own database brought to exactly the migrations of a commit, forwards and
 * backwards.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "deploy/deploy.h"

typedef struct {
	guint undone;
	guint applied;
	guint seeded; /* files of sample data that ran */
	gint64 duration_ms;
} SwitchResult;

/*
 * Undoes what the commit does not have (newest first, with the scripts as they were applied) and
 * what it has with another meaning, and applies what is pending. The context must be new, with `at`
 * naming the commit. ERR_REFUSED for an environment that is not in mode follow, and when something
 * cannot be undone: it names every one, and offers a rebuild.
 */
bool deploy_switch(DeployContext *context, SwitchResult *result, GError **error);

/* Drops the database of an embedded environment in mode follow, and notes in the ledger of the new,
 * empty one why the old one's records are abandoned. ERR_REFUSED for any other environment. */
bool deploy_empty(GitRepo *repo, const DeployOptions *options, const Observer *observer,
		  GError **error);

/*
 * Drops the environment's embedded database and builds it anew: all migrations of the commit, then
 * its sample data. `options` as for deploy_context_new(). The result's context, for the caller to
 * free.
 */
DeployContext *deploy_rebuild(GitRepo *repo, const DeployOptions *options, const Observer *observer,
			      SwitchResult *result, GError **error);
