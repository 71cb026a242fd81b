/*
 * What was checked of a commit, part by part, and what was found.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "model/finding.h"

/* One question with its answers. */
typedef struct {
	const char *name; /* static: "ledgers", "migrations", "schema", ... */
	char *done;       /* what was looked at, with counts; or why it was not */
	bool skipped;
	GPtrArray *findings; /* Finding*: empty when all is well */
} CheckPart;

typedef struct {
	char *commit;
	GPtrArray *parts; /* CheckPart*, in the order in which they were asked */
} CheckReport;

/* A report without parts about a commit; the caller frees it. */
CheckReport *check_report_new(const char *commit);

/* Frees it; NULL is fine. */
void check_report_free(CheckReport *report);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CheckReport, check_report_free)

/* Appends a part, which stays the report's. `name` must be static. */
CheckPart *check_report_add(CheckReport *report, const char *name);

/* Says what was looked at; or why that could not be, which is no finding. */
void check_part_done(CheckPart *part, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Says why nothing was compared; the text is copied. */
void check_part_skip(CheckPart *part, const char *why);

/* How many findings there are in all. */
guint check_report_count(const CheckReport *report);
