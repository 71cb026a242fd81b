#include "deploy/execute.h"

#include <string.h>

#include "base/borrow.h"
#include "base/error.h"
#include "base/fault.h"
#include "base/interrupt.h"
#include "base/text.h"
#include "ledger/record.h"
#include "run/failure.h"
#include "run/leftovers.h"
#include "standing/snapshot.h"
#include "standing/write.h"

void deploy_result_clear(DeployResult *result)
{
	g_free(result->failed);
	*result = (DeployResult){0};
}

char *deploy_result_describe(const Standing *standing, const DeployResult *result, const char *verb)
{
	const char *name = standing_name(standing);
	g_autofree char *count = text_count(result->done, "migration");
	g_autofree char *duration = text_duration(result->duration_ms);

	if (result->planned == 0 && result->sequence)
		return g_strdup_printf(
			"%s: nothing to apply at %.7s; its policy is in force from now on, record "
			"%" G_GINT64_FORMAT,
			name, standing->target.commit->oid, result->sequence);
	if (result->planned == 0)
		return g_strdup_printf("%s: nothing to do at %.7s", name,
				       standing->target.commit->oid);
	return g_strdup_printf("%s: %s %s in %s at %.7s, record %" G_GINT64_FORMAT "%s", name,
			       count, verb, duration, standing->target.commit->oid,
			       result->sequence, standing->is_signed ? ", signed" : "");
}

/* ---- events ---- */

static void emit_step(const Execution *execution, EventKind kind, guint index, const char *id,
		      gint64 duration_ms)
{
	const Event event = {.kind = kind,
			     .id = id,
			     .number = index + 1,
			     .total = execution->plan->len,
			     .duration_ms = duration_ms};

	observer_tell(&execution->standing->observer, &event);
}

typedef struct {
	const Execution *execution;
	const char *id;
} NoticeContext;

static void on_notice(const char *severity, const char *message, const char *detail, void *data)
{
	const NoticeContext *notice = data;
	g_autofree char *text =
		detail ? g_strdup_printf("%s (%s)", message, detail) : g_strdup(message);
	const Event event = {
		.kind = EVENT_NOTICE, .id = notice->id, .severity = severity, .text = text};

	observer_tell(&notice->execution->standing->observer, &event);
}

/* ---- one migration ---- */

static void note_undone(Execution *execution, const char *id, const char *at, gint64 duration_ms)
{
	RecordItem *item = record_item_new(id);

	item->at = g_strdup(at);
	item->duration_ms = duration_ms;
	g_ptr_array_add(execution->undone, item);
}

static bool run_one(Execution *execution, guint index, GError **error)
{
	Standing *standing = execution->standing;
	const ReadyMigration *ready = g_ptr_array_index(execution->ready, index);
	const char *id = ready->migration->id;
	NoticeContext notice = {execution, id};
	const Runner runner = {.session = standing->session,
			       .limits = standing_limits(standing),
			       .direction = execution->direction,
			       .mark = RUN_MARK_ROW,
			       .begin = execution->begin,
			       .commit = standing->target.commit->oid,
			       .in_outer = standing->settings->transaction == SCOPE_DEPLOYMENT,
			       .observer = &standing->observer};
	g_auto(RunOutcome) outcome = {0};
	const gint64 start = g_get_monotonic_time();
	gint64 duration_ms;
	bool ok;

	emit_step(execution, EVENT_STARTED, index, id, 0);
	pg_session_on_notice(standing->session, on_notice, &notice);
	ok = runner_run(&runner, ready->script, ready->verify, &outcome, error);
	pg_session_on_notice(standing->session, NULL, NULL);
	if (!ok)
		return false;
	duration_ms = (g_get_monotonic_time() - start) / 1000;
	if (execution->direction == RUN_DOWN)
		note_undone(execution, id, outcome.undone_at, duration_ms);
	emit_step(execution, EVENT_FINISHED, index, id, duration_ms);
	return fault_point("applied", error);
}

/* ---- all of them ---- */

static bool interrupted_between(GError **error)
{
	if (!interrupt_requested())
		return false;
	error_set(error, ERR_INTERRUPTED, "interrupted between two migrations");
	return true;
}

/* Runs until the first failure; *failed is its index. */
static bool run_all(Execution *execution, guint *failed, GError **error)
{
	for (*failed = 0; *failed < execution->plan->len; (*failed)++)
		if (interrupted_between(error) || !run_one(execution, *failed, error))
			return false;
	return true;
}

