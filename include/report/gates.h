/*
 * Gates for people and machines: one line each, with what would open those that are closed.
 */
#pragma once

#include <glib.h>
#include <jansson.h>
#include <stdio.h>

/* A GPtrArray of Gate*: aligned lines, remedies below the closed ones, and a last line that counts.
 * Nothing without gates. */
void report_gates_text(const GPtrArray *gates, FILE *out);

/* Gate* as a JSON array, for the caller to put into a document. */
json_t *report_gates_json(const GPtrArray *gates);
