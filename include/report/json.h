/*
 * JSON output: one document on standard output, with the version of its form.
 *
 * Every document is an object that begins with "format": "git-migrate/COMMAND", "version": N. A
 * key's meaning never changes within a version; keys may be added. Written with jansson; keys keep
 * the order in which they were set.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* A new document for a command, version 1; the caller owns it until report_json_print(). */
json_t *report_json_new(const char *command);

/* Text that may be NULL (then null) or not UTF-8 (then with replacement characters). New reference.
 */
json_t *report_json_text(const char *text);

/* An array of texts; NULL gives an empty one. New reference. */
json_t *report_json_list(char *const *list);

/* Prints with an indent of two and a newline, and drops the reference. */
void report_json_print(json_t *document, FILE *out);
