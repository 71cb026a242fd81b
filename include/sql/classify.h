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

/* What a runner must know of a statement beyond its class. */
typedef enum {
	SQL_EFFECT_NONE,
	/* These outlive a crash between running and recording, so that they are asked for
	 * afterwards. */
	SQL_EFFECT_INDEX_CREATED,
	SQL_EFFECT_INDEX_DROPPED,
	SQL_EFFECT_REPEATABLE, /* running it twice is harmless: VACUUM, REINDEX, ALTER SYSTEM */
	SQL_EFFECT_SESSION,    /* it changes the session and nothing else, so that a new session
				  needs it again: SET, PREPARE, LISTEN, SELECT set_config() */
	SQL_EFFECT_TEMPORARY,  /* it makes a temporary relation, which a new session has not */
	SQL_EFFECT_ROWS_OUT,   /* COPY ... TO stdout: rows for a client that takes them */
	/* Of transaction control, what is harmless among the statements of one script. */
	SQL_EFFECT_SAVEPOINT,
	SQL_EFFECT_RELEASE,
	SQL_EFFECT_ROLLBACK_TO,
} SqlEffect;

typedef struct {
	SqlClass class;
	const char
		*what; /* static words for messages: "CREATE INDEX CONCURRENTLY", "COMMIT", ... */
	SqlEffect effect;
	char *schema;       /* of the index, or NULL when not written */
	char *index;        /* name of the index created or dropped concurrently, or NULL */
	char *temporary;    /* name of the temporary relation, or NULL */
	char *savepoint;    /* name of the savepoint made, released or gone back to; NULL when not
			       parsed */
	bool if_not_exists; /* CREATE INDEX CONCURRENTLY IF NOT EXISTS: an INVALID index would pass
			       it silently */
	bool parsed;        /* false: judged by its first words only */
	bool quiet; /* DDL that calls no function of anybody: it leaves nothing in the session.
		       False when that cannot be told. What event triggers, a domain's checks
		       and operator classes call is not seen */
} SqlKind;

/* Never fails: a statement that nobody understands is SQL_ORDINARY with parsed = false. The caller
 * clears `kind`. */
void sql_classify(const char *statement, SqlKind *kind);

/* Frees what the kind holds; it is all zero afterwards. */
void sql_kind_clear(SqlKind *kind);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(SqlKind, sql_kind_clear)

/* Parser syntax check: true when libpg_query parses the text; else false with ERR_MIGRATION and
 * what it says, *position (may be NULL) in characters from 1, 0 when unknown. A statement of more
 * than 1 MiB is not parsed, and false. False is never "invalid": a newer server may take it. */
bool sql_parse_check(const char *statement, unsigned *position, GError **error);
