#include "deploy/snapshot.h"

#include "deploy/target.h"

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
