/*
 * An edited migration whose new text is right: accepted one at a time, by a signed record.
 */
#pragma once

#include <glib.h>

#include "standing/standing.h"

/*
 * Records that the text of migration `id` in the commit stands from now on for the one that ran.
 * NULL with ERR_USAGE when it is not applied or was not edited. The caller frees the standing.
 */
Standing *deploy_accept(GitRepo *repo, const StandingOptions *options, const Observer *observer,
			const char *id, const char *reason, GError **error);
