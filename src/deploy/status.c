#include "deploy/status.h"

#include <string.h>

#include "base/error.h"
#include "deploy/approve.h"
#include "deploy/deploy.h"
#include "history/edit.h"
#include "ledger/record.h"
#include "pg/facts.h"

/* ---- pieces ---- */

static void take_list(char ***list, GPtrArray *strings)
{
	g_ptr_array_add(strings, NULL);
	g_strfreev(*list);
	*list = (char **)g_ptr_array_free(strings, FALSE);
}

static void fill_pending(DeployContext *context, StatusReport *report)
{
	for (guint i = 0; i < context->plan->pending->len; i++) {
		const Migration *migration = g_ptr_array_index(context->plan->pending, i);
		const Directives *directives = migration->directives;
		StatusPending *pending = g_new0(StatusPending, 1);
		GPtrArray *requires = g_ptr_array_new();
		const GitLanding *landing =
			context->landings
				? g_hash_table_lookup(context->landings, migration->up.path)
				: NULL;

		for (guint j = 0; directives && j < directives->requires->len; j++)
			g_ptr_array_add(requires,
					g_strdup(g_ptr_array_index(directives->requires, j)));
		take_list(&pending->requires, requires);
		pending->id = g_strdup(migration->id);
		pending->path = g_strdup(migration->up.path);
		pending->landed = landing ? g_strdup(landing->commit) : NULL;
		pending->transaction = !directives || !directives->no_transaction;
		pending->repeatable = migration->repeatable;
		pending->irreversible = directives ? g_strdup(directives->irreversible) : NULL;
		pending->has_down = migration->down.path != NULL;
		g_ptr_array_add(report->pending, pending);
	}
}

static void fill_change(DeployContext *context, const PlanEdit *edit, StatusEdit *shown)
{
	g_autoptr(GPtrArray) changes =
		history_edit_changes(context->repo, context->target->oid, edit, NULL);
	const GitChange *change = changes && changes->len ? g_ptr_array_index(changes, 0) : NULL;
	g_autoptr(GDateTime) when = change ? g_date_time_new_from_unix_utc(change->time) : NULL;

	if (!change)
		return;
	shown->commit = g_strdup(change->commit);
	shown->author = g_strdup(change->author);
	shown->subject = g_strdup(change->subject);
	shown->day = when ? g_date_time_format(when, "%Y-%m-%d") : NULL;
}

static void fill_edits(DeployContext *context, StatusReport *report)
{
	for (guint i = 0; i < context->plan->edits->len; i++) {
		const PlanEdit *edit = g_ptr_array_index(context->plan->edits, i);
		StatusEdit *shown = g_new0(StatusEdit, 1);

		shown->id = g_strdup(edit->applied->id);
		shown->path = g_strdup(edit->migration->up.path);
		shown->kind = edit->kind;
		fill_change(context, edit, shown);
		g_ptr_array_add(report->edits, shown);
	}
}

static void fill_lists(DeployContext *context, StatusReport *report)
{
	GPtrArray *removed = g_ptr_array_new();
	GPtrArray *renamed = g_ptr_array_new();
	GPtrArray *partial = g_ptr_array_new();
	GPtrArray *covered = g_ptr_array_new();

	for (guint i = 0; i < context->plan->removed->len; i++)
		g_ptr_array_add(
			removed,
			g_strdup(((Applied *)g_ptr_array_index(context->plan->removed, i))->id));
	for (guint i = 0; i < context->plan->renames->len; i++) {
		const PlanRename *rename = g_ptr_array_index(context->plan->renames, i);
		g_ptr_array_add(renamed, g_strdup_printf("%s -> %s", rename->applied->id,
							 rename->migration->id));
	}
	for (guint i = 0; i < context->plan->covered->len; i++)
		g_ptr_array_add(
			covered,
			g_strdup(((Migration *)g_ptr_array_index(context->plan->covered, i))->id));
	for (char **each = context->partial; *each; each++) {
		g_auto(GStrv) part = g_strsplit(*each, "\t", 2);
		g_ptr_array_add(partial, g_strdup_printf("%s (%s)", part[0], part[1]));
	}
	take_list(&report->removed, removed);
	take_list(&report->renamed, renamed);
	take_list(&report->covered, covered);
	report->replaced = context->plan->replaced->len;
	take_list(&report->partial, partial);
}

