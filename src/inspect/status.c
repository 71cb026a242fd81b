#include "inspect/status.h"

#include <string.h>

#include "admit/admit.h"
#include "base/error.h"
#include "history/edit.h"
#include "ledger/record.h"
#include "pg/facts.h"
#include "run/script.h"

/* ---- pieces ---- */

static void take_list(char ***list, GPtrArray *strings)
{
	g_ptr_array_add(strings, NULL);
	g_strfreev(*list);
	*list = (char **)g_ptr_array_free(strings, FALSE);
}

static StatusPending *pending_of(const Standing *standing, const Migration *migration)
{
	const Directives *directives = migration->directives;
	const GitLanding *landing = lineup_order_landing(standing->order, migration);
	StatusPending *pending = g_new0(StatusPending, 1);
	GPtrArray *requires = g_ptr_array_new();

	for (guint i = 0; directives && i < directives->requires->len; i++)
		g_ptr_array_add(requires, g_strdup(g_ptr_array_index(directives->requires, i)));
	take_list(&pending->requires, requires);
	pending->id = g_strdup(migration->id);
	pending->path = g_strdup(migration->up.path);
	pending->landed = landing ? g_strdup(landing->commit) : NULL;
	pending->transaction = !directives || !directives->no_transaction;
	pending->repeatable = migration->repeatable;
	pending->irreversible = directives ? g_strdup(directives->irreversible) : NULL;
	pending->has_down = migration->down.path != NULL;
	return pending;
}

static void fill_pending(const Standing *standing, StatusReport *report)
{
	const GPtrArray *order = standing->order->migrations;

	for (guint i = 0; i < order->len; i++)
		g_ptr_array_add(report->pending, pending_of(standing, g_ptr_array_index(order, i)));
}

static void fill_change(const Standing *standing, const PlanEdit *edit, StatusEdit *shown)
{
	g_autoptr(GPtrArray) changes =
		history_edit_changes(standing->repo, standing->target.commit->oid, edit, NULL);
	const GitChange *change = changes && changes->len ? g_ptr_array_index(changes, 0) : NULL;
	g_autoptr(GDateTime) when = change ? g_date_time_new_from_unix_utc(change->time) : NULL;

	if (!change)
		return;
	shown->commit = g_strdup(change->commit);
	shown->author = g_strdup(change->author);
	shown->subject = g_strdup(change->subject);
	shown->day = when ? g_date_time_format(when, "%Y-%m-%d") : NULL;
}

static void fill_edits(const Standing *standing, StatusReport *report)
{
	for (guint i = 0; i < standing->lineup->plan->edits->len; i++) {
		const PlanEdit *edit = g_ptr_array_index(standing->lineup->plan->edits, i);
		StatusEdit *shown = g_new0(StatusEdit, 1);

		shown->id = g_strdup(edit->applied->id);
		shown->path = g_strdup(edit->migration->up.path);
		shown->kind = edit->kind;
		fill_change(standing, edit, shown);
		g_ptr_array_add(report->edits, shown);
	}
}

static void fill_lists(const Standing *standing, StatusReport *report)
{
	GPtrArray *removed = g_ptr_array_new();
	GPtrArray *renamed = g_ptr_array_new();
	GPtrArray *partial = g_ptr_array_new();
	GPtrArray *covered = g_ptr_array_new();

	for (guint i = 0; i < standing->lineup->plan->removed->len; i++)
		g_ptr_array_add(
			removed,
			g_strdup(((Applied *)g_ptr_array_index(standing->lineup->plan->removed, i))
					 ->id));
	for (guint i = 0; i < standing->lineup->plan->renames->len; i++) {
		const PlanRename *rename = g_ptr_array_index(standing->lineup->plan->renames, i);
		g_ptr_array_add(renamed, g_strdup_printf("%s -> %s", rename->applied->id,
							 rename->migration->id));
	}
	for (guint i = 0; i < standing->lineup->plan->covered->len; i++)
		g_ptr_array_add(covered, g_strdup(((Migration *)g_ptr_array_index(
							   standing->lineup->plan->covered, i))
							  ->id));
	for (char **each = standing->lineup->partial; *each; each++) {
		g_auto(GStrv) part = g_strsplit(*each, "\t", 2);
		g_ptr_array_add(partial, g_strdup_printf("%s (%s)", part[0], part[1]));
	}
	take_list(&report->removed, removed);
	take_list(&report->renamed, renamed);
	take_list(&report->covered, covered);
	report->replaced = standing->lineup->plan->replaced->len;
	take_list(&report->partial, partial);
}

/* The name in a tagger line "NAME <MAIL> TIME ZONE". */
static char *name_of(const char *tagger)
{
	const char *mail = strstr(tagger, " <");

	return mail ? g_strndup(tagger, (gsize)(mail - tagger)) : g_strdup(tagger);
}

