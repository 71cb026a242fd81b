/*
 * libpg_query behind one door: text to a JSON tree, without risking the process.
 *
 * The library holds standard error in a pipe of its own while it parses: whatever else writes there
 * meanwhile (another thread, a sanitizer's last words) is not seen.
 */
#pragma once

#include <glib.h>
#include <jansson.h>

/* Longer statements are not parsed: the parser needs up to 64 times their size. */
#define PARSE_MAX (1u << 20)

typedef enum {
	PARSE_READ,     /* the parser knows it, and the tree is there */
	PARSE_TOO_DEEP, /* the parser knows it, but its tree is nested beyond what is read */
	PARSE_REFUSED,  /* the parser does not know it */
	PARSE_TOO_LONG  /* longer than PARSE_MAX, or no memory for the parser's stack */
} ParseOutcome;

typedef struct {
	ParseOutcome outcome;
	json_t *tree;      /* {"version": ..., "stmts": [...]}, or NULL unless PARSE_READ */
	unsigned position; /* where the parser stopped, in characters from 1; 0 unknown */
	char *message;     /* what it said, or NULL */
} Parse;

/* `parse` is overwritten; the caller clears it. */
void sql_parse(const char *text, Parse *parse);

/* Frees what it holds; it is all zero afterwards. */
void sql_parse_clear(Parse *parse);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Parse, sql_parse_clear)
