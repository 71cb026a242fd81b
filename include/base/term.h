/*
 * The terminal: whether there is one, and words in colour only when there is.
 */
#pragma once

#include <stdbool.h>
#include <stdio.h>

typedef enum { TERM_PLAIN, TERM_GOOD, TERM_BAD, TERM_WARN, TERM_DIM, TERM_BOLD } TermStyle;

/*
 * Decides once, for both streams: colour when the stream is a terminal, NO_COLOR is unset
 * (no-color.org) and TERM is not `dumb`. term_no_color() switches it off for good.
 */
bool term_has_colour(FILE *stream);

/* No colour from now on, whatever the stream is. */
void term_no_color(void);

/* Escape sequences that begin and end a style on this stream; empty strings without colour. Static,
 * not to be freed. */
const char *term_begin(FILE *stream, TermStyle style);

/* Ends what term_begin() began on the same stream; static. */
const char *term_end(FILE *stream, TermStyle style);

/*
 * A line of progress on the terminal of standard error: each call replaces the one before. Does
 * nothing when standard error is no terminal. term_progress_clear() removes it; call it before any
 * other output.
 */
void term_progress(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Takes the line of progress away; does nothing when there is none. */
void term_progress_clear(void);
