/*
 * The facts of a promotion: what the environment that comes before has done with the same
 * migrations.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "deploy/context.h"

/* Adds the gates of promotion, soak, drift and order to context->gates, and sets context->witness;
 * none when the policy promotes from nowhere. `items` (RecordItem*) is what would run, in order. */
bool deploy_promotion_judge(DeployContext *context, const GPtrArray *items, GError **error);

/*
 * The commit of the last deployment that an environment finished well, as its notes say; for the
 * caller to free. ERR_REFUSED when there is none.
 */
char *deploy_promotion_candidate(GitRepo *repo, const char *environment, GError **error);
