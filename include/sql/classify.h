/*
 * What kind of statement this is, as far as the runner must know before it sends it.
 *
 * The PostgreSQL parser (libpg_query) decides; a statement that it cannot parse (newer syntax, very
 * long) is judged by its first words, and the server has the last word.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef enum {
	SQL_ORDINARY,       /* may run inside a transaction block */
	SQL_NO_TRANSACTION, /* the server refuses it inside one: CREATE INDEX CONCURRENTLY, VACUUM,
			       CREATE DATABASE, ... */
	SQL_TRANSACTION,    /* transaction control: BEGIN, COMMIT, ROLLBACK, SAVEPOINT, PREPARE
			       TRANSACTION, ... */
} SqlClass;

/* What a statement does that outlives a crash between running and recording it, so that it can be
 * asked for afterwards. */
typedef enum {
	SQL_EFFECT_NONE,
	SQL_EFFECT_INDEX_CREATED,
	SQL_EFFECT_INDEX_DROPPED,
	SQL_EFFECT_REPEATABLE
} SqlEffect;

typedef struct {
	SqlClass class;
	const char
		*what; /* static words for messages: "CREATE INDEX CONCURRENTLY", "COMMIT", ... */
	SqlEffect effect;   /* REPEATABLE: running it twice is harmless (VACUUM, REINDEX, ALTER
			       SYSTEM) */
	char *schema;       /* of the index, or NULL when not written */
	char *index;        /* name of the index created or dropped concurrently, or NULL */
	bool if_not_exists; /* CREATE INDEX CONCURRENTLY IF NOT EXISTS: an INVALID index would pass
			       it silently */
	bool parsed;        /* false: judged by its first words only */
} SqlKind;

/* Never fails: a statement that nobody understands is SQL_ORDINARY with parsed = false. The caller
 * clears `kind`. */
void sql_classify(const char *statement, SqlKind *kind);
void sql_kind_clear(SqlKind *kind);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(SqlKind, sql_kind_clear)

/* Parser syntax check: true when libpg_query parses the text; else false with ERR_MIGRATION and
 * what it says, *position (may be NULL) in characters from 1, 0 when unknown. A statement of more
 * than 1 MiB is not parsed, and false. False is never "invalid": a newer server may take it. */
bool sql_parse_check(const char *statement, unsigned *position, GError **error);
