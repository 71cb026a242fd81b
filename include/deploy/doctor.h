/*
 * What an environment needs, looked at one thing after the other, without changing anything.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "deploy/context.h"

typedef enum { DOCTOR_OK, DOCTOR_WARNING, DOCTOR_FAILED, DOCTOR_SKIPPED } DoctorState;

/* Told each finding; texts are borrowed for the call, hint may be NULL. */
typedef void (*DoctorFinding)(const char *name, DoctorState state, const char *found,
			      const char *hint, void *data);

/* Examines everything that can be; false when something failed. The context must be new. */
bool deploy_doctor(DeployContext *context, DoctorFinding tell, void *data);
