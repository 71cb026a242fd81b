/*
 * The plan of a commit against what is applied, baseline migrations taken into account.
 */
#pragma once

#include <glib.h>

#include "git/repo.h"
#include "model/plan.h"

/*
 * Compares; the plan borrows from both sets, and the caller frees it. Where something applied is
 * absent from the set, directives are read to find out what replaces it; one that cannot be read
 * replaces nothing.
 */
Plan *deploy_plan_build(GitRepo *repo, const MigrationSet *set, const AppliedSet *applied);

/* Reads the directives of the whole set when a pending migration requires an id that is neither in
 * the set nor applied: a baseline may stand for it. */
void deploy_plan_read_required(GitRepo *repo, const Plan *plan, const MigrationSet *set,
			       const AppliedSet *applied);

/* ERR_REFUSED when the database has only a part of what a baseline replaces. */
bool deploy_plan_refuse_partly(const Plan *plan, const char *environment, GError **error);
