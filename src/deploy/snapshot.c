#include "deploy/snapshot.h"

SchemaSnapshot *deploy_snapshot(DeployContext *context, GError **error)
{
	if (!deploy_configure(context, error) || !deploy_connect(context, error))
		return NULL;
	return schema_snapshot_take(context->session, error);
}
