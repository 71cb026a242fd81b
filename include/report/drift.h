/*
 * Drift for people and machines.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "model/drift.h"

/* Each object that differs with its lines and, with `repair`, the SQL that puts it right; what was
 * compared, with counts, last. */
void report_drift_text(const DriftReport *report, bool repair, FILE *out);

/* The report as a JSON document, which report_json_print() takes. */
json_t *report_drift_json(const DriftReport *report);

/* The same document with the adopting script (or NULL) and the lines (char*) of what would still
 * differ behind it. */
json_t *report_adoption_json(const DriftReport *report, const char *script, const GPtrArray *lines);

/* What ignore rules took out, of a GPtrArray of IgnoreCount*: a line each, or an array. */
void report_ignored_text(const GPtrArray *ignored, FILE *out);

/* IgnoreCount* as a JSON array, for the caller to put into a document. */
json_t *report_ignored_json(const GPtrArray *ignored);
