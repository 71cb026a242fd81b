#include "deploy/snapshot.h"

#include "deploy/target.h"
#include "ledger/state.h"

SchemaSnapshot *deploy_snapshot_take(DeployContext *context, bool whole, GError **error)
{
	/* Without a second connection it takes longer, nothing else. */
	g_autoptr(PgSession) helper =
		deploy_target_connect(context->repo, context->environment, "snapshot", NULL);

	return schema_snapshot_take(context->session, helper, whole, error);
}

SchemaSnapshot *deploy_snapshot(DeployContext *context, bool whole, GError **error)
{
	if (!deploy_configure(context, error) || !deploy_connect(context, error))
		return NULL;
	return deploy_snapshot_take(context, whole, error);
}

static char *write_tree(DeployContext *context, const GPtrArray *objects, const char *folder,
			GError **error)
{
	g_autofree char *ref = ledger_state_ref(context->environment->name);
	g_autofree char *known = git_ref_read(context->repo, ref, NULL);

	return schema_snapshot_tree(context->repo, objects, known, folder, error);
}

static bool write_trees(DeployContext *context, const SchemaSnapshot *snapshot, GError **error)
{
	context->schema_tree = write_tree(context, snapshot->objects, LEDGER_STATE_SCHEMA, error);
	if (!context->schema_tree)
		return false;
	context->order_tree = write_tree(context, snapshot->order, LEDGER_STATE_ORDER, error);
	if (!context->order_tree)
		return false;
	context->access_tree = write_tree(context, snapshot->access, LEDGER_STATE_ACCESS, error);
	return context->access_tree;
}

void deploy_snapshot_record(DeployContext *context)
{
	g_autoptr(GError) why = NULL;
	g_autoptr(SchemaSnapshot) snapshot = NULL;

	g_clear_pointer(&context->schema_tree, g_free);
	g_clear_pointer(&context->order_tree, g_free);
	g_clear_pointer(&context->access_tree, g_free);
	if (!context->environment->snapshot)
		return;
	snapshot = deploy_snapshot_take(context, true, &why);
	if (!snapshot || !write_trees(context, snapshot, &why))
		observer_say(&context->observer, EVENT_WARNING, "no snapshot of the schema: %s",
			     why->message);
}
