/*
 * What a script can leave behind in a session, and what takes it back: the next script, and our own
 * statements, must find a session as if it were new. It is taken back behind each script that may
 * have left something.
 *
 * DISCARD ALL would do most of it and is not used: it also drops the deployers' lock (PostgreSQL
 * manual, DISCARD).
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "pg/session.h"

typedef struct {
	const char *what; /* that may be left */
	const char *undo; /* the statement that takes it back; it may run in any transaction */
} Leftover;

/* In the order in which they are undone; ends with a NULL. */
extern const Leftover leftover_table[];

/* Adds the statements of the table, and the session's own pins behind them. In a transaction of
 * their own unless the caller is inside one: no left-over default (read only, serializable) can
 * govern it.
 */
void leftovers_batch(PgBatch *batch, bool in_transaction);

/* Takes everything back now, likewise. ERR_CONNECTION when the session is gone. */
bool leftovers_undo(PgSession *session, bool in_transaction, GError **error);

/*
 * Inside a transaction of a script's own session: adds the switch to the user who logged in, and
 * back to the role and session authorization that the script had. Between the two our own
 * statements run, with our own rights. For scripts that run statement by statement, whose role must
 * hold on.
 */
void leftovers_batch_be_ourselves(PgBatch *batch);

/* The way back from leftovers_batch_be_ourselves(), in the same transaction. */
void leftovers_batch_be_the_script(PgBatch *batch);
