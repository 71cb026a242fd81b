/*
 * The facts of a promotion: what the environment that comes before has done with the same
 * migrations.
 */
#pragma once

#include "admit/admit.h"

/* Adds the gates of promotion, soak, drift and order to the verdicts, and sets the witness; none
 * when the policy promotes from nowhere. `ready` (ReadyMigration*) is what would run, in order.
 * What cannot be found out is a gate's answer. */
void admit_ask_promotion(Standing *standing, const GPtrArray *ready, Verdicts *verdicts);

/*
 * The commit of the last deployment that an environment finished well, as its notes say; for the
 * caller to free. NULL with ERR_REFUSED when there is none.
 */
char *admit_candidate(GitRepo *repo, const char *environment, GError **error);