/* The name in a tagger line "NAME <MAIL> TIME ZONE". */
static char *name_of(const char *tagger)
{
	const char *mail = strstr(tagger, " <");

	return mail ? g_strndup(tagger, (gsize)(mail - tagger)) : g_strdup(tagger);
}

static void fill_last(DeployContext *context, StatusReport *report)
{
	const Record *last = context->last;

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
	if (deploy_open_record(context))
		report->overdue = g_strdup_printf("record %" G_GINT64_FORMAT
						  " began at %s and has no outcome: it is under "
						  "way, or its deployer crashed",
						  last->sequence, last->time);
}

static void fill_ledger(DeployContext *context, StatusReport *report)
{
	const LedgerRelation relation = context->comparison->relation;

	report->is_signed = context->is_signed;
	report->records = context->links->len;
	report->ledger = ledger_comparison_describe(context->comparison);
	report->ledger_stops = relation == LEDGERS_DATABASE_BEHIND ||
			       relation == LEDGERS_DATABASE_GAP || relation == LEDGERS_FORKED;
	if (!report->ledger && context->last &&
	    strcmp(context->last->database, context->ledger.database) != 0) {
		report->ledger =
			g_strdup_printf("its records were written in another database (%s)",
					context->last->database);
		report->ledger_stops = true;
	}
}

static void fill_relation(DeployContext *context, StatusReport *report)
{
	if (report->deployed)
		report->relation_known =
			git_repo_ahead_behind(context->repo, report->commit, report->deployed,
					      &report->ahead, &report->behind, NULL);
}

/* Who has approved what is pending. A script that cannot be judged is not status's business: then
 * nothing is said. */
static bool fill_approvals(DeployContext *context, StatusReport *report, GError **error)
{
	g_autoptr(GPtrArray) ready = NULL;
	g_autoptr(GPtrArray) items = NULL;
	Gate *gate = NULL;

	if ((context->plan->pending->len == 0 && !context->brings_policy) ||
	    environment_approvals(context->policy) == 0 || !(ready = deploy_ready(context, NULL)))
		return true;
	items = ready_migrations_items(ready);
	g_free(context->plan_digest);
	context->plan_digest = deploy_plan_digest(context, items);
	if (!deploy_approvals_judge(context, false, &gate, error))
		return false;
	if (gate)
		g_ptr_array_add(report->gates, gate);
	return true;
}

static bool read_all(DeployContext *context, bool fetch, GError **error)
{
	return deploy_connect(context, error) && deploy_read_ledgers(context, fetch, error) &&
	       deploy_read_plan(context, false, error) && deploy_classify_edits(context, error) &&
	       deploy_order_plan(context, NULL, error);
}

StatusReport *deploy_status(DeployContext *context, bool fetch, GError **error)
{
	g_autoptr(StatusReport) report = NULL;
	g_auto(GStrv) invalid = NULL;

	if (!deploy_configure(context, error) || !read_all(context, fetch, error))
		return NULL;
	report = status_report_new(context->environment->name);
	invalid = pg_session_invalid_indexes(context->session, error);
	if (!invalid)
		return NULL;
	g_strfreev(report->invalid_indexes);
	report->invalid_indexes = g_steal_pointer(&invalid);
	report->where = g_strdup(context->ledger.database);
	report->ref = g_strdup(context->ref);
	report->commit = g_strdup(context->target->oid);
	report->in_commit = context->plan->in_commit;
	report->applied = context->plan->applied;
	fill_pending(context, report);
	fill_edits(context, report);
	fill_lists(context, report);
	fill_last(context, report);
	fill_ledger(context, report);
	fill_relation(context, report);
	if (!fill_approvals(context, report, error))
		return NULL;
	return g_steal_pointer(&report);
}
