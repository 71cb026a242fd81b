/*
 * The middle of a deployment, the same for up and down: sign what will be done, do it, sign what
 * was done.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "deploy/context.h"
#include "deploy/deploy.h"
#include "deploy/run.h"

typedef struct DeployExecution DeployExecution;
struct DeployExecution {
	DeployContext *context;
	RunDirection direction;
	/* Reads the scripts of the index-th migration and hands them to deploy_execute_one(). */
	bool (*run_one)(DeployExecution *execution, guint index, GError **error);
	gpointer data;
	const GPtrArray *plan; /* RecordItem* */
	Record *begin;
	GPtrArray *undone; /* RecordItem*: what a revert undid so far, with times */
};

/*
 * Writes the begin (or revert) record with these items, runs them in order, and writes the finish
 * record whatever happened. A connection that was lost is opened again to find out what was
 * committed. Publishes.
 */
bool deploy_execute(DeployExecution *execution, const GPtrArray *items, DeployResult *result,
		    GError **error);

/* Runs one migration's script, with events before and after. */
bool deploy_execute_one(DeployExecution *execution, guint index, const ReadyScript *script,
			const ReadyScript *verify, GError **error);
