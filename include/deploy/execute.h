/*
 * The middle of a deployment, the same for up and down: sign what will be done, do it, sign what
 * was done.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "deploy/context.h"
#include "deploy/deploy.h"
#include "run/runner.h"

typedef struct DeployExecution DeployExecution;
struct DeployExecution {
	DeployContext *context;
	RunDirection direction;
	const GPtrArray *ready; /* ReadyMigration*, in order */

	/* filled in as it goes */
	GPtrArray *plan;     /* RecordItem*, side by side */
	const Record *begin; /* the opening record, once it is written */
	GPtrArray *undone;   /* RecordItem*: what a revert undid so far, with times */
};

/*
 * Writes the begin (or revert) record with what is ready, runs it in order, and writes the finish
 * record whatever happened. A connection that was lost is opened again to find out what was
 * committed. Publishes.
 */
bool deploy_execute(DeployExecution *execution, DeployResult *result, GError **error);

/* The limits that an environment's file sets for scripts. */
RunLimits deploy_limits(const Environment *environment);
