/*
 * The middle of a deployment, the same for up and down: sign what will be done, do it, sign what
 * was done.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "deploy/deploy.h"
#include "run/runner.h"

typedef struct {
	Standing *standing;
	RunDirection direction;
	const GPtrArray *ready;   /* ReadyMigration*, in order */
	const Verdicts *verdicts; /* by which it was let through; NULL for a way back */

	/* filled in as it goes */
	GPtrArray *plan;     /* RecordItem*, side by side with ready */
	const Record *begin; /* the opening record, once it is written */
	GPtrArray *undone;   /* RecordItem*: what a revert undid so far, with times */
} Execution;

/*
 * Writes the begin (or revert) record with what is ready, runs it in order, and writes the finish
 * record whatever happened. A connection that was lost is opened again to find out what was
 * committed. Publishes.
 */
bool execute_run(Execution *execution, DeployResult *result, GError **error);
