/*
 * Text: comparisons, digests and counts that more than one part needs.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

/*
 * Compares names as versions, as sort -V does: runs of digits by their value (9 before 10), all
 * else byte by byte. Equal only for equal strings, so that an order by it is total.
 */
int text_compare_versions(const char *left, const char *right);

/* The SHA-256 of bytes as 64 lower-case hexadecimal digits, for the caller to free. */
char *text_sha256(const void *bytes, size_t length);

/* True when text is exactly `digits` lower-case hexadecimal digits. */
bool text_is_hex(const char *text, size_t digits);

/* A word as a POSIX shell reads it back, quoted only where it must be, for the caller to free.
 * Every command that we print, to be pasted, takes its names and paths through it. */
char *text_shell_word(const char *text);

/* "1 migration", "2 migrations": a count with its noun, for the caller to free. Plural is noun +
 * "s". */
char *text_count(guint count, const char *noun);

/* Milliseconds for people: "340 ms", "2.1 s", "3 min 20 s", "24 h"; for the caller to free. */
char *text_duration(gint64 milliseconds);

/* This machine's clock so many milliseconds from now, in the form of records:
 * "2026-01-31T12:00:00.000000Z"; for the caller to free. */
char *text_utc_after(gint64 milliseconds);

/* Sets the line and column (from 1, columns in characters) at which byte `offset` of the text
 * stands. */
void text_position(const char *text, size_t offset, unsigned *line, unsigned *column);

/*
 * "250ms", "30s", "10min", "24h", "7d" in milliseconds, or a plain number of `unit_ms` each (0: a
 * unit is needed). -1 when the text is none of these or too large. Digits only: no sign, no
 * fraction.
 */
gint64 text_parse_duration(const char *text, gint64 unit_ms);

/* How many bytes must be changed, added or removed to make one word the other (Levenshtein): for
 * "did you mean". */
guint text_edit_distance(const char *a, const char *b);
