/*
 * The gate for CI: what a commit's migrations and schema files say, held against each other and
 * against what is applied anywhere, without a database at hand. Both are built on the scratch
 * server.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "git/repo.h"
#include "hook/guard.h"

typedef struct {
	const char *at;  /* a revision; NULL: HEAD */
	bool reversible; /* every down script must bring the schema back to what it was */
} CheckOptions;

/* One question with its answers. */
typedef struct {
	const char *name; /* static: "ledgers", "migrations", "schema", "reversible" */
	char *done;       /* what was looked at, with counts; or why it was not */
	bool skipped;
	GPtrArray *findings; /* Finding*: empty when all is well */
} CheckPart;

typedef struct {
	char *commit;
	GPtrArray *parts; /* CheckPart* */
} CheckReport;

void check_report_free(CheckReport *report);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CheckReport, check_report_free)

/* How many findings there are in all. */
guint check_report_count(const CheckReport *report);

/* Runs all parts. Failure means that something could not be done at all (no server, no repository).
 */
CheckReport *check_run(GitRepo *repo, const CheckOptions *options, GError **error);
