#include "check/check.h"

#include "build/build.h"
#include "config/config.h"
#include "deploy/seed.h"
#include "parts.h"

static CheckReport *new_report(GitRepo *repo, const char *at, GError **error)
{
	g_autofree char *commit = git_repo_resolve(repo, at ? at : "HEAD", false, error);

	return commit ? check_report_new(commit) : NULL;
}

static bool check_built(GitRepo *repo, CheckReport *report, GError **error)
{
	CheckPart *part = check_report_add(report, "migrations");
	g_autoptr(Scratch) scratch = deploy_scratch_new(repo, NULL, error);
	g_autoptr(DeployContext) context =
		scratch ? build_context(repo, report->commit, scratch, error) : NULL;
	g_autoptr(SchemaSnapshot) schema = NULL;

	if (!context || !check_up(context, part, NULL, error))
		return false;
	if (part->findings->len > 0)
		return true;
	schema = schema_snapshot_take(context->session, NULL, false, error);
	/* Its roles go with it: the schema files may make the same ones. */
	g_clear_pointer(&context->session, pg_session_free);
	g_clear_pointer(&scratch, deploy_scratch_free);
	return schema && check_schema(context, schema, check_report_add(report, "schema"), error);
}

/* A migration that runs anew whenever it changes has no way back, and its objects stand in the way
 * of the others. */
static void leave_out_repeatables(DeployContext *context)
{
	GPtrArray *pending = context->plan->pending;

	for (guint i = pending->len; i > 0; i--)
		if (((const Migration *)g_ptr_array_index(pending, i - 1))->repeatable)
			g_ptr_array_remove_index(pending, i - 1);
}

static GPtrArray *snapshots_new(void)
{
	return g_ptr_array_new_with_free_func((GDestroyNotify)schema_snapshot_free);
}

static bool check_reversible(GitRepo *repo, const char *commit, CheckPart *part, GError **error)
{
	g_autoptr(Scratch) scratch = deploy_scratch_new(repo, NULL, error);
	g_autoptr(DeployContext) context =
		scratch ? build_context(repo, commit, scratch, error) : NULL;
	g_autoptr(GPtrArray) before = snapshots_new();
	guint undone;

	if (!context)
		return false;
	leave_out_repeatables(context);
	return check_up(context, part, before, error) &&
	       (part->findings->len > 0 || check_down(context, part, before, &undone, error));
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

/* Takes the name of the environment that is meant; it must exist in the commit. */
static bool choose_environment(DeployContext *context, const char *name, GError **error)
{
	g_autoptr(Environment) found = NULL;

	found = config_read_environment(context->repo, context->target->oid, context->project,
					name ? name : context->project->default_environment, false,
					error);
	if (!found)
		return false;
	g_free(context->environment->name);
	context->environment->name = g_strdup(found->name);
	return true;
}

static bool check_seeds(DeployContext *context, CheckPart *part, GError **error)
{
	g_autofree char *folder =
		g_build_filename(context->project->seeds, context->environment->name, NULL);
	g_autofree char *none = g_strdup_printf("there are none below %s", folder);
	g_autoptr(GError) why = NULL;
	guint count = 0;

	if (!deploy_seed(context, &count, &why)) {
		check_part_done(part, "of environment '%s'", context->environment->name);
		return check_find_error(part, why, error);
	}
	if (count == 0)
		check_part_skip(part, none);
	else
		check_part_done(part, "%u of environment '%s'", count, context->environment->name);
	return true;
}

static bool test_all(DeployContext *context, CheckReport *report, GError **error)
{
	g_autoptr(GPtrArray) before = snapshots_new();
	g_autoptr(SchemaSnapshot) top = NULL;
	guint undone = 0;

	if (!check_up(context, check_report_add(report, "up"), before, error))
		return false;
	if (check_report_count(report) > 0)
		return true;
	top = schema_snapshot_take(context->session, NULL, false, error);
	if (!top || !check_seeds(context, check_report_add(report, "seeds"), error))
		return false;
	if (check_report_count(report) > 0)
		return true;
	if (!check_down(context, check_report_add(report, "down"), before, &undone, error))
		return false;
	return check_report_count(report) > 0 || undone == 0 ||
	       check_again(context, check_report_add(report, "again"), undone, top, error);
}

CheckReport *check_test(GitRepo *repo, const CheckTest *options, GError **error)
{
	g_autoptr(CheckReport) report = new_report(repo, options->at, error);
	g_autoptr(Scratch) scratch = report ? deploy_scratch_new(repo, NULL, error) : NULL;
	g_autoptr(DeployContext) context =
		scratch ? build_context(repo, report->commit, scratch, error) : NULL;

	if (!context || !choose_environment(context, options->environment, error))
		return NULL;
	leave_out_repeatables(context);
	return test_all(context, report, error) ? g_steal_pointer(&report) : NULL;
}
