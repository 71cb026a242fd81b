/*
 * A finding: something in a commit that must not be, as lines for people.
 */
#pragma once

#include <glib.h>

typedef struct {
	char *path;    /* of the file, or NULL */
	unsigned line; /* in it, or 0 */
	char *text;
	char *remedy; /* or NULL */
} Finding;

/* Frees it; NULL is fine. */
void finding_free(Finding *finding);

/* An array of Finding*, which it owns. */
GPtrArray *findings_new(void);

/* Appends one, without a line; path and remedy may be NULL. It stays the array's. */
Finding *finding_add(GPtrArray *findings, const char *path, const char *remedy, const char *format,
		     ...) G_GNUC_PRINTF(4, 5);
