#include "base/error.h"
#include "deploy/deploy.h"
#include "deploy/execute.h"
#include "history/read.h"
#include "plan/plan.h"
#include "run/script.h"
#include "standing/state.h"

static bool refuse_without_down(const Migration *migration, GError **error)
{
	const Directives *directives = migration->directives;

	if (directives && directives->irreversible)
		error_set(error, ERR_REFUSED, "migration '%s' is irreversible: %s", migration->id,
			  directives->irreversible);
	else
		error_set(error, ERR_REFUSED, "migration '%s' has no down script", migration->id);
	return error_hint(error, "write a new migration that undoes it");
}

/* A down script of comments alone would be recorded as having undone what it left. */
static bool check_not_empty(const Standing *standing, const Migration *migration,
			    const ReadyScript *down, GError **error)
{
	g_autoptr(ReadyScript) up = NULL;

	if (ready_script_length(down) > 0)
		return true;
	if (!ready_script_read(standing->repo, migration, SCRIPT_UP, SCOPE_MIGRATION, &up, error))
		return false;
	if (!up || ready_script_length(up) == 0)
		return true;
	error_set(error, ERR_REFUSED, "the down script of migration '%s' has no statement",
		  migration->id);
	error_place(error, down->source.file, 0, 0);
	return error_hint(error, "write a new migration that undoes it");
}

/* The down script of an applied migration, as it was when it was applied. */
static ReadyMigration *find_down(const Standing *standing, AppliedScripts *scripts,
				 const Applied *row, GError **error)
{
	Migration *found = applied_scripts_find(standing, scripts, row, error);
	g_autoptr(ReadyMigration) ready = NULL;

	if (!found || !history_read_directives(standing->repo, found, error))
		return NULL;
	ready = ready_migration_read(standing->repo, found, SCRIPT_DOWN,
				     standing->settings->transaction, error);
	if (ready && !ready->script) {
		refuse_without_down(found, error);
		return NULL;
	}
	if (ready && !check_not_empty(standing, found, ready->script, error))
		return NULL;
	return g_steal_pointer(&ready);
}

/* The sets of migrations that the scripts borrow from live as long. */
struct DeployUndo {
	AppliedScripts *scripts;
	GPtrArray *ready; /* ReadyMigration* */
};

void deploy_undo_free(DeployUndo *undo)
{
	if (!undo)
		return;
	g_ptr_array_unref(undo->ready);
	applied_scripts_free(undo->scripts);
	g_free(undo);
}

DeployUndo *deploy_undo_read(const Standing *standing, const GPtrArray *rows, GPtrArray *reasons,
			     GError **error)
{
	g_autoptr(DeployUndo) undo = g_new0(DeployUndo, 1);

	undo->scripts = applied_scripts_new();
	undo->ready = g_ptr_array_new_with_free_func((GDestroyNotify)ready_migration_free);
	for (guint i = 0; i < rows->len; i++) {
		g_autoptr(GError) why = NULL;
		ReadyMigration *one =
			find_down(standing, undo->scripts, g_ptr_array_index(rows, i), &why);

		if (one) {
			g_ptr_array_add(undo->ready, one);
		} else if (reasons) {
			g_ptr_array_add(reasons, g_strdup(why->message));
		} else {
			g_propagate_error(error, g_steal_pointer(&why));
			return NULL;
		}
	}
	return reasons && reasons->len ? NULL : g_steal_pointer(&undo);
}

bool deploy_undo_run(Standing *standing, const DeployUndo *undo, DeployResult *result,
		     GError **error)
{
	Execution execution = {.standing = standing, .direction = RUN_DOWN, .ready = undo->ready};

	return undo->ready->len == 0 || execute_run(&execution, result, error);
}

GPtrArray *deploy_down_plan(const Standing *standing, guint steps, const char *to, GError **error)
{
	g_autoptr(GPtrArray) rows = plan_down(standing->lineup->applied, steps, to, error);
	g_autoptr(DeployUndo) undo = rows ? deploy_undo_read(standing, rows, NULL, error) : NULL;

	return undo ? g_steal_pointer(&rows) : NULL;
}

Standing *deploy_down(GitRepo *repo, const StandingOptions *options, const Observer *observer,
		      guint steps, const char *to, DeployResult *result, GError **error)
{
	g_autoptr(Standing) standing =
		standing_open(repo, options, observer, STANDING_DEPLOY | STANDING_ROWS, error);
	g_autoptr(GPtrArray) rows =
		standing ? plan_down(standing->lineup->applied, steps, to, error) : NULL;
	g_autoptr(DeployUndo) undo = rows ? deploy_undo_read(standing, rows, NULL, error) : NULL;

	return undo && deploy_undo_run(standing, undo, result, error) ? g_steal_pointer(&standing)
								      : NULL;
}
