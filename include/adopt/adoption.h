/*
 * A change that somebody made by hand, adopted as a migration: the script is proven on the scratch
 * server before anybody commits it.
 */
#pragma once

#include <glib.h>

#include "standing/standing.h"

/*
 * Runs the applied migrations of the last deployed commit and then the script, and compares with
 * the live schema: lines for people that say what would still differ, or where the script fails;
 * an empty array when it is proven. The standing has its ledgers. The caller frees the array.
 */
GPtrArray *adopt_check_script(Standing *standing, const char *script, GError **error);
