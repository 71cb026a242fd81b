/*
 * What the files of part admit share.
 */
#pragma once

#include "admit/admit.h"

/* Adds the release gate to the verdicts; none when the policy does not deploy from tags. */
bool admit_ask_release(const Standing *standing, const AdmitOptions *options, Verdicts *verdicts,
		       GError **error);
