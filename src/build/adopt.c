#include "adopt.h"

#include "base/borrow.h"
#include "base/error.h"
#include "build/build.h"
#include "build/foreign.h"
#include "deploy/plan.h"
#include "deploy/write.h"

/* ---- the proof ---- */

bool adopt_choose(DeployContext *built, const AppliedSet *applied, const GPtrArray *chosen)
{
	g_autoptr(Plan) plan = deploy_plan_build(built->repo, built->set, applied);
	g_autoptr(GHashTable) ids = g_hash_table_new(g_str_hash, g_str_equal);
	GPtrArray *pending = built->plan->pending;

	for (guint i = 0; i < chosen->len; i++)
		g_hash_table_add(ids, ((Migration *)g_ptr_array_index(chosen, i))->id);
	for (guint i = pending->len; i > 0; i--) {
		Migration *migration = g_ptr_array_index(pending, i - 1);

		if (!g_hash_table_contains(ids, migration->id) &&
		    g_ptr_array_find(plan->pending, migration, NULL))
			g_ptr_array_remove_index(pending, i - 1);
	}
	return plan->removed->len == 0;
}

static bool refuse_lack(const DeployContext *context, GError **error)
{
	return error_set(error, ERR_REFUSED,
			 "commit %.7s lacks migrations that are applied to '%s': nothing can be "
			 "proven with it",
			 context->target->oid, context->environment->name);
}

/* A table that never held a row takes no space. */
static char *written_tables(PgSession *session)
{
	g_autoptr(PgResult) row = pg_session_query(
		session,
		"SELECT string_agg(c.oid::regclass::text, ', ' ORDER BY c.oid::regclass::text) "
		"FROM "
		"pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r' "
		"AND "
		"n.nspname !~ '^(pg_|information_schema$)' AND pg_relation_size(c.oid) > 0",
		0, NULL, NULL);

	return row ? g_strdup(pg_result_text(row, 0, 0)) : NULL;
}

SchemaSnapshot *adopt_expected(DeployContext *context, char **written, GError **error)
{
	g_autoptr(Scratch) scratch = deploy_scratch_new(context->repo, context->session, error);
	g_autoptr(DeployContext) built =
		scratch ? build_context(context->repo, context->target->oid, scratch, error) : NULL;

	if (!built)
		return NULL;
	if (!adopt_choose(built, context->applied, context->plan->pending)) {
		refuse_lack(context, error);
		return NULL;
	}
	if (!build_migrations(built, NULL, error)) {
		g_prefix_error(error, "on the scratch server: ");
		return NULL;
	}
	if (written)
		*written = written_tables(built->session);
	return schema_snapshot_take(built->session, NULL, false, error);
}

GPtrArray *adopt_list_differing(const DeployContext *context, GPtrArray *ignored,
				const SchemaSnapshot *expected, const SchemaSnapshot *found)
{
	g_autoptr(GArray) differences = schema_objects_compare(expected->objects, found->objects);
	GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);

	for (guint i = 0; i < differences->len; i++) {
		const SchemaDifference *one = &g_array_index(differences, SchemaDifference, i);
		const char *word = !one->right ? "missing" : !one->left ? "extra" : "changed";

		if (!foreign_is_ledger(one->path) &&
		    !ignore_rules_take(context->project->ignore, one->path, ignored))
			g_ptr_array_add(lines, g_strdup_printf("%-8s %s", word, one->path));
	}
	return lines;
}

bool adopt_prove(const DeployContext *context, const AdoptProof *proof,
		 const SchemaSnapshot *expected, const SchemaSnapshot *found, guint *differences,
		 GError **error)
{
	g_autoptr(GPtrArray) lines = adopt_list_differing(context, proof->ignored, expected, found);

	*differences = lines->len;
	if (lines->len == 0 || proof->accept_drift)
		return true;
	error_set(error, ERR_REFUSED, "%s is not what these %u migrations give: %u objects differ",
		  proof->whose, context->plan->pending->len, lines->len);
	for (guint i = 0; i < lines->len; i++)
		error_detail(error, "%s", (char *)g_ptr_array_index(lines, i));
	return false;
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

bool adopt_commit(DeployContext *context, const GPtrArray *items, const char *reason,
		  GError **error)
{
	Record *record = deploy_record_new(context, RECORD_BASELINE, error);
	const gint64 sequence = record ? record->sequence : 0;

	if (!record)
		return false;
	g_ptr_array_unref(record->items);
	record->items = borrow_list(items);
	record->reason = g_strdup(reason);
	return deploy_record_write(context, record, error) &&
	       write_rows(context, items, sequence, error) &&
	       pg_session_execute(context->session, "COMMIT", error);
}
