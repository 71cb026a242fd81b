/*
 * File names as migrations: which layout a folder uses, and which file is which migration's which
 * script. Pure.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "model/migration.h"

/*
 * From the files below the migrations folder (paths relative to it, with their blob ids, side by
 * side in two NULL-terminated lists) to a set. Files that do not end in .sql, hidden ones, and
 * README and LICENSE files are passed over. ERR_MIGRATION, with the offending files as detail: a
 * mixture of layouts in one folder, a down script without its up script, the same id twice, .sql
 * files of which none matches a layout.
 */
MigrationSet *history_layout_read(const char *commit, const char *folder, const char *const *paths,
				  const char *const *blobs, GError **error);
