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

/* The report as a JSON object, for the caller to put into a document. */
json_t *report_status_json(const StatusReport *report);

/* What `up` would run, in order, with why it stands there. */
void report_plan_text(const StatusReport *report, FILE *out);

/* What is pending as a JSON document, which report_json_print() takes. */
json_t *report_plan_json(const StatusReport *report);

/* What was verified, how much of it, and each problem on a line. */
void report_verify_text(const VerifyReport *report, FILE *out);

/* The report as a JSON document, which report_json_print() takes. */
json_t *report_verify_json(const VerifyReport *report);
