/*
 * Status, plan and verification for people and machines.
 */
#pragma once

#include <glib.h>
#include <jansson.h>
#include <stdio.h>

#include "model/status.h"

/* One environment's status: a headline and an aligned line for each thing that is known. `verbose`
 * lists all pending ones. */
void report_status_text(const StatusReport *report, bool verbose, FILE *out);
json_t *report_status_json(const StatusReport *report);

/* What `up` would run, in order, with why it stands there. */
void report_plan_text(const StatusReport *report, FILE *out);
json_t *report_plan_json(const StatusReport *report);

/* What was verified, how much of it, and each problem on a line. */
void report_verify_text(const VerifyReport *report, FILE *out);
json_t *report_verify_json(const VerifyReport *report);
