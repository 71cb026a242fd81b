/*
 * The records of an environment as its notes tell them, without a database.
 */
#pragma once

#include <glib.h>

#include "standing/standing.h"

typedef struct {
	GPtrArray *records;  /* Record*, oldest first */
	GPtrArray *problems; /* LedgerProblem*: notes that cannot be believed */
} InspectLog;

/* Frees it; NULL is fine. */
void inspect_log_free(InspectLog *log);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(InspectLog, inspect_log_free)

/* Reads all records of the standing's environment. When this clone has none, the remote is asked
 * once. The standing needs its target alone; the caller frees the log. */
InspectLog *inspect_log(Standing *standing, GError **error);

/* The finish of a begin or revert, or NULL. Borrowed. */
const Record *inspect_log_finish(const InspectLog *log, const Record *opening);

/* The record with this sequence or beginning of id (at least 7 digits), or NULL. Borrowed. */
const Record *inspect_log_find(const InspectLog *log, const char *name);
