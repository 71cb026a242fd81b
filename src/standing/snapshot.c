#include "standing/snapshot.h"

#include "connect/connect.h"
#include "ledger/state.h"

SchemaSnapshot *standing_snapshot(Standing *standing, SchemaWants wants, GError **error)
{
	/* Without a second connection it takes longer, nothing else. */
	g_autoptr(PgSession) helper =
		connect_open(standing->repo, standing->proposed, "snapshot", NULL);

	return schema_snapshot_take(standing->session, helper, wants, error);
}

static char *write_tree(const Standing *standing, const GPtrArray *objects, const char *folder,
			GError **error)
{
	g_autofree char *ref = ledger_state_ref(standing_name(standing));
	g_autofree char *known = git_ref_find(standing->repo, ref);

	return schema_snapshot_tree(standing->repo, objects, known, folder, error);
}

static bool write_trees(const Standing *standing, const SchemaSnapshot *snapshot, Trees *trees,
			GError **error)
{
	trees->schema = write_tree(standing, snapshot->objects, LEDGER_STATE_SCHEMA, error);
	if (!trees->schema)
		return false;
	trees->order = write_tree(standing, snapshot->order, LEDGER_STATE_ORDER, error);
	if (!trees->order)
		return false;
	trees->access = write_tree(standing, snapshot->access, LEDGER_STATE_ACCESS, error);
	return trees->access;
}

Trees standing_trees(Standing *standing)
{
	g_autoptr(GError) why = NULL;
	g_autoptr(SchemaSnapshot) snapshot = NULL;
	Trees trees = {0};

	if (!standing->settings->snapshot)
		return trees;
	snapshot = standing_snapshot(standing, SCHEMA_WHOLE, &why);
	if (snapshot && write_trees(standing, snapshot, &trees, &why))
		return trees;
	observer_say(&standing->observer, EVENT_WARNING, "no snapshot of the schema: %s",
		     why->message);
	trees_clear(&trees);
	return trees;
}

void standing_look_again(Standing *standing)
{
	trees_clear(&standing->ledgers.trees);
	standing->ledgers.trees = standing_trees(standing);
}
