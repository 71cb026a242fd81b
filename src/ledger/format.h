/*
 * The released forms of a record's text, one for each number in its first line. A form is read for
 * ever; new records are written in the newest.
 *
 * A new form is a file format N.c with a RecordFormat, and a row in format.c.
 */
#pragma once

#include "fields.h"
#include "model/record.h"

typedef struct {
	gint64 number;
	FieldTable table; /* of a Record; lists and items follow the fields */

	/* Appends an item of the record as a line. */
	void (*append_item)(GString *out, const Record *record, const RecordItem *item);

	/* The item of the record that stands behind the word "item"; NULL when it is none. The
	 * caller frees it. */
	RecordItem *(*parse_item)(const Record *record, const char *text);
} RecordFormat;

extern const RecordFormat record_format_1;

/* The form with this number; NULL for one that is not known here. */
const RecordFormat *record_format_find(gint64 number);

/* The form in which records are written. */
const RecordFormat *record_format_newest(void);
