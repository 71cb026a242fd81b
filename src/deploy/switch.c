#include "deploy/switch.h"

#include <string.h>

#include "base/borrow.h"
#include "base/error.h"
#include "deploy/edit.h"
#include "deploy/seed.h"
#include "deploy/target.h"
#include "deploy/write.h"

/* ---- what must go ---- */

static bool check_mode(const DeployContext *context, GError **error)
{
	if (context->policy->mode == MODE_FOLLOW)
		return true;
	error_set(error, ERR_REFUSED, "environment '%s' goes only forward",
		  context->environment->name);
	return error_hint(error,
			  "only an environment with 'mode: follow' is taken back by a switch; "
			  "'git migrate down' undoes migrations on purpose");
}

static gint newest_first(gconstpointer a, gconstpointer b)
{
	const Applied *const *left = a, *const *right = b;

	return (*left)->position > (*right)->position ? -1 : (*left)->position < (*right)->position;
}

/* Rows that the commit does not have, or has with another meaning; const Applied*, newest first. */
static GPtrArray *rows_to_undo(const DeployContext *context)
{
	GPtrArray *rows = g_ptr_array_new();

	for (guint i = 0; i < context->plan->removed->len; i++)
		g_ptr_array_add(rows, g_ptr_array_index(context->plan->removed, i));
	for (guint i = 0; i < context->plan->edits->len; i++) {
		const PlanEdit *edit = g_ptr_array_index(context->plan->edits, i);
		if (edit->kind == EDIT_REAL || edit->kind == EDIT_UNKNOWN)
			borrow_add(rows, edit->applied);
	}
	g_ptr_array_sort(rows, newest_first);
	return rows;
}

static bool offer_rebuild(const DeployContext *context, GError **error)
{
	if (context->environment->embedded)
		return error_hint(error,
				  "build it anew, sample data included: git migrate switch "
				  "--rebuild --env %s",
				  context->environment->name);
	return error_hint(
		error,
		"make the database anew by hand, then: git migrate restore --env %s --reason "
		"rebuilt && git migrate up --env %s",
		context->environment->name, context->environment->name);
}

/* Names every migration in the way at once: nobody wants to find the second one after the first. */
static bool check_all_undoable(DeployContext *context, const GPtrArray *rows, GError **error)
{
	g_autoptr(GPtrArray) reasons = g_ptr_array_new_with_free_func(g_free);

	for (guint i = 0; i < rows->len; i++) {
		const Applied *row = g_ptr_array_index(rows, i);
		g_autoptr(GPtrArray) one = g_ptr_array_new();
		g_autoptr(GError) why = NULL;

		borrow_add(one, row);
		if (!deploy_undo_check(context, one, &why))
			g_ptr_array_add(reasons, g_strdup(why->message));
	}
	if (reasons->len == 0)
		return true;
	error_set(error, ERR_REFUSED,
		  "%u of the %u migrations that commit %.12s does not have cannot be undone",
		  reasons->len, rows->len, context->target->oid);
	for (guint i = 0; i < reasons->len; i++)
		error_detail(error, "%s", (char *)g_ptr_array_index(reasons, i));
	return offer_rebuild(context, error);
}

static bool undo(DeployContext *context, SwitchResult *result, GError **error)
{
	g_autoptr(GPtrArray) rows = rows_to_undo(context);
	g_auto(DeployResult) undone = {0};
	bool ok;

	if (rows->len == 0)
		return true;
	ok = check_all_undoable(context, rows, error) && deploy_undo(context, rows, &undone, error);
	result->undone = undone.done;
	return ok;
}

/* ---- the switch ---- */

static bool read_plan(DeployContext *context, GError **error)
{
	g_clear_pointer(&context->plan, plan_free);
	g_clear_pointer(&context->set, migration_set_free);
	g_clear_pointer(&context->applied, applied_set_free);
	g_clear_pointer(&context->partial, g_strfreev);
	return deploy_read_plan(context, true, error) && deploy_classify_edits(context, error);
}

static bool apply(DeployContext *context, SwitchResult *result, GError **error)
{
	g_auto(DeployResult) applied = {0};
	bool ok;

	if (!read_plan(context, error) || !deploy_order_plan(context, NULL, error))
		return false;
	ok = deploy_apply(context, &applied, error);
	result->applied = applied.done;
	return ok;
}

bool deploy_switch(DeployContext *context, SwitchResult *result, GError **error)
{
	const gint64 start = g_get_monotonic_time();
	const bool ok = deploy_configure(context, error) && deploy_connect(context, error) &&
			deploy_lock(context, error) && deploy_read_ledgers(context, true, error) &&
			check_mode(context, error) && deploy_settle_ledgers(context, error) &&
			read_plan(context, error) && deploy_check_partial(context, error) &&
			undo(context, result, error) && apply(context, result, error);

	result->duration_ms = (g_get_monotonic_time() - start) / 1000;
	return ok;
}

/* ---- rebuilding ---- */

/* Only what the tool itself keeps is dropped by it. */
static bool drop_database(DeployContext *context, GError **error)
{
	if (!deploy_configure(context, error) || !deploy_connect(context, error) ||
	    !deploy_lock(context, error) || !deploy_read_ledgers(context, false, error) ||
	    !check_mode(context, error))
		return false;
	if (context->environment->embedded)
		return deploy_target_drop(context->repo, context->environment, error);
	error_set(error, ERR_REFUSED, "the database of environment '%s' is not an embedded one",
		  context->environment->name);
	return offer_rebuild(context, error);
}

/* The new database's ledger begins with a record that says why the old one's records are abandoned.
 */
static bool note_rebuild(GitRepo *repo, const DeployOptions *options, const Observer *observer,
			 GError **error)
{
	g_autoptr(DeployContext) context = deploy_context_new(repo, options, observer);
	g_autofree char *reason = g_strdup_printf("rebuilt by git migrate %s", options->command);
	g_autoptr(GError) why = NULL;
	guint abandoned;

	if (deploy_restore(context, reason, &abandoned, &why) || error_is(why, ERR_USAGE))
		return true;
	g_propagate_error(error, g_steal_pointer(&why));
	return false;
}

bool deploy_empty(GitRepo *repo, const DeployOptions *options, const Observer *observer,
		  GError **error)
{
	g_autoptr(DeployContext) old = deploy_context_new(repo, options, observer);

	return drop_database(old, error) && note_rebuild(repo, options, observer, error);
}

DeployContext *deploy_rebuild(GitRepo *repo, const DeployOptions *options, const Observer *observer,
			      SwitchResult *result, GError **error)
{
	const gint64 start = g_get_monotonic_time();
	g_autoptr(DeployContext) context = NULL;
	g_auto(DeployResult) applied = {0};
	bool ok;

	if (!deploy_empty(repo, options, observer, error))
		return NULL;
	context = deploy_context_new(repo, options, observer);
	ok = deploy_up(context, NULL, &applied, error) &&
	     deploy_seed(context, &result->seeded, error);
	result->applied = applied.done;
	result->duration_ms = (g_get_monotonic_time() - start) / 1000;
	return ok ? g_steal_pointer(&context) : NULL;
}
