/*
 * All that is known of one environment at one commit: settings, connection, both ledgers,
 * migrations and plan.
 *
 * It is filled in steps that build on each other (configure, connect, lock, ledgers, plan); a
 * reporting command takes the steps it needs and writes nothing, a deploying one holds the lock
 * from before the ledgers are read until its outcome is recorded.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "git/repo.h"
#include "git/walk.h"
#include "ledger/audit.h"
#include "ledger/chain.h"
#include "ledger/database.h"
#include "ledger/notes.h"
#include "ledger/sync.h"
#include "model/environment.h"
#include "model/event.h"
#include "model/gate.h"
#include "model/plan.h"
#include "model/record.h"
#include "pg/session.h"

typedef struct {
	const char *environment; /* NULL: the project's default */
	const char *at;          /* a revision; NULL: what the environment's source says */
	const char *command;     /* "up", for the lock's holder */
	gint64 wait_ms;          /* for the lock; -1: the environment's */
	bool no_fetch;
	bool offline;        /* no database is asked: settings may hold unset variables */
	const char *new_tag; /* the release tag that will be made before the deployment, or NULL */
	char *const *overrides; /* names of gates to pass over, NULL-terminated; or NULL */
	const char *reason;     /* for them */
} DeployOptions;

typedef struct {
	GitRepo *repo; /* borrowed */
	DeployOptions options;
	Observer observer;

	/* configure */
	Project *project;
	Environment *environment;
	char *ref;           /* full name of the ref that is deployed, or NULL for a bare commit */
	char *release;       /* id of the release tag's object, or NULL */
	GitRevision *target; /* the commit */

	/* connect, lock */
	PgSession *session;
	bool locked;

	/* ledgers */
	LedgerState ledger;
	LedgerSync sync;
	GPtrArray *links; /* LedgerLink*, the database's; empty when there is no ledger yet */
	LedgerNotes *notes;
	LedgerComparison *comparison;
	Record *last;              /* the last record when the ledgers were read, or NULL */
	const Environment *policy; /* in force: borrowed from `policies` or `environment` */
	char *policy_name;         /* "COMMIT:BLOB", or NULL for the built-in one */
	GHashTable *policies;      /* blob to Environment* */
	bool is_signed;            /* records are signed */
	bool brings_policy; /* the commit's own policy is another one: it comes into force by a
			       deployment under the old one, even when nothing is pending */

	char *schema_tree; /* of the snapshot after this deployment, or NULL */
	char *order_tree;  /* of the columns' order, likewise */
	char *access_tree; /* of owners and privileges, likewise */

	char *head_commit; /* the commit of the last record, also of one written since; NULL without
			      any */

	/* plan */
	MigrationSet *set;
	AppliedSet *applied;
	Plan *plan;
	GHashTable *landings; /* up path to GitLanding*, of what is pending when that is more than
				 one; or NULL */
	GHashTable *landings_found; /* what owns them */
	char **partial;             /* "ID\tDIRECTION" of scripts that stopped half-way */

	/* gates */
	GPtrArray *gates;  /* Gate*, once they were asked */
	char *plan_digest; /* what approvals are for */
	char *witness; /* "ENVIRONMENT sha256:ID" of the record that lets this be promoted, or NULL
			*/
	GPtrArray *approvals; /* char*: ids of the approvals that count */
	GPtrArray *overrides; /* const char*: names of gates that were passed over */

	GPtrArray *written; /* Record*: in the database, not yet in the notes */
} DeployContext;

/* A new context; the caller frees it, which closes the connection and with it the lock. The options
 * are borrowed. */
DeployContext *deploy_context_new(GitRepo *repo, const DeployOptions *options,
				  const Observer *observer);
void deploy_context_free(DeployContext *context);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DeployContext, deploy_context_free)

/*
 * Reads the settings and finds the commit: `at`, else the environment's branch, else its newest tag
 * by version, else HEAD. The environment's file is read from that commit.
 */
bool deploy_configure(DeployContext *context, GError **error);

/* Connects, and reads the ledger's state. A pooler that changes server processes is refused. */
bool deploy_connect(DeployContext *context, GError **error);

/* Takes the lock, polling, up to the time allowed; ERR_LOCKED names the holder. */
bool deploy_lock(DeployContext *context, GError **error);

/*
 * What a command that synchronises needs to know: the environments of the commit that stay in this
 * clone. `sync` must be zeroed. For the context's own environment see deploy_is_private().
 */
bool deploy_sync_prepare(GitRepo *repo, const char *commit, const Project *project,
			 LedgerSync *sync, GError **error);

/* The same for the commit of HEAD; in a repository without commits nothing is excluded. */
bool deploy_sync_prepare_head(GitRepo *repo, LedgerSync *sync, GError **error);

/* Whether the environment is this clone's own database (mode follow, or embedded): its records are
 * neither fetched nor pushed. */
bool deploy_is_private(const DeployContext *context);

/* Fetches the records of all environments, unless this is told not to happen; a warning is shown.
 */
bool deploy_fetch(DeployContext *context, GError **error);

/* Fetches (unless told not to, or `fetch` is false), reads and compares both ledgers, and finds the
 * policy in force. */
bool deploy_read_ledgers(DeployContext *context, bool fetch, GError **error);

/*
 * The notes alone instead of the database: what they say is applied, the last record and the policy
 * in force; for those who may not connect. ERR_REFUSED when a deployment is under way or the notes
 * are incomplete.
 */
bool deploy_read_notes(DeployContext *context, GError **error);

/* Reads migrations and what is applied, and compares them. `whole`: see ledger_database_applied().
 */
bool deploy_read_plan(DeployContext *context, bool whole, GError **error);

/* Puts the pending ones in order (directives, landings), and cuts after `to` unless NULL. */
bool deploy_order_plan(DeployContext *context, const char *to, GError **error);

/* Classifies the plan's edits. */
bool deploy_classify_edits(DeployContext *context, GError **error);

/* The last record that is a begin or revert without finish, or NULL. */
const Record *deploy_open_record(const DeployContext *context);
