/*
 * What an environment needs, looked at one thing after the other, without changing anything.
 */
#pragma once

#include <glib.h>

#include "model/doctor.h"
#include "standing/standing.h"

/* Examines everything that can be, into an array of DoctorCheck*. The standing must be new. */
void inspect_doctor(Standing *standing, GPtrArray *checks);
