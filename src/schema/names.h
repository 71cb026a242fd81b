/*
 * Canonical DDL taken apart, as far as deriving a change needs it.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "schema/object.h"

/* Behind a name with its dots and quotes: where one of the bytes `ends` stands outside quotes, or
 * at the end. */
const char *schema_name_end(const char *name, const char *ends);

/* Where `words` stand outside quotes and string constants, or NULL. */
const char *schema_find_outside(const char *text, const char *words);

/* Whether a name stands in a statement as a whole word, quoted or not. */
bool schema_has_word(const char *statement, const char *word);

/* Whether any of the words (char*) does; NULL is no word. */
bool schema_has_any_word(const char *statement, const GPtrArray *words);

/* The statements of an object's DDL, without semicolons; char*, for the caller to free. */
GPtrArray *schema_statements_of(const char *text);

/* Whether the statement is one of the list (char*). */
bool schema_has_statement(const GPtrArray *statements, const char *statement);

/* Which part of its object a statement makes; `index` is its place in the object's DDL. */
SchemaPart schema_part_of(const char *statement, guint index);

/* The statement that takes this one back, without semicolon, for the caller to free; NULL when
 * nothing derives it. */
char *schema_undo(const char *statement);

/* Appends that a person has to see to this: what nobody can derive. */
void schema_leave(GString *sql, const char *why, const char *statement);

/* Appends the ALTER TABLE statements that make one CREATE TABLE into another that differs in
 * columns only, apart by whether they take something away; false, and nothing appended, when that
 * is not the difference. Defaults in which one of the words (char*, or NULL) stands are taken away
 * and set again. */
bool schema_change_columns(GString *take, GString *make, const char *from, const char *to,
			   const GPtrArray *words);

/* The names of columns that are dropped or get another type between two CREATE TABLE, without
 * their quotes; char*, for the caller to free. Of other texts: an empty list. */
GPtrArray *schema_columns_touched(const char *from, const char *to);

/* Appends what makes a sequence into another one, both as "NAME SETTINGS" behind CREATE SEQUENCE.
 */
void schema_change_sequence(GString *sql, const char *from, const char *to);
