#include "build/schema.h"

#include "base/error.h"
#include "build/build.h"
#include "plan/plan.h"

static bool build_from_files(DeployContext *context, GError **error)
{
	g_autoptr(GPtrArray) entries = build_list_files(context, error);

	if (entries && entries->len == 0) {
		error_set(error, ERR_MIGRATION, "there are no schema files below '%s' in %.7s",
			  context->project->schema, context->target->oid);
		return error_hint(error, "key schema of migrate.yaml names their folder");
	}
	return entries && build_files(context, entries, error);
}

static bool build_from_migrations(DeployContext *context, GError **error)
{
	return build_migrations(context, NULL, error);
}

SchemaSnapshot *build_schema_of(GitRepo *repo, const char *at, BuildSource source, bool whole,
				GError **error)
{
	g_autoptr(Scratch) scratch = deploy_scratch_new(repo, error);
	g_autoptr(DeployContext) context = scratch ? build_context(repo, at, scratch, error) : NULL;
	bool (*const build)(DeployContext *, GError **) =
		source == BUILD_FROM_FILES ? build_from_files : build_from_migrations;

	if (!context || !build(context, error))
		return NULL;
	return schema_snapshot_take(context->session, NULL, whole, error);
}
