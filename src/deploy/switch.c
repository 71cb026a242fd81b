#include "deploy/switch.h"

#include <string.h>

#include "base/borrow.h"
#include "base/error.h"
#include "connect/connect.h"
#include "deploy/deploy.h"
#include "deploy/restore.h"
#include "run/seed.h"

/* ---- what must go ---- */

static bool check_mode(const Standing *standing, GError **error)
{
	if (standing->policy->mode == MODE_FOLLOW)
		return true;
	error_set(error, ERR_REFUSED, "environment '%s' goes only forward",
		  standing_name(standing));
	return error_hint(error,
			  "only an environment with 'mode: follow' is taken back by a switch; "
			  "'git migrate down' undoes migrations on purpose");
}

static gint newest_first(gconstpointer a, gconstpointer b)
{
	const Applied *const *left = a, *const *right = b;

	return (*left)->position > (*right)->position ? -1 : (*left)->position < (*right)->position;
}

static bool changes_meaning(const PlanEdit *edit)
{
	return edit->kind == EDIT_REAL || edit->kind == EDIT_UNKNOWN;
}

/* The position of the first applied migration that the commit has with another meaning; G_MAXINT64
 * without any. */
static gint64 first_changed(const Standing *standing)
{
	const GPtrArray *edits = standing->lineup->plan->edits;
	gint64 first = G_MAXINT64;

	for (guint i = 0; i < edits->len; i++) {
		const PlanEdit *edit = g_ptr_array_index(edits, i);

		if (changes_meaning(edit))
			first = MIN(first, edit->applied->position);
	}
	return first;
}

/* Whether a row stays although the commit has what stood below it with another meaning: a
 * repeatable one has no way back. */
static bool is_repeatable(const Standing *standing, const Applied *row)
{
	const Migration *migration = migration_set_get(standing->lineup->set, row->id);

	return migration && migration->repeatable;
}

/*
 * Rows that the commit does not have, or has with another meaning, and all that was applied since
 * the first of the latter, which stands on what it made; const Applied*, newest first.
 */
static GPtrArray *rows_to_undo(const Standing *standing)
{
	const GPtrArray *all = standing->lineup->applied->all;
	const gint64 first = first_changed(standing);
	GPtrArray *rows = g_ptr_array_new();

	for (guint i = 0; i < all->len; i++) {
		const Applied *row = g_ptr_array_index(all, i);

		if (g_ptr_array_find(standing->lineup->plan->removed, row, NULL) ||
		    (row->position >= first && !is_repeatable(standing, row)))
			borrow_add(rows, row);
	}
	g_ptr_array_sort(rows, newest_first);
	return rows;
}

static bool offer_rebuild(const Standing *standing, GError **error)
{
	if (connect_is_embedded(standing->repo, standing->proposed))
		return error_hint(error,
				  "build it anew, sample data included: git migrate switch "
				  "--rebuild --env %s",
				  standing_name(standing));
	return error_hint(
		error,
		"make the database anew by hand, then: git migrate restore --env %s --reason "
		"rebuilt && git migrate up --env %s",
		standing_name(standing), standing_name(standing));
}

/* Names every migration in the way at once: nobody wants to find the second one after the first. */
static bool refuse_undo(const Standing *standing, guint rows, const GPtrArray *reasons,
			GError **error)
{
	error_set(error, ERR_REFUSED,
		  "%u of the %u migrations that must go for commit %.12s cannot be undone",
		  reasons->len, rows, standing->target.commit->oid);
	for (guint i = 0; i < reasons->len; i++)
		error_detail(error, "%s", (char *)g_ptr_array_index(reasons, i));
	return offer_rebuild(standing, error);
}

static bool undo(Standing *standing, SwitchResult *result, GError **error)
{
	g_autoptr(GPtrArray) rows = rows_to_undo(standing);
	g_autoptr(GPtrArray) reasons = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(DeployUndo) undo = deploy_undo_read(standing, rows, reasons, error);
	g_auto(DeployResult) undone = {0};
	bool ok;

	if (!undo)
		return refuse_undo(standing, rows->len, reasons, error);
	ok = deploy_undo_run(standing, undo, &undone, error);
	result->undone = undone.done;
	return ok;
}

