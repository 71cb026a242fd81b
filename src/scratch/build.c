#include "scratch/build.h"

#include "base/error.h"
#include "config/config.h"
#include "run/runner.h"

ScratchBuild *scratch_build_read(GitRepo *repo, const char *at, GError **error)
{
	g_autoptr(ScratchBuild) build = g_new0(ScratchBuild, 1);

	build->repo = repo;
	build->commit = git_repo_commit(repo, at, error);
	build->project =
		build->commit ? config_read_project(repo, build->commit->oid, error) : NULL;
	build->lineup = build->project ? lineup_new(repo, build->commit->oid,
						    build->project->migrations, NULL, NULL, error)
				       : NULL;
	build->order = build->lineup ? lineup_order_new(repo, build->lineup, "scratch", NULL, error)
				     : NULL;
	return build->order ? g_steal_pointer(&build) : NULL;
}

bool scratch_build_open(ScratchBuild *build, const PgSession *like, GError **error)
{
	build->scratch = scratch_new(build->repo, like, error);
	return build->scratch;
}

ScratchBuild *scratch_build_new(GitRepo *repo, const char *at, const PgSession *like,
				GError **error)
{
	g_autoptr(ScratchBuild) build = scratch_build_read(repo, at, error);

	return build && scratch_build_open(build, like, error) ? g_steal_pointer(&build) : NULL;
}

void scratch_build_close(ScratchBuild *build)
{
	g_clear_pointer(&build->scratch, scratch_free);
}

void scratch_build_free(ScratchBuild *build)
{
	if (!build)
		return;
	scratch_build_close(build);
	lineup_order_free(build->order);
	lineup_free(build->lineup);
	project_free(build->project);
	git_revision_free(build->commit);
	g_free(build);
}

bool scratch_build_script(ScratchBuild *build, const Migration *migration, ScriptRole role,
			  GError **error)
{
	const Runner runner = {.session = build->scratch->session, .mark = RUN_MARK_NONE};
	g_autoptr(ReadyMigration) ready =
		ready_migration_read(build->repo, migration, role, SCOPE_MIGRATION, error);
	g_auto(RunOutcome) outcome = {0};

	if (ready &&
	    (!ready->script || runner_run(&runner, ready->script, ready->verify, &outcome, error)))
		return true;
	scratch_explain(error);
	return error_place(error, role == SCRIPT_DOWN ? migration->down.path : migration->up.path,
			   0, 0);
}

bool scratch_build_migrations(ScratchBuild *build, const GPtrArray *migrations, GPtrArray *before,
			      GError **error)
{
	for (guint i = 0; i < migrations->len; i++) {
		const Migration *migration = g_ptr_array_index(migrations, i);
		SchemaSnapshot *snapshot =
			before ? scratch_build_snapshot(build, false, error) : NULL;

		if (before && !snapshot)
			return false;
		if (before)
			g_ptr_array_add(before, snapshot);
		if (!scratch_build_script(build, migration, SCRIPT_UP, error))
			return false;
	}
	return true;
}

SchemaSnapshot *scratch_build_snapshot(ScratchBuild *build, bool whole, GError **error)
{
	return schema_snapshot_take(build->scratch->session, NULL,
				    whole ? SCHEMA_WHOLE : SCHEMA_OBJECTS, error);
}

bool scratch_is_script_error(const GError *error)
{
	return error_is(error, ERR_FAILED) || error_is(error, ERR_MIGRATION);
}
