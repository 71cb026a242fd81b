/*
 * What a renderer prints, held against the text that it has to be.
 */
#pragma once

#include <glib.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "report/json.h"

typedef struct {
	char *bytes;
	size_t length;
	FILE *file;
} Golden;

/* A stream into memory. */
static inline FILE *golden_open(Golden *golden)
{
	*golden = (Golden){0};
	golden->file = open_memstream(&golden->bytes, &golden->length);
	g_assert_nonnull(golden->file);
	return golden->file;
}

/* Ends it; what was printed must be this. */
static inline void golden_assert(Golden *golden, const char *expected)
{
	fclose(golden->file);
	g_assert_cmpstr(golden->bytes, ==, expected);
	free(golden->bytes);
}

/* The same of a JSON document, whose reference it takes. */
static inline void golden_assert_json(json_t *document, const char *expected)
{
	Golden golden;

	report_json_print(document, golden_open(&golden));
	golden_assert(&golden, expected);
}
