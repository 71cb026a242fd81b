/*
 * A list of checks with their results, for `doctor` and the like: one value, rendered as text or
 * JSON.
 */
#pragma once

#include <glib.h>
#include <jansson.h>
#include <stdio.h>

typedef enum { CHECK_OK, CHECK_WARNING, CHECK_FAILED, CHECK_SKIPPED } CheckState;

typedef struct {
	char *name; /* "repository", "signing", "connection" */
	CheckState state;
	char *found; /* what was found, one line */
	char *hint;  /* or NULL */
} Check;

void check_free(Check *check);

/* Appends a check to a GPtrArray of Check*. `found` is formatted; hint may be NULL. */
void check_add(GPtrArray *checks, const char *name, CheckState state, const char *hint,
	       const char *found, ...) G_GNUC_PRINTF(5, 6);

/* Text: one aligned line each, hints below, and a last line that counts. JSON: an array. */
void report_checks_text(const GPtrArray *checks, FILE *out);
json_t *report_checks_json(const GPtrArray *checks);
