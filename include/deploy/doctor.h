/*
 * What an environment needs, looked at one thing after the other, without changing anything.
 */
#pragma once

#include <glib.h>

#include "deploy/context.h"
#include "model/doctor.h"

/* Examines everything that can be, into an array of DoctorCheck*. The context must be new. */
void deploy_doctor(DeployContext *context, GPtrArray *checks);
