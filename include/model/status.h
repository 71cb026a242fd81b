/*
 * The status of one environment at one commit, as `status` and `plan` show it; and what `verify`
 * found.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "model/gate.h"
#include "model/plan.h"
#include "model/record.h"

/* A pending migration in its place. */
typedef struct {
	char *id;
	char *path;
	char *landed;     /* the commit by which it arrived, or NULL when that did not matter */
	char **requires;  /* NULL-terminated */
	bool transaction; /* as its directive says; the script itself may still forbid it */
	bool repeatable;
	char *irreversible; /* reason, or NULL */
	bool has_down;
} StatusPending;

/* An applied migration whose file was edited. */
typedef struct {
	char *id;
	char *path;
	EditKind kind;
	char *commit; /* the newest commit that changed it, or NULL when that is not known */
	char *author;
	char *day;
	char *subject;
} StatusEdit;

typedef struct {
	char *environment;
	char *problem; /* why nothing more is known (no connection, ...), or NULL: then the rest is
			  unset */
	char *hint;
	char *where; /* "user@host:port/database", without secrets */
	char *ref;   /* or NULL */
	char *commit;
	char *deployed; /* the last deployed commit, or NULL */
	guint ahead;    /* commits that `commit` has and `deployed` has not */
	guint behind;   /* the other way round: the database is ahead of the commit */
	bool relation_known;

	guint in_commit, applied;
	GPtrArray *pending; /* StatusPending*, in order */
	GPtrArray *edits;   /* StatusEdit* */
	char **removed;     /* ids */
	char **renamed;     /* "OLD -> NEW" */
	char **covered;     /* ids that never run here: what they replace, or what replaces them, is
			       applied */
	guint replaced;     /* applied ones, absent from the commit, that cover them */
	char **partial;     /* "ID (up)": a script that stopped half-way */
	char **invalid_indexes;

	GPtrArray *gates;  /* Gate*: those that were asked */
	char **overridden; /* names of gates that the last deployment passed over */
	char *override_reason;

	bool is_signed;
	guint records;
	char *ledger;      /* what is wrong between the ledgers, or NULL when they agree */
	bool ledger_stops; /* it stops a deployment, rather than being repaired by the next */
	char *overdue;     /* a deployment that never finished, in words, or NULL */

	char *last_action; /* "up" or "down", or NULL when nothing was ever deployed */
	char *last_outcome;
	char *last_time;
	char *last_who;
	gint64 last_sequence;
	char *last_error;
} StatusReport;

/* A report that knows nothing yet; the caller frees it. */
StatusReport *status_report_new(const char *environment);

/* Frees it; NULL is fine. */
void status_report_free(StatusReport *report);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(StatusReport, status_report_free)

/* Frees it; NULL is fine. */
void status_pending_free(StatusPending *pending);

/* Frees it; NULL is fine. */
void status_edit_free(StatusEdit *edit);

/* Whether something is wrong: real edits, what was removed, stopped or left without outcome,
 * INVALID indexes, ledgers that do not agree. */
bool status_report_has_findings(const StatusReport *report);

typedef struct {
	char *environment;
	guint records, signatures, remembered, notes, rows;
	guint newer; /* records of a newer version's format: what they say is not judged */
	bool is_signed;
	char **problems; /* each in words; NULL-terminated */
	char **remarks;  /* what is not wrong but worth knowing: notes that lag */
} VerifyReport;

/* A report that found nothing yet; the caller frees it. */
VerifyReport *verify_report_new(const char *environment);

/* Frees it; NULL is fine. */
void verify_report_free(VerifyReport *report);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VerifyReport, verify_report_free)
