/*
 * A record: one act of a ledger, as the signed text says it.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef enum {
	RECORD_BEGIN,   /* what an `up` is about to do */
	RECORD_REVERT,  /* what a `down` is about to do */
	RECORD_FINISH,  /* what the begin or revert before it did */
	RECORD_ACCEPT,  /* an edited migration's new text stands for the one that ran */
	RECORD_RESTORE, /* the database was restored from a backup: the records after it are
			   abandoned */
	RECORD_BASELINE,
	RECORD_ADOPT,
	RECORD_CHECKPOINT,
	RECORD_UNKNOWN, /* an action that only a newer version knows; never written */
} RecordAction;

typedef enum { OUTCOME_DONE, OUTCOME_FAILED, OUTCOME_INTERRUPTED, OUTCOME_CRASHED } RecordOutcome;

/* One migration in a plan (begin, revert, accept) or in an outcome (finish). */
typedef struct {
	char *id;
	char *path;       /* plan: of the script that runs */
	char *blob;       /* plan: its blob */
	char *content;    /* plan: SHA-256 of its bytes */
	bool transaction; /* plan: false for a script that runs statement by statement */
	char *at;         /* outcome: when it was applied, ISO 8601 in UTC */
	gint64 duration_ms;
} RecordItem;

typedef struct {
	/* the tag's headers */
	char *object; /* the deployed commit */
	char *tag;    /* migrate/ENVIRONMENT/SEQUENCE, eight digits */
	char *tagger;

	RecordAction action;
	char *environment;
	char *ledger;    /* uuid made when the ledger was */
	char *database;  /* SYSTEM-IDENTIFIER/OID/NAME */
	gint64 sequence; /* from 1 */
	char *previous;  /* id of the record before, or NULL for the first */
	char *ref;       /* full name of the ref that was deployed, or NULL */
	char *release;   /* id of the release tag's object, or NULL */
	char *policy; /* COMMIT:BLOB of the environment file in force, or NULL. A finish says which
			 one is in force from then on: the deployed commit's when all went well */
	char *time;   /* the database's clock, ISO 8601 in UTC */
	char *tool;   /* git-migrate/VERSION */

	/* begin, revert, accept: the plan; finish: what was applied or reverted */
	GPtrArray *items; /* RecordItem* */
	char *plan;       /* begin, revert: digest of the plan, which approvals are for; or NULL */
	char *witness;    /* begin: "ENVIRONMENT sha256:ID", the record that let it be promoted; or
			     NULL */
	char **approvals; /* begin: ids of approvals; NULL-terminated, may be NULL */
	char **overrides; /* begin, finish: names of gates that were passed over; NULL-terminated,
			     may be NULL */

	/* finish */
	char *begin; /* id of the record it finishes */
	RecordOutcome outcome;
	char *error;    /* one line, or NULL */
	char *failed;   /* id of the migration that failed, or NULL */
	char *snapshot; /* tree id of the schema afterwards, or NULL */
	char *backup;   /* or NULL */

	char *reason; /* accept, restore, adopt, baseline; begin and finish: for the overrides; or
			 NULL */
	char *abandoned; /* restore: id of the last record of the abandoned chain */

	gint64 format; /* the number in its first line */

	/* not in the text */
	bool is_newer; /* a newer version's form: only what every record says is filled in, and more
			  by luck */
	char *id;      /* SHA-256 of the raw text */
	GBytes *raw;
	bool is_signed;
} Record;

/* A record of this action with nothing filled in; the caller frees it. */
Record *record_new(RecordAction action);

/* Frees it; NULL is fine. */
void record_free(Record *record);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Record, record_free)

/* An item with a copy of the id; the caller frees it. */
RecordItem *record_item_new(const char *id);

/* Frees it; NULL is fine. */
void record_item_free(RecordItem *item);

/* Words as they stand in records and output: "begin", "done". */
const char *record_action_name(RecordAction action);

/* The outcome as a word: "done"; static. */
const char *record_outcome_name(RecordOutcome outcome);
