/*
 * A database that was restored from a backup, and lacks records that the notes have.
 */
#pragma once

#include <glib.h>

#include "standing/standing.h"

/*
 * Records that the database was restored, so that records which only the notes have are abandoned:
 * *abandoned is how many. NULL with ERR_USAGE when the ledgers agree. The caller frees the
 * standing.
 */
Standing *deploy_restore(GitRepo *repo, const StandingOptions *options, const Observer *observer,
			 const char *reason, guint *abandoned, GError **error);
