/*
 * Text of several lines below a heading.
 */
#pragma once

#include <stdio.h>

/* Each line that is not empty behind an indent; those of a diff in colour, without its hunk
 * headers, which say nothing to people here. */
void report_lines(const char *text, const char *indent, FILE *out);
