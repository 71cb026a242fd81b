/*
 * Fault points: named places at which a test can kill the program or make a step fail, to prove
 * that what is left behind is whole.
 *
 * GIT_MIGRATE_FAULT=NAME[:COUNT]=kill|fail|stop acts at the COUNT-th (default first) passage of the
 * point NAME: `kill` is SIGKILL to ourselves, `fail` makes the point report an error, `stop` is
 * SIGSTOP (a test then looks around and continues us). Always compiled in; without the variable a
 * point costs one comparison.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* Passes the point. Returns false with an ERR_SYSTEM error only when the variable asks for `fail`
 * here and now. */
bool fault_point(const char *name, GError **error);
