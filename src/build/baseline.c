#include "build/baseline.h"

#include <string.h>

#include "base/error.h"
#include "build/build.h"
#include "build/foreign.h"
#include "deploy/deploy.h"
#include "deploy/snapshot.h"
#include "deploy/write.h"
#include "plan/plan.h"

static bool refuse_records(const DeployContext *context, GError **error)
{
	error_set(error, ERR_REFUSED,
		  "environment '%s' has %" G_GINT64_FORMAT
		  " records already: it was adopted before",
		  context->environment->name, context->ledger.sequence);
	return error_hint(error, "git migrate status --env %s", context->environment->name);
}

/* ---- the proof ---- */

/* The built context's own migrations of the same names, in the order of the plan. */
static void choose_same(DeployContext *built, const GPtrArray *pending)
{
	g_ptr_array_set_size(built->plan->pending, 0);
	for (guint i = 0; i < pending->len; i++) {
		const Migration *chosen = g_ptr_array_index(pending, i);
		g_ptr_array_add(built->plan->pending, migration_set_get(built->set, chosen->id));
	}
}

/* The schema that the chosen migrations give. */
static SchemaSnapshot *build_expected(DeployContext *context, GError **error)
{
	g_autoptr(Scratch) scratch = deploy_scratch_new(context->repo, error);
	g_autoptr(DeployContext) built =
		scratch ? build_context(context->repo, context->target->oid, scratch, error) : NULL;

	if (!built)
		return NULL;
	choose_same(built, context->plan->pending);
	if (!build_migrations(built, NULL, error)) {
		g_prefix_error(error, "on the scratch server: ");
		return NULL;
	}
	return schema_snapshot_take(built->session, NULL, false, error);
}

/* Lines for people: what the live schema lacks, has too much, has otherwise. */
static GPtrArray *list_differing(const SchemaSnapshot *expected, const SchemaSnapshot *live)
{
	g_autoptr(GArray) differences = schema_snapshot_compare(expected, live);
	GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);

	for (guint i = 0; i < differences->len; i++) {
		const SchemaDifference *one = &g_array_index(differences, SchemaDifference, i);
		const char *word = !one->right ? "missing" : !one->left ? "extra" : "changed";

		if (!foreign_is_ledger(one->path))
			g_ptr_array_add(lines, g_strdup_printf("%-8s %s", word, one->path));
	}
	return lines;
}

static bool prove(DeployContext *context, const BaselineOptions *options, BaselineResult *result,
		  GError **error)
{
	g_autoptr(SchemaSnapshot) expected = build_expected(context, error);
	g_autoptr(SchemaSnapshot) live =
		expected ? deploy_snapshot_take(context, false, error) : NULL;
	g_autoptr(GPtrArray) paths = NULL;

	if (!live)
		return false;
	paths = list_differing(expected, live);
	result->differences = paths->len;
	if (paths->len == 0 || options->accept_drift)
		return true;
	error_set(error, ERR_REFUSED,
		  "the schema of '%s' is not what these %u migrations give: %u objects differ",
		  context->environment->name, context->plan->pending->len, paths->len);
	for (guint i = 0; i < paths->len; i++)
		error_detail(error, "%s", (char *)g_ptr_array_index(paths, i));
	return error_hint(
		error,
		"name the last migration that it has (--through ID), put the differences right, or "
		"accept them: --accept-drift REASON");
}

/* ---- the record ---- */

static bool write_rows(DeployContext *context, const GPtrArray *items, gint64 sequence,
		       GError **error)
{
	g_autoptr(PgBatch) batch = pg_batch_new();
	guint failed = 0;

	for (guint i = 0; i < items->len; i++) {
		const RecordItem *item = g_ptr_array_index(items, i);
		const LedgerApply row = {.id = item->id,
					 .blob = item->blob,
					 .content = item->content,
					 .path = item->path,
					 .commit = context->target->oid,
					 .record = sequence};
		ledger_batch_apply(batch, &row);
	}
	return items->len == 0 || (pg_session_send_batch(context->session, batch, error) &&
				   pg_session_finish_batch(context->session, &failed, NULL, error));
}

/* Record and rows in one transaction: either the database is adopted, or nothing happened. */
static bool write_baseline(DeployContext *context, const GPtrArray *items, const char *reason,
			   GError **error)
{
	Record *record = deploy_record_new(context, RECORD_BASELINE, error);
	const gint64 sequence = record ? record->sequence : 0;

	if (!record)
		return false;
	g_ptr_array_unref(record->items);
	record->items = g_ptr_array_ref((GPtrArray *)(gsize)items);
	record->reason = g_strdup(reason);
	if (!pg_session_execute(context->session, "BEGIN", error)) {
		record_free(record);
		return false;
	}
	if (deploy_record_write(context, record, error) &&
	    write_rows(context, items, sequence, error) &&
	    pg_session_execute(context->session, "COMMIT", error))
		return true;
	pg_session_execute(context->session, "ROLLBACK", NULL);
	return false;
}

static bool choose(DeployContext *context, const BaselineOptions *options, BaselineResult *result,
		   GError **error)
{
	if (!deploy_read_plan(context, false, error) ||
	    !deploy_order_plan(context, options->through, error))
		return false;
	return options->through || foreign_select(context, &result->tool, error);
}

bool build_baseline(DeployContext *context, const BaselineOptions *options, BaselineResult *result,
		    GError **error)
{
	g_autoptr(GPtrArray) items = NULL;

	if (!deploy_configure(context, error) || !deploy_connect(context, error) ||
	    !deploy_lock(context, error) || !deploy_read_ledgers(context, true, error))
		return false;
	if (context->ledger.sequence > 0)
		return refuse_records(context, error);
	if (!choose(context, options, result, error) || !prove(context, options, result, error))
		return false;
	items = deploy_plan_items(context, error);
	if (!items || !deploy_settle_ledgers(context, error) ||
	    !write_baseline(context, items,
			    options->accept_drift ? options->accept_drift
						  : "the live schema is what these migrations give",
			    error))
		return false;
	result->recorded = items->len;
	deploy_snapshot_record(context);
	deploy_publish(context, "an existing database adopted");
	return true;
}
