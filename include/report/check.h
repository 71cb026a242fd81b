/*
 * What a check found, for people and machines.
 */
#pragma once

#include <stdio.h>

#include "model/check.h"

/* A line for each part, findings below it, and a last line that counts. */
void report_check_text(const CheckReport *report, const char *command, FILE *out);
/* TAP version 12 without directives but SKIP: a test for each part, findings as comments. */
void report_check_tap(const CheckReport *report, const char *command, FILE *out);
/* Workflow commands of GitHub: an annotation for each finding. */
void report_check_github(const CheckReport *report, const char *command, FILE *out);
/* One document; `command` names its format. */
void report_check_json(const CheckReport *report, const char *command, FILE *out);
