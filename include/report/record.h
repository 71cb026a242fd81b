/*
 * Records for people and machines: the rows of `log`, the whole of `show`.
 */
#pragma once

#include <glib.h>
#include <jansson.h>
#include <stdio.h>

#include "model/record.h"

/* What is known of a record beside its text. */
typedef struct {
	const Record *record;
	const Record *finish; /* for a begin or revert: its finish, or NULL when it has none */
	const char *signer;   /* who signed it, or NULL when that was not checked */
	const char *problem;  /* why it is not to be trusted, or NULL */
} RecordView;

/*
 * One deployment of a log: sequence, time, action, outcome, short commit and ref, who, counts;
 * below it (verbose) its migrations with times.
 */
void report_record_line(const RecordView *view, bool verbose, FILE *out);

/* All that a record says, in words, field per line, migrations as a table. */
void report_record_text(const RecordView *view, FILE *out);

/* The record as a JSON object, for the caller to put into a document. */
json_t *report_record_json(const RecordView *view);
