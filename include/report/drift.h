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
json_t *report_drift_json(const DriftReport *report);
