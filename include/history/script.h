/*
 * A migration's scripts out of their files: sections, directives, byte order marks. Pure.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "model/migration.h"

/* A part of a file's bytes. Borrowed from the file. */
typedef struct {
	const char *text;
	size_t length;
	unsigned line; /* of the file, on which it begins */
	bool present;
} ScriptText;

typedef struct {
	ScriptText up;
	ScriptText down;
	bool no_transaction; /* by the markers of dbmate (transaction:false) and goose (NO
				TRANSACTION) */
} ScriptSections;

/*
 * The sections of a NAME.sql: `-- migrate:up` / `-- migrate:down`, `-- +goose Up` / `-- +goose
 * Down` (StatementBegin and StatementEnd markers are only comments to us),
 * `-- +migrate Up` / `-- +migrate Down`. Without markers all of it is the up script and there is no
 * down. ERR_MIGRATION with place: a marker twice, down before up, text before the first marker that
 * is no comment, two dialects in one file.
 */
bool history_script_sections(const char *text, size_t length, const char *file,
			     ScriptSections *sections, GError **error);

/*
 * Directives: lines `-- migrate: WORD ...` among the comments before the first statement. Unknown
 * ones, wrong values and doubles are ERR_MIGRATION with place. The caller frees the result.
 *   requires ID | no-transaction | irreversible REASON | batch size=N pause=DURATION | timeout
 * DURATION | lock-timeout DURATION | risk low|medium|high|critical | allow RULE REASON | replaces
 * ID BLOB [via ID]
 */
Directives *history_script_directives(const ScriptText *up, const char *file, GError **error);

/* A digest of the directives' meaning, so that an edit of one is a real edit; for the caller to
 * free. */
char *history_directives_digest(const Directives *directives);
