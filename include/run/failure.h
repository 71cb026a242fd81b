/*
 * A failed statement explained: where it stands in its file, the line itself, and the server's
 * words.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "pg/session.h"
#include "run/script.h"

/*
 * Adds to the error of the last call on the session: place, the SQL line with a mark under the
 * position, the server's context. `statement` counts from 1 in the script; 0 means one of our own
 * statements. Always returns false.
 */
bool run_explain_failure(PgSession *session, const ReadyScript *script, guint statement,
			 GError **error);

/* Rolls back, whatever state the session is in; a lost connection has done so by itself. */
void run_roll_back(PgSession *session);
