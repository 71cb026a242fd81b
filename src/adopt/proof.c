#include "proof.h"

#include "base/borrow.h"
#include "base/error.h"
#include "foreign/foreign.h"
#include "ledger/database.h"
#include "run/script.h"
#include "schema/rows.h"
#include "standing/write.h"

/* ---- the proof ---- */

/* What is neither pending there nor chosen is applied already: under its name, another one, or by a
 * baseline. */
GPtrArray *adopt_present(const ScratchBuild *build, const AppliedSet *applied,
			 const GPtrArray *chosen, bool *complete)
{
	g_autoptr(Plan) plan = lineup_plan(build->repo, build->lineup->set, applied);
	g_autoptr(GHashTable) ids = g_hash_table_new(g_str_hash, g_str_equal);
	GPtrArray *present = g_ptr_array_new();

	for (guint i = 0; i < chosen->len; i++)
		g_hash_table_add(ids, ((Migration *)g_ptr_array_index(chosen, i))->id);
	for (guint i = 0; i < build->order->migrations->len; i++) {
		Migration *migration = g_ptr_array_index(build->order->migrations, i);

		if (g_hash_table_contains(ids, migration->id) ||
		    !g_ptr_array_find(plan->pending, migration, NULL))
			g_ptr_array_add(present, migration);
	}
	*complete = plan->removed->len == 0;
	return present;
}

static bool refuse_lack(const Standing *standing, GError **error)
{
	return error_set(error, ERR_REFUSED,
			 "commit %.7s lacks migrations that are applied to '%s': nothing can be "
			 "proven with it",
			 standing->target.commit->oid, standing_name(standing));
}

SchemaSnapshot *adopt_expected(const Standing *standing, const GPtrArray *chosen, char **written,
			       GError **error)
{
	g_autoptr(ScratchBuild) build = scratch_build_new(
		standing->repo, standing->target.commit->oid, standing->session, error);
	g_autoptr(GPtrArray) present = NULL;
	bool complete;

	if (!build)
		return NULL;
	present = adopt_present(build, standing->lineup->applied, chosen, &complete);
	if (!complete) {
		refuse_lack(standing, error);
		return NULL;
	}
	if (!scratch_build_migrations(build, present, NULL, error)) {
		g_prefix_error(error, "on the scratch server: ");
		return NULL;
	}
	if (written)
		*written = schema_written_tables(build->scratch->session);
	return scratch_build_snapshot(build, false, error);
}

GPtrArray *adopt_list_differing(const Standing *standing, GPtrArray *ignored,
				const SchemaSnapshot *expected, const SchemaSnapshot *found)
{
	g_autoptr(GArray) differences = schema_objects_compare(expected->objects, found->objects);
	GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);

	for (guint i = 0; i < differences->len; i++) {
		const SchemaDifference *one = &g_array_index(differences, SchemaDifference, i);
		const char *word = !one->right ? "missing" : !one->left ? "extra" : "changed";

		if (!foreign_is_ledger(one->path) &&
		    !ignore_rules_take(standing->project->ignore, one->path, ignored))
			g_ptr_array_add(lines, g_strdup_printf("%-8s %s", word, one->path));
	}
	return lines;
}

bool adopt_prove(const Standing *standing, const AdoptProof *proof, const SchemaSnapshot *expected,
		 const SchemaSnapshot *found, guint *differences, GError **error)
{
	g_autoptr(GPtrArray) lines =
		adopt_list_differing(standing, proof->ignored, expected, found);

	*differences = lines->len;
	if (lines->len == 0 || proof->accept_drift)
		return true;
	error_set(error, ERR_REFUSED, "%s is not what these %u migrations give: %u objects differ",
		  proof->whose, proof->chosen->len, lines->len);
	for (guint i = 0; i < lines->len; i++)
		error_detail(error, "%s", (char *)g_ptr_array_index(lines, i));
	return false;
}

/* ---- the record ---- */

static bool write_rows(Standing *standing, const GPtrArray *ready, gint64 sequence, GError **error)
{
	g_autoptr(PgBatch) batch = pg_batch_new();

	for (guint i = 0; i < ready->len; i++) {
		const ReadyMigration *one = g_ptr_array_index(ready, i);
		const Migration *migration = one->migration;
		const LedgerApply row = {.id = migration->id,
					 .blob = migration->up.blob,
					 .content = one->script->content,
					 .path = migration->up.path,
					 .commit = standing->target.commit->oid,
					 .record = sequence,
					 .repeatable = migration->repeatable};

		ledger_batch_apply(batch, &row);
	}
	return ready->len == 0 || pg_session_run_batch(standing->session, batch, NULL, NULL, error);
}

bool adopt_commit(Standing *standing, const GPtrArray *ready, const char *reason, Trees *trees,
		  GError **error)
{
	Record *record = standing_record_new(standing, RECORD_BASELINE, error);
	const gint64 sequence = record ? record->sequence : 0;

	if (!record)
		return false;
	g_ptr_array_unref(record->items);
	record->items = ready_migrations_items(ready);
	record->reason = g_strdup(reason);
	return standing_record_write(standing, record, trees, error) &&
	       write_rows(standing, ready, sequence, error) &&
	       pg_session_execute(standing->session, "COMMIT", error);
}
