/* A script that is one transaction: sent in one batch, COPY data between batches. */
#include "base/fault.h"
#include "internal.h"
#include "ledger/database.h"
#include "run/failure.h"
#include "run/leftovers.h"

/* Where a statement of the batch came from: 0 is one of ours, else 1 + its index in the script. */
#define OURS 0u

typedef struct {
	const Runner *runner;
	const ReadyScript *script;
	PgBatch *batch;
	GArray *origin; /* guint, per statement of the batch */
	guint guard;    /* index in the batch of the question for the lock; G_MAXUINT: not in it */
} Transaction;

static void add_own(Transaction *work, const char *sql)
{
	pg_batch_add(work->batch, sql, 0, NULL);
}

/* What was added to the batch since is ours, not the script's. */
static void mark_own(Transaction *work)
{
	const guint ours = OURS;

	while (work->origin->len < pg_batch_length(work->batch))
		g_array_append_val(work->origin, ours);
}

static void start_batch(Transaction *work)
{
	g_clear_pointer(&work->batch, pg_batch_free);
	work->batch = pg_batch_new();
	g_array_set_size(work->origin, 0);
	work->guard = G_MAXUINT;
}

static bool explain(const Transaction *work, guint failed, GError **error)
{
	const guint origin =
		failed < work->origin->len ? g_array_index(work->origin, guint, failed) : OURS;

	if (failed == work->guard)
		return run_explain_guard(work->runner->session, failed, work->guard, error);
	return run_explain_failure(work->runner->session, work->script, origin, error);
}

/* `results` may be NULL; else it receives the answers. */
static bool flush(Transaction *work, GPtrArray **results, GError **error)
{
	PgSession *session = work->runner->session;
	guint failed;

	mark_own(work);
	if (pg_batch_length(work->batch) == 0)
		return true;
	if (!pg_session_run_batch(session, work->batch, &failed, results, error))
		return explain(work, failed, error);
	start_batch(work);
	return true;
}

/* A COPY block cannot travel in a batch: what is before it is sent first. */
static bool add_statement(Transaction *work, guint index, GError **error)
{
	const SqlStatement *statement = ready_script_statement(work->script, index);
	const guint origin = index + 1;
	g_autofree char *sql = NULL;

	if (statement->is_copy_from_stdin)
		return flush(work, NULL, error) &&
		       runner_statement(work->runner->session, work->script, index, error);
	sql = sql_statement_text(work->script->statements, statement);
	mark_own(work);
	pg_batch_add(work->batch, sql, 0, NULL);
	g_array_append_val(work->origin, origin);
	return true;
}

static void add_begin(Transaction *work)
{
	if (!work->runner->in_outer)
		add_own(work, "BEGIN");
	run_batch_prepare(work->batch, work->runner, work->script);
}

/* The script may have changed role and limits: what comes now is written as ourselves. What it left
 * behind is taken back in a transaction of its own: a default such as
 * default_transaction_isolation is read when a transaction begins, so that it must be gone before
 * the next script's. */
static void add_end(Transaction *work, const Runner *runner, bool quiet)
{
	if (!quiet)
		add_own(work, "RESET SESSION AUTHORIZATION");
	work->guard = run_batch_row(work->batch, runner, work->script, -1);
	if (!runner->in_outer)
		add_own(work, "COMMIT");
	if (!quiet)
		leftovers_batch(work->batch, runner->in_outer);
}

static bool run_inside(Transaction *work, const ReadyScript *verify, RunOutcome *outcome,
		       GError **error)
{
	const Runner *runner = work->runner;
	g_autoptr(GPtrArray) results = NULL;
	guint guard;

	add_begin(work);
	for (guint i = 0; i < ready_script_length(work->script); i++)
		if (!add_statement(work, i, error))
			return false;
	if (verify && (!flush(work, NULL, error) || !run_verify(runner, verify, error)))
		return false;
	if (!fault_point("migration", error))
		return false;
	add_end(work, runner, work->script->quiet && !verify);
	guard = work->guard;
	if (!flush(work, &results, error))
		return false;
	run_take_outcome(runner, results, guard, outcome);
	return true;
}

bool run_transaction(const Runner *runner, const ReadyScript *script, const ReadyScript *verify,
		     RunOutcome *outcome, GError **error)
{
	g_autoptr(GArray) origin = g_array_new(FALSE, FALSE, sizeof(guint));
	Transaction work = {.runner = runner,
			    .script = script,
			    .batch = pg_batch_new(),
			    .origin = origin,
			    .guard = G_MAXUINT};
	const bool ok = run_inside(&work, verify, outcome, error);

	pg_batch_free(work.batch);
	if (!ok && !runner->in_outer) {
		pg_session_set_deadline(runner->session, 0);
		run_roll_back(runner->session);
	}
	return ok;
}
