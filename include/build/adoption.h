/*
 * A change that somebody made by hand, adopted as a migration: the script is proven on the scratch
 * server before anybody commits it.
 */
#pragma once

#include <glib.h>

#include "deploy/context.h"

/*
 * Runs the applied migrations of the last deployed commit and then the script, and compares with
 * the live schema: lines for people that say what would still differ, or where the script fails;
 * an empty array when it is proven. The context is connected and has read its ledgers. The caller
 * frees the array.
 */
GPtrArray *build_adoption_check(DeployContext *context, const char *script, GError **error);
