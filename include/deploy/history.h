/*
 * The deployments of an environment as its notes tell them, without a database.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "deploy/context.h"
#include "model/record.h"

typedef struct {
	GPtrArray *records;  /* Record*, oldest first */
	GPtrArray *problems; /* LedgerProblem*: notes that cannot be believed */
} DeployHistory;

void deploy_history_free(DeployHistory *history);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DeployHistory, deploy_history_free)

/* Reads all records of the context's environment. When this clone has none, the remote is asked
 * once. The context must be new. */
DeployHistory *deploy_history(DeployContext *context, GError **error);

/* The finish of a begin or revert, or NULL. Borrowed. */
const Record *deploy_history_finish(const DeployHistory *history, const Record *opening);

/* The record with this sequence or beginning of id (at least 7 digits), or NULL. Borrowed. */
const Record *deploy_history_find(const DeployHistory *history, const char *name);
