/*
 * The steps by which a standing is opened; standing.c has their table.
 */
#pragma once

#include "standing/standing.h"

/* Finds the commit by what feeds the environment, and reads project, settings and proposed
 * policy from it. */
bool standing_read_target(Standing *standing, GError **error);

/* Connects, and reads what the ledger there says of itself. A pooler that changes server
 * processes is refused. */
bool standing_open_session(Standing *standing, GError **error);

/* Takes the lock, polling, up to the time allowed; ERR_LOCKED names the holder. */
bool standing_take_lock(Standing *standing, GError **error);

/* Fetches the remote's records; one that cannot be reached is a warning. */
bool standing_fetch(Standing *standing, GError **error);

/* Reads and compares both ledgers, and finds the policy in force. */
bool standing_read_ledgers(Standing *standing, GError **error);

/* What the notes alone say is applied, and the policy in force. ERR_REFUSED when a deployment
 * is under way or they are incomplete. */
bool standing_read_notes(Standing *standing, GError **error);

/* Refuses ledgers that do not agree, unless the difference can be repaired; records a crash. */
bool standing_settle(Standing *standing, GError **error);

/* Makes the lineup with every column of what is applied. */
bool standing_read_rows(Standing *standing, GError **error);

/* Reads what is applied, in brief, and makes the lineup. */
bool standing_read_lineup(Standing *standing, GError **error);

/* Puts what is pending in order. */
bool standing_read_order(Standing *standing, GError **error);

/* Sets the policy in force from the last record; without one, the proposed one is. */
bool standing_read_policy(Standing *standing, GError **error);
