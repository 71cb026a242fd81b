/*
 * Canonical DDL taken apart, as far as deriving a change needs it.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* Behind a name with its dots and quotes: where one of the bytes `ends` stands outside quotes, or
 * at the end. */
const char *schema_name_end(const char *name, const char *ends);

/* Where `words` stand outside quotes and string constants, or NULL. */
const char *schema_find_outside(const char *text, const char *words);

/* Appends the ALTER TABLE statements that make one CREATE TABLE into another that differs in
 * columns only; false, and nothing appended, when that is not the difference. */
bool schema_change_columns(GString *sql, const char *from, const char *to);