static void fill_last(const Standing *standing, StatusReport *report)
{
	const Record *last = standing->ledgers.last;

	if (!last)
		return;
	report->deployed = g_strdup(last->object);
	report->last_action = g_strdup(
		last->action == RECORD_FINISH ? "deployment" : record_action_name(last->action));
	report->last_outcome =
		last->action == RECORD_FINISH ? g_strdup(record_outcome_name(last->outcome)) : NULL;
	report->last_time = g_strdup(last->time);
	report->last_who = name_of(last->tagger);
	report->last_sequence = last->sequence;
	report->last_error = g_strdup(last->error);
	if (last->overrides && *last->overrides) {
		g_strfreev(report->overridden);
		report->overridden = g_strdupv(last->overrides);
		report->override_reason = g_strdup(last->reason);
	}
	if (standing_open_record(standing))
		report->overdue = g_strdup_printf("record %" G_GINT64_FORMAT
						  " began at %s and has no outcome: it is under "
						  "way, or its deployer crashed",
						  last->sequence, last->time);
}

static void fill_ledger(const Standing *standing, StatusReport *report)
{
	const LedgerRelation relation = standing->ledgers.comparison->relation;

	report->is_signed = standing->is_signed;
	report->records = standing->ledgers.links->len;
	report->ledger = ledger_comparison_describe(standing->ledgers.comparison);
	report->ledger_stops = relation == LEDGERS_DATABASE_BEHIND ||
			       relation == LEDGERS_DATABASE_GAP || relation == LEDGERS_FORKED;
	if (!report->ledger && standing->ledgers.last && standing->ledgers.last->is_newer) {
		report->ledger = g_strdup("its last record was written by a newer version of "
					  "git-migrate");
		report->ledger_stops = true;
	}
	if (!report->ledger && standing->ledgers.last &&
	    strcmp(standing->ledgers.last->database, standing->ledgers.state.database) != 0) {
		report->ledger =
			g_strdup_printf("its records were written in another database (%s)",
					standing->ledgers.last->database);
		report->ledger_stops = true;
	}
}

/* Where nothing is recorded, whether a deployment would stop at what somebody else has made. */
static bool fill_unrecorded(const Standing *standing, StatusReport *report, GError **error)
{
	g_auto(GStrv) objects = standing_unrecorded(standing, error);

	if (!objects)
		return false;
	if (report->ledger || !*objects)
		return true;
	report->ledger = g_strdup_printf(
		"none yet, and the database has %u object%s (%s%s): git migrate baseline --env %s",
		g_strv_length(objects), objects[1] ? "s" : "", objects[0],
		objects[1] ? ", ..." : "", standing_name(standing));
	report->ledger_stops = true;
	return true;
}

/* Whether a deployment would stop at rows that the records contradict. */
static bool fill_rows(const Standing *standing, StatusReport *report, GError **error)
{
	g_autoptr(GPtrArray) problems =
		report->ledger ? ledger_problems_new() : standing_rows_problems(standing, error);

	if (!problems)
		return false;
	if (problems->len == 0)
		return true;
	report->ledger = g_strdup_printf("the rows of what is applied contradict its records: %s%s",
					 ((LedgerProblem *)g_ptr_array_index(problems, 0))->text,
					 problems->len > 1 ? ", ..." : "");
	report->ledger_stops = true;
	return true;
}

static void fill_relation(const Standing *standing, StatusReport *report)
{
	if (report->deployed)
		report->relation_known =
			git_repo_ahead_behind(standing->repo, report->commit, report->deployed,
					      &report->ahead, &report->behind, NULL);
}

/* Who has approved what is pending. A script that cannot be judged is not status's business: then
 * nothing is said. */
static bool fill_approvals(Standing *standing, StatusReport *report, GError **error)
{
	const GPtrArray *order = standing->order->migrations;
	g_autoptr(GPtrArray) ready = NULL;
	g_autoptr(Verdicts) verdicts = NULL;

	if ((order->len == 0 && !standing->brings_policy) ||
	    policy_approvals(standing->policy) == 0)
		return true;
	ready = ready_migrations_read(standing->repo, order, standing->settings->transaction, NULL);
	if (!ready)
		return true;
	verdicts = verdicts_new();
	verdicts->plan_digest = admit_digest(standing, ready);
	if (!admit_ask_approvals(standing, ready, false, verdicts, error))
		return false;
	g_ptr_array_unref(report->gates);
	report->gates = g_ptr_array_ref(verdicts->gates);
	return true;
}

StatusReport *inspect_status(Standing *standing, GError **error)
{
	g_autoptr(StatusReport) report = status_report_new(standing_name(standing));
	char **invalid = pg_session_invalid_indexes(standing->session, error);

	if (!invalid)
		return NULL;
	g_strfreev(report->invalid_indexes);
	report->invalid_indexes = invalid;
	report->where = g_strdup(standing->ledgers.state.database);
	report->ref = g_strdup(standing->target.ref);
	report->commit = g_strdup(standing->target.commit->oid);
	report->in_commit = standing->lineup->plan->in_commit;
	report->applied = standing->lineup->plan->applied;
	fill_pending(standing, report);
	fill_edits(standing, report);
	fill_lists(standing, report);
	fill_last(standing, report);
	fill_ledger(standing, report);
	fill_relation(standing, report);
	return fill_unrecorded(standing, report, error) && fill_rows(standing, report, error) &&
			       fill_approvals(standing, report, error)
		       ? g_steal_pointer(&report)
		       : NULL;
}
