/*
 * Sample data: the scripts below the project's seeds folder for an environment, run in order of
 * their names, each in a transaction of its own. They leave no record.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "deploy/context.h"

/* Runs them from the context's commit, on its session. *count is how many ran. */
bool deploy_seed(DeployContext *context, guint *count, GError **error);
