/*
 * The steps by which a standing is opened; standing.c has their table.
 */
#pragma once

#include "standing/standing.h"

bool standing_read_target(Standing *standing, GError **error);
bool standing_open_session(Standing *standing, GError **error);
bool standing_take_lock(Standing *standing, GError **error);
bool standing_fetch(Standing *standing, GError **error);
bool standing_read_ledgers(Standing *standing, GError **error);
bool standing_read_notes(Standing *standing, GError **error);
bool standing_settle(Standing *standing, GError **error);
bool standing_read_rows(Standing *standing, GError **error);
bool standing_read_lineup(Standing *standing, GError **error);
bool standing_read_order(Standing *standing, GError **error);

/* Sets the policy in force from the last record; without one, the proposed one is. */
bool standing_read_policy(Standing *standing, GError **error);
