/*
 * The ledger's half in the database: schema `git_migrate`. Every query is a named function; nothing
 * else reads or writes these tables.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "ledger/chain.h"
#include "model/applied.h"
#include "model/migration.h"
#include "model/record.h"
#include "pg/session.h"

#define LEDGER_FORMAT 1

/* Where we are connected, and what the ledger there says of itself. */
typedef struct {
	char *database; /* SYSTEM-IDENTIFIER/OID/NAME; the identifier is "unknown" where the server
			   hides it */
	char *user;
	char *time;  /* the server's clock, ISO 8601 in UTC with microseconds */
	bool pooled; /* a pooler stands between: the server process is not the one that greeted us
		      */
	bool in_recovery; /* a read-only standby */
	bool present;     /* the ledger exists; the rest is set only then */
	int format;
	char *ledger;      /* uuid */
	char *environment; /* for which it was made */
	gint64 sequence;   /* of the last record; 0 when there is none */
	char *head;        /* id of the last record, or NULL */
} LedgerState;

/* Frees what it holds; it is all zero afterwards. */
void ledger_state_clear(LedgerState *state);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LedgerState, ledger_state_clear)

/* Reads the state. A ledger of a newer format is ERR_LEDGER. `state` must be zeroed; the caller
 * clears it. */
bool ledger_database_state(PgSession *session, LedgerState *state, GError **error);

/* Makes the schema in one transaction; fine when another deployer was faster. ERR_LEDGER names
 * missing privileges. */
bool ledger_database_create(PgSession *session, const char *environment, GError **error);

/* Every record as a link of the chain (LedgerLink*, ledger/chain.h), oldest first. */
GPtrArray *ledger_database_links(PgSession *session, GError **error);

/* The texts of the records from a sequence on, oldest first: GBytes*, owned. */
GPtrArray *ledger_database_texts(PgSession *session, gint64 from_sequence, GError **error);

/*
 * The sequence of a record that deployed another object by this tag's ref: *sequence is 0 when
 * there is none. `release` is the tag object's id, or NULL for a lightweight tag, of which `commit`
 * is compared.
 */
bool ledger_database_other_release(PgSession *session, const char *ref, const char *release,
				   const char *commit, gint64 *sequence, GError **error);

/* All applied migrations. `whole` also fills content, path, commit, applied_at, applied_by and
 * duration. */
AppliedSet *ledger_database_applied(PgSession *session, bool whole, GError **error);

/* Appends a record whose raw text is set. A sequence or id that exists already is ERR_LEDGER:
 * somebody was faster. */
bool ledger_database_add_record(PgSession *session, const Record *record, GError **error);

/* What is written for an applied migration. */
typedef struct {
	const char *id;
	const char *blob;
	const char *content;
	const char *path;
	const char *commit;
	gint64 record;
	gint64 duration_ms; /* -1: since the beginning of the transaction */
	bool repeatable;    /* its row may be there already, and is replaced */
} LedgerApply;

/* Adds the write to a batch, inside the migration's own transaction. A row that is there already is
 * an error: the migration has run. */
void ledger_batch_apply(PgBatch *batch, const LedgerApply *apply);

/* Says in the row of an applied migration that another text stands for the one that ran: blob,
 * content, path and commit of `apply`. Inside the caller's transaction. */
bool ledger_database_accept(PgSession *session, const LedgerApply *apply, GError **error);

/* Adds the deletion of a row; its one answer is for ledger_reverted_at(). */
void ledger_batch_revert(PgBatch *batch, const char *id);

/* When the server deleted the row, ISO 8601 in UTC, for the caller to free; NULL when there was
 * none. */
char *ledger_reverted_at(const PgResult *reverted);

/*
 * Adds one statement that fails unless the deployers' lock is held by this session and the record
 * `sequence` is still the last one. A lock that the session has lost is taken again, when nobody
 * else has it. The statement timeout is off from here to the end of the transaction.
 */
void ledger_batch_guard(PgBatch *batch, gint64 sequence);

/* Adds the deletion of a script's journal. */
void ledger_batch_clear_journal(PgBatch *batch, const char *id, const char *direction);

/* The journal of one script: what its statements did so far. */
typedef struct {
	guint statement; /* from 1 */
	char *digest;
	bool finished;
} LedgerStep;

/* Frees it; NULL is fine. */
void ledger_step_free(LedgerStep *step);

/* What an earlier run of the script did (LedgerStep*, in order), owned by the array, which is the
 * caller's. `direction` is "up" or "down". */
GPtrArray *ledger_database_journal(PgSession *session, const char *id, const char *direction,
				   GError **error);

/* A statement of a script, as the journal knows it. */
typedef struct {
	const char *id;        /* of the migration */
	const char *direction; /* "up" or "down" */
	guint statement;       /* from 1 */
	const char *digest;    /* of its text */
	gint64 record;         /* sequence of the opening record */
} LedgerStepKey;

/* Adds the mark that a statement begins, or has finished (whether it was marked before or not). */
void ledger_batch_step(PgBatch *batch, const LedgerStepKey *key, bool finished);

/* Ids of migrations whose script stopped half-way, with direction: "ID\tup"; NULL-terminated. */
char **ledger_database_partial(PgSession *session, GError **error);

/*
 * Frees every advisory lock of the session but the deployers', however often each was taken. The
 * server warns of the one attempt too many, so that messages below errors are off afterwards.
 */
#define LEDGER_UNLOCK_OTHERS                                                                      \
	"WITH RECURSIVE quiet AS MATERIALIZED ("                                                  \
	" SELECT set_config('client_min_messages', 'error', false)), mine AS ("                   \
	" SELECT DISTINCT l.classid::bigint AS high, l.objid::bigint AS low, l.objsubid, l.mode"  \
	" FROM quiet, pg_locks l WHERE l.locktype = 'advisory' AND l.pid = pg_backend_pid()"      \
	" AND NOT (l.classid = " LEDGER_LOCK_CLASS " AND l.objid = 1 AND l.objsubid = 2)), freed" \
	" AS (SELECT mine.*, true AS ok FROM mine UNION ALL SELECT high, low, objsubid, mode,"    \
	" CASE WHEN objsubid = 1 AND mode = 'ExclusiveLock'"                                      \
	" THEN pg_advisory_unlock((high << 32) | low)"                                            \
	" WHEN objsubid = 1 THEN pg_advisory_unlock_shared((high << 32) | low)"                   \
	" WHEN mode = 'ExclusiveLock' THEN pg_advisory_unlock("                                   \
	" (high - (high >> 31 << 32))::integer, (low - (low >> 31 << 32))::integer)"              \
	" ELSE pg_advisory_unlock_shared("                                                        \
	" (high - (high >> 31 << 32))::integer, (low - (low >> 31 << 32))::integer) END"          \
	" FROM freed WHERE ok) SELECT count(*) FROM freed"

/*
 * Advisory locks are counted per database, and a database has one ledger, so the key is a constant:
 * "gitm" in ASCII.
 */
#define LEDGER_LOCK_CLASS "1735947373"

/* The lock of all deployers of a database: a session lock, asked for and never waited for inside
 * the server. */
bool ledger_database_try_lock(PgSession *session, bool *locked, GError **error);
/* Who holds it, in words for people and for the caller to free; *holder is NULL when nobody does
 * (any more). */
bool ledger_database_lock_holder(PgSession *session, char **holder, GError **error);
