/*
 * Scripts made ready to run: read from the repository, split, each statement judged; and refused
 * before anything ran when one could not be carried out whole.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "deploy/context.h"
#include "history/read.h"
#include "sql/classify.h"
#include "sql/split.h"

typedef struct {
	const Migration *migration; /* borrowed */
	Script source;
	SqlScript *statements;
	char *content;       /* SHA-256 of the file's bytes */
	bool transaction;    /* one transaction for all of it */
	const char *why_not; /* static words: what forbids a transaction; NULL when the directive
				asked for none */
	bool has_copy;
} ReadyScript;

void ready_script_free(ReadyScript *script);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ReadyScript, ready_script_free)

/*
 * Reads and judges one script. ERR_MIGRATION with file:line:column for what cannot be split,
 * transaction control statements, and scripts that cannot run in a transaction where the
 * environment wants one for the whole deployment. NULL without error when the migration has no such
 * script.
 */
ReadyScript *deploy_ready_script(DeployContext *context, const Migration *migration,
				 ScriptRole role, GError **error);

/* The script as an item of the record that says what will be done; the caller frees it. */
RecordItem *ready_script_item(const ReadyScript *script);
