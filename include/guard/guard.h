/*
 * The guard: what a tree of migrations does to those that are applied somewhere already, found
 * without a database.
 *
 * What is applied is read from the state commits, refs/migrate/state/ENVIRONMENT or what was last
 * fetched of them. Guards are a convenience for people: every deployment judges again, by the
 * signed records.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "git/repo.h"
#include "model/applied.h"
#include "model/finding.h"
#include "model/migration.h"
#include "model/project.h"

/* An environment, and what its state says is applied. */
typedef struct {
	char *name;
	AppliedSet *applied; /* id, blob and path only */
	char *deployed;      /* the commit that was deployed, or NULL */
} GuardedEnvironment;

/* Frees it; NULL is fine. */
void guarded_environment_free(GuardedEnvironment *guarded);

/*
 * The environments that go forward and have a state here; GuardedEnvironment*, owned. `branch` (a
 * name) keeps those that it feeds, NULL all. Environment files are read from `commit`; one that
 * cannot be read counts as fed by every branch.
 */
GPtrArray *guard_environments(GitRepo *repo, const char *commit, const char *branch,
			      GError **error);

/* The applied migrations of an environment's state (also of a private one), for the caller to free;
 * *guarded is NULL when it has none here. */
bool guard_environment(GitRepo *repo, const Project *project, const char *name,
		       GuardedEnvironment **guarded, GError **error);

/* What is judged: a tree of migrations and the one that it comes after. */
typedef struct {
	const MigrationSet *set;
	const MigrationSet
		*before;    /* what was like this before already is not found again; may be NULL */
	const char *commit; /* to name who did it; NULL for the index */
	bool require_down;  /* new ones need a down script, or a reason */
} GuardedChange;

/* Migrations against what is applied: edited, removed, replaced too early, reordered. */
bool guard_applied(GitRepo *repo, const GuardedChange *change, const GuardedEnvironment *guarded,
		   GPtrArray *findings, GError **error);

/* Migrations that are new or changed: each must parse, and have a down script or a reason. */
void guard_new(GitRepo *repo, const GuardedChange *change, GPtrArray *findings);
