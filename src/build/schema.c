#include "build/schema.h"

#include "build/build.h"

static bool build_from_files(DeployContext *context, GError **error)
{
	g_autoptr(GPtrArray) entries = build_list_some_files(context, error);

	return entries && build_files(context, entries, BUILD_SCRATCH, error);
}

static bool build_from_migrations(DeployContext *context, GError **error)
{
	return build_migrations(context, NULL, error);
}

SchemaSnapshot *build_schema_of(GitRepo *repo, const char *at, BuildSource source, bool whole,
				GError **error)
{
	g_autoptr(Scratch) scratch = deploy_scratch_new(repo, NULL, error);
	g_autoptr(DeployContext) context = scratch ? build_context(repo, at, scratch, error) : NULL;
	bool (*const build)(DeployContext *, GError **) =
		source == BUILD_FROM_FILES ? build_from_files : build_from_migrations;

	if (!context || !build(context, error))
		return NULL;
	return schema_snapshot_take(context->session, NULL, whole, error);
}
