/*
 * Edited migrations at deployment: refused with who did it, or accepted one at a time by a signed
 * record.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "deploy/context.h"

/* ERR_REFUSED when an applied migration's script was changed in meaning, naming commits and
 * authors. Edits must be classified. */
bool deploy_refuse_edits(DeployContext *context, GError **error);

/*
 * Records that the text of migration `id` in the commit stands from now on for the one that ran.
 * ERR_USAGE when it is not applied or was not edited. The context must be new.
 */
bool deploy_accept(DeployContext *context, const char *id, const char *reason, GError **error);

/*
 * Records that the database was restored from a backup, so that records which only the notes have
 * are abandoned. ERR_USAGE when the ledgers agree. The context must be new.
 */
bool deploy_restore(DeployContext *context, const char *reason, guint *abandoned, GError **error);