/* One transaction around all of them, when the environment deploys so. */
static bool run_plan(Execution *execution, guint *failed, GError **error)
{
	PgSession *session = execution->standing->session;

	if (execution->standing->settings->transaction == SCOPE_MIGRATION)
		return run_all(execution, failed, error);
	if (pg_session_execute(session, "BEGIN", error) && run_all(execution, failed, error) &&
	    fault_point("commit", error) && pg_session_execute(session, "COMMIT", error))
		return true;
	run_roll_back(session);
	g_ptr_array_set_size(execution->undone, 0);
	return false;
}

/* ---- the finish record ---- */

/* What the begin's rows say was applied; the rows are written in the migrations' own transactions.
 */
static GPtrArray *applied_items(Execution *execution, GError **error)
{
	Standing *standing = execution->standing;
	g_autoptr(AppliedSet) applied = ledger_database_applied(standing->session, true, error);
	GPtrArray *items;

	if (!applied)
		return NULL;
	items = g_ptr_array_new_with_free_func((GDestroyNotify)record_item_free);
	for (guint i = 0; i < execution->plan->len; i++) {
		const RecordItem *planned = g_ptr_array_index(execution->plan, i);
		const Applied *row = applied_set_get(applied, planned->id);
		RecordItem *item;

		if (!row || row->record != execution->begin->sequence)
			continue;
		item = record_item_new(row->id);
		item->at = g_strdup(row->applied_at);
		item->duration_ms = row->duration_ms;
		g_ptr_array_add(items, item);
	}
	return items;
}

static RecordOutcome outcome_of(const GError *why)
{
	if (!why)
		return OUTCOME_DONE;
	return error_is(why, ERR_INTERRUPTED) ? OUTCOME_INTERRUPTED : OUTCOME_FAILED;
}

/* What was passed over stands in the last record too, where status looks. */
static void copy_overrides(Record *record, const Record *begin)
{
	record->overrides = g_strdupv(begin->overrides);
	record->reason = g_strdup(begin->reason);
}

/* Takes `items`. Once all went well the policy of the deployed commit is in force. */
static bool write_finish(Execution *execution, GPtrArray *items, const GError *why,
			 const char *failed, GError **error)
{
	Standing *standing = execution->standing;
	Record *record = standing_record_new(standing, RECORD_FINISH, error);
	g_auto(Trees) trees = {0};

	if (!record) {
		g_ptr_array_unref(items);
		return false;
	}
	trees = standing_trees(standing);
	record->begin = g_strdup(execution->begin->id);
	record->outcome = outcome_of(why);
	record->snapshot = g_strdup(trees.schema);
	copy_overrides(record, execution->begin);
	if (!why && execution->direction == RUN_UP) {
		g_free(record->policy);
		record->policy = standing_policy_of_target(standing);
	}
	record->failed = g_strdup(failed);
	record->error = why ? g_strdup(why->message) : NULL;
	g_ptr_array_unref(record->items);
	record->items = items;
	return standing_record_write(standing, record, &trees, error);
}

/* ---- a lost connection ---- */

/*
 * The answer to a COMMIT may be lost although it was done. A new session asks: it must get the lock
 * (the old server process may take a moment to notice that it is alone) and find our begin still
 * the last record.
 */
static bool settle_session(Execution *execution, GError **why)
{
	g_autoptr(GError) lost = NULL;

	interrupt_forget();
	if (pg_session_is_alive(execution->standing->session)) {
		pg_session_set_interruptible(execution->standing->session, false);
		pg_session_set_deadline(execution->standing->session, 0);
		leftovers_undo(execution->standing->session, false, NULL);
		return true;
	}
	if (standing_reconnect(execution->standing, execution->begin->id, &lost)) {
		pg_session_set_interruptible(execution->standing->session, false);
		return true;
	}
	error_detail(why, "what was committed is not known: %s", lost->message);
	error_hint(why,
		   "the next git migrate command on this environment finds it out and records it");
	return false;
}

/* ---- the whole ---- */

static char **copy_list(const GPtrArray *texts)
{
	char **list = g_new0(char *, texts->len + 1);

	for (guint i = 0; i < texts->len; i++)
		list[i] = g_strdup(g_ptr_array_index(texts, i));
	return list;
}

/* By what the deployment was let through. */
static void add_verdicts(const Verdicts *verdicts, Record *record)
{
	record->plan = g_strdup(verdicts->plan_digest);
	record->witness = g_strdup(verdicts->witness);
	record->approvals = copy_list(verdicts->approvals);
	record->overrides = copy_list(verdicts->overrides);
	record->reason = verdicts->overrides->len ? g_strdup(verdicts->reason) : NULL;
}

