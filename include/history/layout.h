/*
 * File names as migrations: which layout a folder uses, and which file is which migration's which
 * script. Pure.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "model/migration.h"

typedef enum {
	HISTORY_STRICT,  /* a commit's migrations */
	HISTORY_APPLIED, /* scripts kept as they were applied, at any time and each by itself: a
			    version may stand there twice, and a script without its migration is
			    nobody's */
} HistoryRules;

/*
 * From the files below the migrations folder (paths relative to it, with their blob ids, side by
 * side in two NULL-terminated lists) to a set. Files that do not end in .sql, hidden ones, and
 * README and LICENSE files are passed over. ERR_MIGRATION, with the offending files as detail: a
 * mixture of layouts in one folder, a down script without its up script, the same id or version
 * twice, a way back in a layout that knows none, .sql files of which none matches a layout.
 */
MigrationSet *history_layout_read(const char *commit, const char *folder, const char *const *paths,
				  const char *const *blobs, HistoryRules rules, GError **error);
