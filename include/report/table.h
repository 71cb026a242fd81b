/*
 * Text in aligned columns. Width is counted in terminal columns, not bytes, so that non-ASCII names
 * line up.
 */
#pragma once

#include <glib.h>
#include <stdio.h>

#include "base/term.h"

typedef struct ReportTable ReportTable;

ReportTable *report_table_new(guint columns);
void report_table_free(ReportTable *table);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ReportTable, report_table_free)

/* Adds a row of `columns` texts (copied; NULL is empty). The style holds for the first cell. */
void report_table_add(ReportTable *table, TermStyle style, const char *const *cells);

/* Prints all rows, each behind `indent` spaces, cells two spaces apart, no trailing spaces. */
void report_table_print(const ReportTable *table, guint indent, FILE *out);