static bool write_begin(Execution *execution, GError **error)
{
	Standing *standing = execution->standing;
	Record *draft = standing_record_new(
		standing, execution->direction == RUN_UP ? RECORD_BEGIN : RECORD_REVERT, error);

	if (!draft)
		return false;
	g_ptr_array_unref(draft->items);
	draft->items = g_ptr_array_ref(execution->plan);
	if (execution->verdicts)
		add_verdicts(execution->verdicts, draft);
	if (!standing_record_write(standing, draft, NULL, error))
		return false;
	execution->begin =
		g_ptr_array_index(standing->ledgers.written, standing->ledgers.written->len - 1);
	return fault_point("begun", error);
}

/* What became of the migration that failed, and of those behind it. A script that runs statement by
 * statement has said itself what stays of it. */
static void describe_state(const Execution *execution, guint failed, guint done, GError **error)
{
	const RecordItem *item =
		failed < execution->plan->len ? g_ptr_array_index(execution->plan, failed) : NULL;
	const char *this_one = item && item->transaction ? "this one was rolled back" : NULL;
	const char *rest = failed + 1 < execution->plan->len ? "the rest was not begun" : NULL;

	error_detail(error, "%u of %u migrations are %s and stay%s%s%s%s", done,
		     execution->plan->len, execution->direction == RUN_UP ? "applied" : "undone",
		     this_one || rest ? "; " : "", this_one ? this_one : "",
		     this_one && rest ? ", " : "", rest ? rest : "");
}

static char *summary_of(const Execution *execution, guint done)
{
	g_autofree char *count = text_count(done, "migration");

	return g_strconcat(count, execution->direction == RUN_UP ? " applied" : " undone", NULL);
}

/* The connection was lost after the last COMMIT had been done: only its answer is missing, and
 * nothing failed. */
static void forgive_lost_answer(const Execution *execution, DeployResult *result, GError **why)
{
	if (!error_is(*why, ERR_CONNECTION) || result->done < execution->plan->len)
		return;
	g_clear_error(why);
	g_clear_pointer(&result->failed, g_free);
	observer_say(&execution->standing->observer, EVENT_NOTE,
		     "the connection was lost and opened again: all had been committed");
}

/* Records and publishes the outcome; `why` (may be NULL) gains what became of it. */
static bool conclude(Execution *execution, guint failed_index, DeployResult *result, GError **why)
{
	Standing *standing = execution->standing;
	g_autoptr(GError) trouble = NULL;
	g_autofree char *summary = NULL;
	GPtrArray *items;

	if (*why && failed_index < execution->plan->len)
		result->failed = g_strdup(
			((RecordItem *)g_ptr_array_index(execution->plan, failed_index))->id);
	if (!settle_session(execution, why))
		return false;
	items = execution->direction == RUN_UP ? applied_items(execution, &trouble)
					       : g_ptr_array_ref(execution->undone);
	result->done = items ? items->len : 0;
	forgive_lost_answer(execution, result, why);
	/* For who asks, the migration failed: what was lost is known now. */
	error_change_code(why, ERR_CONNECTION, ERR_FAILED);
	if (*why)
		describe_state(execution, failed_index, result->done, why);
	if (!items || !write_finish(execution, items, *why, result->failed, &trouble)) {
		if (*why)
			error_detail(why, "the outcome is not recorded: %s", trouble->message);
		else
			g_propagate_error(why, g_steal_pointer(&trouble));
		return false;
	}
	result->sequence = standing->ledgers.state.sequence;
	summary = summary_of(execution, result->done);
	standing_publish(standing, summary);
	return !*why;
}

bool execute_run(Execution *execution, DeployResult *result, GError **error)
{
	g_autoptr(GPtrArray) items = ready_migrations_items(execution->ready);
	const gint64 start = g_get_monotonic_time();
	g_autoptr(GPtrArray) undone =
		g_ptr_array_new_with_free_func((GDestroyNotify)record_item_free);
	g_autoptr(GError) why = NULL;
	guint failed = 0;
	bool ok;

	execution->plan = items;
	execution->undone = undone;
	result->planned = items->len;
	if (!write_begin(execution, error))
		return false;
	if (!run_plan(execution, &failed, &why))
		error_change_code(&why, ERR_SERVER, ERR_FAILED);
	if (why && failed < items->len)
		g_prefix_error(&why, "migration '%s' failed: ",
			       ((RecordItem *)g_ptr_array_index(items, failed))->id);
	ok = conclude(execution, failed, result, &why);
	result->duration_ms = (g_get_monotonic_time() - start) / 1000;
	if (!ok)
		g_propagate_error(error, g_steal_pointer(&why));
	return ok;
}
