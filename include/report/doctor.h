/*
 * What the doctor found, for people and machines.
 */
#pragma once

#include <glib.h>
#include <jansson.h>
#include <stdio.h>

#include "model/doctor.h"

/* Of a GPtrArray of DoctorCheck*. Text: one aligned line each, hints below, and a last line that
 * counts. JSON: an array. */
void report_doctor_text(const GPtrArray *checks, FILE *out);

/* DoctorCheck* as a JSON array, for the caller to put into a document. */
json_t *report_doctor_json(const GPtrArray *checks);