/* ---- the switch ---- */

static bool apply(Standing *standing, SwitchResult *result, GError **error)
{
	const AdmitOptions admit = {0};
	g_auto(DeployResult) applied = {0};
	bool ok;

	standing_forget_lineup(standing);
	if (!standing_need(standing, STANDING_ROWS | STANDING_ORDER, error))
		return false;
	ok = deploy_apply(standing, standing->order->migrations, &admit, &applied, error);
	result->applied = applied.done;
	return ok;
}

Standing *deploy_switch(GitRepo *repo, const StandingOptions *options, const Observer *observer,
			SwitchResult *result, GError **error)
{
	const gint64 start = g_get_monotonic_time();
	g_autoptr(Standing) standing =
		standing_open(repo, options, observer, STANDING_READ_ALL | STANDING_LOCK, error);
	const bool ok = standing && check_mode(standing, error) &&
			standing_need(standing, STANDING_SETTLED | STANDING_ROWS, error) &&
			lineup_refuse_partial(standing->lineup, error) &&
			undo(standing, result, error) && apply(standing, result, error);

	result->duration_ms = (g_get_monotonic_time() - start) / 1000;
	return ok ? g_steal_pointer(&standing) : NULL;
}

/* ---- rebuilding ---- */

/* Only what the tool itself keeps is dropped by it. */
static bool drop_database(GitRepo *repo, const StandingOptions *options, const Observer *observer,
			  GError **error)
{
	g_autoptr(Standing) standing =
		standing_open(repo, options, observer, STANDING_READ | STANDING_LOCK, error);

	if (!standing || !check_mode(standing, error))
		return false;
	if (connect_is_embedded(repo, standing->proposed))
		return connect_drop(repo, standing->proposed, error);
	error_set(error, ERR_REFUSED, "the database of environment '%s' is not an embedded one",
		  standing_name(standing));
	return offer_rebuild(standing, error);
}

/* The new database's ledger begins with a record that says why the old one's records are abandoned.
 */
static bool note_rebuild(GitRepo *repo, const StandingOptions *options, const Observer *observer,
			 GError **error)
{
	g_autofree char *reason = g_strdup_printf("rebuilt by git migrate %s", options->command);
	g_autoptr(Standing) standing = NULL;
	g_autoptr(GError) why = NULL;
	guint abandoned;

	standing = deploy_restore(repo, options, observer, reason, &abandoned, &why);
	if (standing || error_is(why, ERR_USAGE))
		return true;
	g_propagate_error(error, g_steal_pointer(&why));
	return false;
}

bool deploy_empty(GitRepo *repo, const StandingOptions *options, const Observer *observer,
		  GError **error)
{
	return drop_database(repo, options, observer, error) &&
	       note_rebuild(repo, options, observer, error);
}

bool deploy_seed(const Standing *standing, guint *count, GError **error)
{
	g_autofree char *folder =
		g_strdup_printf("%s/%s", standing->project->seeds, standing_name(standing));
	const Runner runner = {.session = standing->session,
			       .limits = standing_limits(standing),
			       .mark = RUN_MARK_NONE,
			       .observer = &standing->observer};

	return seed_run(standing->repo, &runner, standing->target.commit->oid, folder, count,
			error);
}

Standing *deploy_rebuild(GitRepo *repo, const StandingOptions *options, const Observer *observer,
			 SwitchResult *result, GError **error)
{
	const gint64 start = g_get_monotonic_time();
	const AdmitOptions admit = {0};
	g_auto(DeployResult) applied = {0};
	g_autoptr(Standing) standing = NULL;
	bool ok;

	if (!deploy_empty(repo, options, observer, error))
		return NULL;
	standing = deploy_up(repo, options, &admit, observer, NULL, &applied, error);
	ok = standing && deploy_seed(standing, &result->seeded, error);
	result->applied = applied.done;
	result->duration_ms = (g_get_monotonic_time() - start) / 1000;
	return ok ? g_steal_pointer(&standing) : NULL;
}
