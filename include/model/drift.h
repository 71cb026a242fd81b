/*
 * Drift: what two schemas differ in, object by object.
 */
#pragma once

#include <glib.h>

#include "model/ignore.h"

typedef enum {
	DRIFT_EXTRA,   /* only the live schema has it */
	DRIFT_MISSING, /* only the record has it */
	DRIFT_CHANGED,
} DriftKind;

typedef struct {
	DriftKind kind;
	char *path;   /* of the object: public/table/users.sql */
	char *diff;   /* the lines that differ, as git prints them; or NULL */
	char *repair; /* SQL that makes the right side's object into the left one's, alone; what
			 cannot be derived is a comment in it */
	char *adopt;  /* the other way round: what a migration would say */
} DriftChange;

typedef struct {
	char *environment;
	char *left, *right; /* what was compared, in words: "record 4 of 2026-11-21", "the live
			       database" */
	guint compared;     /* objects looked at */
	GPtrArray *changes; /* DriftChange*, by path */
	GPtrArray *ignored; /* IgnoreCount*: what differs and a rule takes out */
	char **uncaptured;  /* what is there and was not compared; NULL-terminated */
	char *repair;       /* all that makes the right side into the left one, in an order in which
			       it can run; NULL when nobody asked, or nothing differs */
	char *adopt;        /* the other way round */
} DriftReport;

/* A report without changes; the caller frees it. */
DriftReport *drift_report_new(const char *environment);
/* Takes the change. */
void drift_report_add(DriftReport *report, DriftChange *change);

/* A change of the object at this path; the caller frees it, or drift_report_add() takes it. */
DriftChange *drift_change_new(DriftKind kind, const char *path);

/* Frees it; NULL is fine. */
void drift_report_free(DriftReport *report);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DriftReport, drift_report_free)

/* "extra", "missing", "changed". */
const char *drift_kind_name(DriftKind kind);

/* "2 objects differ from the record: PATH, ..." in one line, for the caller to free; NULL when none
 * does. */
char *drift_report_summary(const DriftReport *report);
