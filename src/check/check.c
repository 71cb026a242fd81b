#include "check/check.h"

#include "base/borrow.h"
#include "config/config.h"
#include "parts.h"
#include "run/seed.h"

static CheckReport *new_report(GitRepo *repo, const char *at, GError **error)
{
	g_autofree char *commit = git_repo_resolve(repo, at ? at : "HEAD", error);

	return commit ? check_report_new(commit) : NULL;
}

static bool check_built(GitRepo *repo, CheckReport *report, GError **error)
{
	CheckPart *part = check_report_add(report, "migrations");
	g_autoptr(ScratchBuild) build = scratch_build_new(repo, report->commit, NULL, error);
	g_autoptr(SchemaSnapshot) schema = NULL;

	if (!build || !check_up(build, build->order->migrations, part, NULL, error))
		return false;
	if (part->findings->len > 0)
		return true;
	schema = scratch_build_snapshot(build, false, error);
	/* Its roles go with it: the schema files may make the same ones. */
	scratch_build_close(build);
	return schema && check_schema(build, schema, check_report_add(report, "schema"), error);
}

/* A migration that runs anew whenever it changes has no way back, and its objects stand in the way
 * of the others. */
static GPtrArray *without_repeatables(const GPtrArray *migrations)
{
	GPtrArray *kept = g_ptr_array_new();

	for (guint i = 0; i < migrations->len; i++) {
		const Migration *migration = g_ptr_array_index(migrations, i);

		if (!migration->repeatable)
			borrow_add(kept, migration);
	}
	return kept;
}

static GPtrArray *snapshots_new(void)
{
	return g_ptr_array_new_with_free_func((GDestroyNotify)schema_snapshot_free);
}

static bool check_reversible(GitRepo *repo, const char *commit, CheckPart *part, GError **error)
{
	g_autoptr(ScratchBuild) build = scratch_build_new(repo, commit, NULL, error);
	g_autoptr(GPtrArray) migrations = NULL;
	g_autoptr(GPtrArray) before = snapshots_new();
	guint undone;

	if (!build)
		return false;
	migrations = without_repeatables(build->order->migrations);
	return check_up(build, migrations, part, before, error) &&
	       (part->findings->len > 0 ||
		check_down(build, migrations, part, before, &undone, error));
}

CheckReport *check_run(GitRepo *repo, const CheckOptions *options, GError **error)
{
	g_autoptr(CheckReport) report = new_report(repo, options->at, error);
	g_autoptr(Project) project =
		report ? config_read_project(repo, report->commit, error) : NULL;
	g_autoptr(MigrationSet) set =
		project ? history_read(repo, report->commit, project->migrations, error) : NULL;

	if (!set ||
	    !check_ledgers(repo, report->commit, set, check_report_add(report, "ledgers"), error) ||
	    !check_built(repo, report, error))
		return NULL;
	if (options->reversible && check_report_count(report) == 0 &&
	    !check_reversible(repo, report->commit, check_report_add(report, "reversible"), error))
		return NULL;
	if (options->live &&
	    !check_live(repo, options->environment, check_report_add(report, "live"), error))
		return NULL;
	return g_steal_pointer(&report);
}

/* ---- there, back, and there again ---- */

static bool check_seeds(const ScratchBuild *build, const char *environment, CheckPart *part,
			GError **error)
{
	g_autofree char *folder = g_build_filename(build->project->seeds, environment, NULL);
	g_autofree char *none = g_strdup_printf("there are none below %s", folder);
	const Runner runner = {.session = build->scratch->session, .mark = RUN_MARK_NONE};
	g_autoptr(GError) why = NULL;
	guint count = 0;

	if (!seed_run(build->repo, &runner, build->commit->oid, folder, &count, &why)) {
		check_part_done(part, "of environment '%s'", environment);
		return check_find_error(part, why, error);
	}
	if (count == 0)
		check_part_skip(part, none);
	else
		check_part_done(part, "%u of environment '%s'", count, environment);
	return true;
}

static bool test_all(ScratchBuild *build, const char *environment, CheckReport *report,
		     GError **error)
{
	g_autoptr(GPtrArray) migrations = without_repeatables(build->order->migrations);
	g_autoptr(GPtrArray) before = snapshots_new();
	g_autoptr(SchemaSnapshot) top = NULL;
	guint undone = 0;

	if (!check_up(build, migrations, check_report_add(report, "up"), before, error))
		return false;
	if (check_report_count(report) > 0)
		return true;
	top = scratch_build_snapshot(build, false, error);
	if (!top || !check_seeds(build, environment, check_report_add(report, "seeds"), error))
		return false;
	if (check_report_count(report) > 0)
		return true;
	if (!check_down(build, migrations, check_report_add(report, "down"), before, &undone,
			error))
		return false;
	return check_report_count(report) > 0 || undone == 0 ||
	       check_again(build, migrations, check_report_add(report, "again"), undone, top,
			   error);
}

/* The environment that is meant must exist in the commit. */
CheckReport *check_test(GitRepo *repo, const CheckTest *options, GError **error)
{
	g_autoptr(CheckReport) report = new_report(repo, options->at, error);
	g_autoptr(ScratchBuild) build =
		report ? scratch_build_new(repo, report->commit, NULL, error) : NULL;
	g_autoptr(Settings) settings =
		build ? config_read_settings(repo, report->commit, build->project,
					     options->environment, false, error)
		      : NULL;

	if (!settings || !test_all(build, settings->name, report, error))
		return NULL;
	return g_steal_pointer(&report);
}
