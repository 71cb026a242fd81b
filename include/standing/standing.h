/*
 * An environment as it stands: what is to be deployed there, by which policy, what its two ledgers
 * say, and what a commit would change.
 *
 * It is opened with what a command needs (a table of steps that build on each other); a reporting
 * command takes the steps it needs and writes nothing, a deploying one holds the lock from before
 * the ledgers are read until its outcome is recorded.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "git/repo.h"
#include "ledger/chain.h"
#include "ledger/database.h"
#include "ledger/notes.h"
#include "ledger/sync.h"
#include "lineup/lineup.h"
#include "model/event.h"
#include "model/policy.h"
#include "model/project.h"
#include "model/record.h"
#include "model/settings.h"
#include "model/trees.h"
#include "pg/session.h"
#include "run/runner.h"
#include "standing/policies.h"

typedef struct {
	const char *environment; /* NULL: the project's default */
	const char *at;          /* a revision; NULL: what the environment's source says */
	const char *command;     /* "up", for the lock's holder */
	gint64 wait_ms;          /* for the lock; -1: the environment's */
	bool no_fetch;
	bool offline;        /* no database is asked: settings may hold unset variables */
	bool allow_existing; /* what somebody else has made in the database is no reason to stop */
} StandingOptions;

/* What is deployed. */
typedef struct {
	GitRevision *commit;
	char *ref;     /* full name of the ref that is deployed, or NULL for a bare commit */
	char *release; /* id of the release tag's object, or NULL */
} Target;

/* Both ledgers as they were read, and what was written since. */
typedef struct {
	LedgerState state;
	LedgerSync sync;
	GPtrArray *links; /* LedgerLink*, the database's; empty when there is no ledger yet */
	LedgerNotes *notes;
	LedgerComparison *comparison;
	Record *last;       /* the last record when the ledgers were read, or NULL */
	char *head_commit;  /* the commit of the last record, also of one written since; NULL
			       without any */
	GPtrArray *written; /* Record*: in the database, not yet in the notes */
	Trees trees;        /* that go with the last record that was written */
} Ledgers;

/* What can be asked for; each implies nothing, the table of steps has their order. */
typedef enum {
	STANDING_TARGET = 1 << 0,  /* project, settings, the proposed policy, the commit */
	STANDING_SESSION = 1 << 1, /* the connection, and what the ledger there says of itself */
	STANDING_LOCK = 1 << 2,    /* the deployers' lock */
	STANDING_FETCH = 1 << 3,   /* the remote's records, unless told otherwise */
	STANDING_LEDGERS = 1 << 4, /* both ledgers compared, and the policy in force */
	STANDING_NOTES = 1 << 5,   /* the notes alone, for those who may not connect */
	STANDING_SETTLED = 1 << 6, /* the ledgers agree, and a crash is recorded */
	STANDING_ROWS = 1 << 7,    /* the lineup with every column of what is applied */
	STANDING_LINEUP = 1 << 8,  /* the lineup */
	STANDING_ORDER = 1 << 9,   /* what is pending, in order */
} StandingNeed;

#define STANDING_READ     (STANDING_TARGET | STANDING_SESSION | STANDING_LEDGERS)
#define STANDING_READ_ALL (STANDING_READ | STANDING_FETCH)
#define STANDING_DEPLOY   (STANDING_READ_ALL | STANDING_LOCK | STANDING_SETTLED)

typedef struct {
	GitRepo *repo; /* borrowed */
	StandingOptions options;
	Observer observer;
	unsigned taken; /* steps, of StandingNeed */

	Project *project;
	Settings *settings;
	Policy *proposed; /* as the target's own file has it; in force only before the first record
			   */
	Target target;

	PgSession *session;
	bool locked;

	PolicyStore *policies;
	const Policy *policy; /* in force; borrowed */
	char *policy_name;    /* "COMMIT:BLOB", or NULL for the built-in one */
	bool is_signed;       /* records are signed */
	bool brings_policy;   /* the commit's own policy is another one: it comes into force by a
				 deployment under the old one, even when nothing is pending */

	Ledgers ledgers;
	AppliedSet *noted; /* what the notes say is applied, until the lineup takes it */
	Lineup *lineup;
	LineupOrder *order;
} Standing;

/*
 * Takes the steps that are needed (StandingNeed, or-ed). NULL with an error when one fails:
 * ERR_LOCKED names the lock's holder; ERR_REFUSED: ledgers that do not agree, another environment's
 * database, a deployment under way (STANDING_NOTES). The options and what they name are borrowed;
 * `observer` may be NULL. The caller frees it, which closes the connection and with it the lock.
 */
Standing *standing_open(GitRepo *repo, const StandingOptions *options, const Observer *observer,
			unsigned needs, GError **error);

/* One without any step taken, for those who look at one step after the other. */
Standing *standing_new(GitRepo *repo, const StandingOptions *options, const Observer *observer);

/* Frees it; NULL is fine. */
void standing_free(Standing *standing);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Standing, standing_free)

/* Takes further steps; those that are taken already are not taken again. */
bool standing_need(Standing *standing, unsigned needs, GError **error);

/* Forgets the lineup and its order, to be taken again after something was applied or undone. */
void standing_forget_lineup(Standing *standing);

/* The name of the environment. */
const char *standing_name(const Standing *standing);

/* Whether the environment is this clone's own database: its records are neither fetched nor pushed.
 */
bool standing_is_private(const Standing *standing);

/* The last record that is a begin or revert without finish, or NULL. */
const Record *standing_open_record(const Standing *standing);

/* The limits that the settings give to scripts. */
RunLimits standing_limits(const Standing *standing);

/* ERR_REFUSED when an applied migration's script was changed in meaning; a change that means
 * nothing is a warning. Needs the lineup. */
bool standing_refuse_edits(const Standing *standing, GError **error);

/*
 * What is wrong with the rows that say what is applied, held against the records: LedgerProblem*,
 * in an array for the caller to free; empty where all is well. Needs the lineup. Records are read
 * only when the rows or the ledger changed since they were proven in this clone. NULL with an
 * error.
 */
GPtrArray *standing_rows_problems(const Standing *standing, GError **error);

/* ERR_REFUSED with these problems, and the way out. */
bool standing_prove_rows(const Standing *standing, GError **error);

/*
 * What somebody has made in a database whose ledger has no record: "table public.users", tables
 * first; g_strfreev. Empty where there are records, and where `allow_existing` is set. NULL with an
 * error.
 */
char **standing_unrecorded(const Standing *standing, GError **error);

/* ERR_REFUSED when there are such objects: the migrations might run over what they made before
 * under another tool, or by hand. */
bool standing_refuse_unrecorded(const Standing *standing, GError **error);

/* Opens the connection again after it was lost, and takes the lock. ERR_LOCKED when the record
 * `head` is not the last one any more: another deployer took over. */
bool standing_reconnect(Standing *standing, const char *head, GError **error);

/*
 * What a command that synchronises needs to know: the environments of HEAD that stay in this clone;
 * in a repository without commits nothing is excluded. `sync` must be zeroed.
 */
bool standing_sync_prepare(GitRepo *repo, LedgerSync *sync, GError **error);
