/*
 * Whether two texts of SQL mean the same to the PostgreSQL parser: spelling, comments and white
 * space aside.
 *
 * The digest is the SHA-256 of the parser's tree without its source locations. libpg_query's own
 * fingerprint would not do: it is equal for other literals, lengths and function bodies. Text that
 * the parser cannot read is digested byte by byte, so that unknown is never called the same.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* 64 hexadecimal digits for the caller to free; *parsed (may be NULL) tells whether the parser read
 * it. */
char *sql_meaning_digest(const char *text, size_t length, bool *parsed);
