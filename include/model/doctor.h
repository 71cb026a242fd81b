/*
 * What was looked at, one thing after the other, to find out whether an environment can be used.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef enum { DOCTOR_OK, DOCTOR_WARNING, DOCTOR_FAILED, DOCTOR_SKIPPED } DoctorState;

typedef struct {
	char *name; /* "repository", "signing", "connection" */
	DoctorState state;
	char *found; /* what was found, one line */
	char *hint;  /* or NULL */
} DoctorCheck;

/* An array of DoctorCheck*, which it owns. */
GPtrArray *doctor_checks_new(void);

/* Appends one. What was found is formatted; hint may be NULL. */
void doctor_check_add(GPtrArray *checks, const char *name, DoctorState state, const char *hint,
		      const char *found, ...) G_GNUC_PRINTF(5, 6);

/* How many are in this state. */
guint doctor_checks_count(const GPtrArray *checks, DoctorState state);
