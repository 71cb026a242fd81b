/*
 * The schema of an environment's live database.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "schema/snapshot.h"
#include "standing/standing.h"

/* Takes a snapshot (`wants`: see schema_snapshot_take()) on the standing's session, with a second
 * connection of its own; changes nothing. The caller frees it. */
SchemaSnapshot *standing_snapshot(Standing *standing, SchemaWants wants, GError **error);

/*
 * After a deployment: takes a snapshot and writes its trees, which the caller clears. A schema that
 * cannot be read is a warning, and the trees are empty: nothing is known. Settings without
 * snapshots give empty trees, too.
 */
Trees standing_trees(Standing *standing);

/* After a record that was written in front of the look at the schema (inside one transaction with
 * what it is about): its trees are those of the schema as it is now. */
void standing_look_again(Standing *standing);
