/*
 * libpg_query behind one door: text to a JSON tree, without risking the process.
 */
#pragma once

#include <glib.h>
#include <jansson.h>

/* Longer statements are not parsed: the parser needs up to 64 times their size. */
#define PARSE_MAX (1u << 20)

/*
 * The parse tree of a text, as libpg_query gives it: {"version": ..., "stmts": [...]}. NULL when the parser refuses it, when it is longer than PARSE_MAX or
 * nested too deeply for the JSON reader. *position (may be NULL) is where the parser stopped, in characters from 1; *message (may be NULL) what it said,
 * for the caller to free.
 */
json_t *sql_parse_tree(const char *text, unsigned *position, char **message);
