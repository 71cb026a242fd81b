#include "deploy/edit.h"

#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "deploy/script.h"
#include "deploy/write.h"
#include "history/edit.h"

/* ---- refusing ---- */

static void name_changes(DeployContext *context, const PlanEdit *edit, GError **error)
{
	g_autoptr(GPtrArray) changes =
		history_edit_changes(context->repo, context->target->oid, edit, NULL);

	for (guint i = 0; changes && i < changes->len; i++) {
		const GitChange *change = g_ptr_array_index(changes, i);
		g_autoptr(GDateTime) when = g_date_time_new_from_unix_utc(change->time);
		g_autofree char *day = when ? g_date_time_format(when, "%Y-%m-%d") : g_strdup("?");

		error_detail(error, "%.7s %s %s: %s", change->commit, day, change->author,
			     change->subject);
	}
	if (changes && changes->len == 0 && git_repo_is_shallow(context->repo))
		error_detail(error, "this shallow clone hides who edited it: git fetch --unshallow "
				    "shows it");
}

static bool refuse_edit(DeployContext *context, const PlanEdit *edit, GError **error)
{
	g_autofree char *diff = NULL;

	error_set(error, ERR_REFUSED, "migration '%s' was edited after it was applied to '%s'",
		  edit->applied->id, context->environment->name);
	error_place(error, edit->migration->up.path, 0, 0);
	name_changes(context, edit, error);
	diff = git_repo_diff_blobs(context->repo, edit->applied->blob, edit->migration->up.blob,
				   NULL);
	if (diff)
		error_detail(error, "%s", g_strchomp(diff));
	error_hint(error,
		   "put the old text back and write a new migration for the change:\n"
		   "git cat-file blob %.12s >%s",
		   edit->applied->blob, edit->migration->up.path);
	return error_hint(
		error,
		"or, if the new text is right: git migrate accept --env %s --reason '...' %s",
		context->environment->name, edit->applied->id);
}

bool deploy_refuse_edits(DeployContext *context, GError **error)
{
	for (guint i = 0; i < context->plan->edits->len; i++) {
		const PlanEdit *edit = g_ptr_array_index(context->plan->edits, i);

		if (edit->kind == EDIT_REAL || edit->kind == EDIT_UNKNOWN)
			return refuse_edit(context, edit, error);
		if (edit->kind == EDIT_COSMETIC)
			deploy_emit(context, DEPLOY_WARNING,
				    "migration '%s' was edited after it was applied, without "
				    "changing what it means",
				    edit->applied->id);
	}
	return true;
}

/* ---- accepting ---- */

static const PlanEdit *find_edit(const DeployContext *context, const char *id, GError **error)
{
	for (guint i = 0; i < context->plan->edits->len; i++) {
		const PlanEdit *edit = g_ptr_array_index(context->plan->edits, i);
		if (strcmp(edit->applied->id, id) == 0)
			return edit;
	}
	if (!applied_set_get(context->applied, id))
		error_set(error, ERR_USAGE, "migration '%s' is not applied to '%s'", id,
			  context->environment->name);
	else
		error_set(error, ERR_USAGE,
			  "migration '%s' was not edited since it was applied to '%s'", id,
			  context->environment->name);
	error_hint(error, "'git migrate status --env %s' lists edited migrations",
		   context->environment->name);
	return NULL;
}

/* Record and row change in one transaction. */
static bool write_accepted(DeployContext *context, Record *record, const PlanEdit *edit,
			   const ReadyScript *script, GError **error)
{
	const char *values[] = {edit->applied->id, edit->migration->up.blob, script->content,
				edit->migration->up.path, context->target->oid};
	g_autoptr(PgResult) done = NULL;

	if (!pg_session_execute(context->session, "BEGIN", error)) {
		record_free(record);
		return false;
	}
	if (deploy_record_write(context, record, error) &&
	    (done = pg_session_query(context->session,
				     "UPDATE git_migrate.applied SET blob = $2, content = $3, path "
				     "= $4, commit = $5"
				     " WHERE id = $1",
				     G_N_ELEMENTS(values), values, error)) &&
	    pg_session_execute(context->session, "COMMIT", error))
		return true;
	pg_session_execute(context->session, "ROLLBACK", NULL);
	return false;
}

static Record *accept_record(DeployContext *context, const ReadyScript *script, const char *reason,
			     GError **error)
{
	Record *record = deploy_record_new(context, RECORD_ACCEPT, error);

	if (!record)
		return NULL;
	record->reason = g_strdup(reason);
	g_ptr_array_add(record->items, ready_script_item(script));
	return record;
}

bool deploy_accept(DeployContext *context, const char *id, const char *reason, GError **error)
{
	g_autoptr(ReadyScript) script = NULL;
	const PlanEdit *edit;
	Record *record;

	if (!deploy_configure(context, error) || !deploy_connect(context, error) ||
	    !deploy_lock(context, error) || !deploy_read_ledgers(context, true, error) ||
	    !deploy_settle_ledgers(context, error) || !deploy_read_plan(context, false, error))
		return false;
	edit = find_edit(context, id, error);
	script = edit ? deploy_ready_script(context, edit->migration, SCRIPT_UP, error) : NULL;
	record = script ? accept_record(context, script, reason, error) : NULL;
	if (!record || !write_accepted(context, record, edit, script, error))
		return false;
	deploy_publish(context, "an edited migration accepted");
	return true;
}

/* ---- restoring ---- */

static bool needs_restore(DeployContext *context, GError **error)
{
	const bool moved =
		context->last && strcmp(context->last->database, context->ledger.database) != 0;

	if (context->comparison->relation == LEDGERS_DATABASE_BEHIND || moved)
		return true;
	if (context->comparison->relation == LEDGERS_EQUAL ||
	    context->comparison->relation == LEDGERS_NOTES_BEHIND) {
		error_set(error, ERR_USAGE,
			  "the database of '%s' has every record that the notes have: it was not "
			  "restored",
			  context->environment->name);
		return false;
	}
	g_autofree char *what = ledger_comparison_describe(context->comparison);
	error_set(error, ERR_REFUSED, "a restore cannot explain how the ledgers of '%s' differ: %s",
		  context->environment->name, what);
	return error_hint(error, "run 'git migrate verify --env %s'", context->environment->name);
}

/* The restore stands above all abandoned records, so that no later one has the sequence of one of
 * them. */
static Record *restore_record(DeployContext *context, const char *reason, GError **error)
{
	Record *record = deploy_record_new(context, RECORD_RESTORE, error);
	const gint64 highest = context->comparison->last_in_notes;

	if (!record)
		return NULL;
	record->sequence = MAX(record->sequence, highest + 1);
	if (context->comparison->missing_in_database->len)
		record->abandoned = g_strdup(context->comparison->last_id_in_notes);
	record->reason = g_strdup(reason);
	return record;
}

bool deploy_restore(DeployContext *context, const char *reason, guint *abandoned, GError **error)
{
	Record *record;

	if (!deploy_configure(context, error) || !deploy_connect(context, error) ||
	    !deploy_lock(context, error) || !deploy_read_ledgers(context, true, error))
		return false;
	/* A database that was made anew is an older one, too: all that the notes have is abandoned.
	 */
	if (!context->ledger.present && context->notes->links->len &&
	    !deploy_make_ledger(context, error))
		return false;
	if (!needs_restore(context, error))
		return false;
	record = restore_record(context, reason, error);
	if (!record || !deploy_record_write(context, record, error))
		return false;
	*abandoned = context->comparison->missing_in_database->len;
	deploy_publish(context, "restored from a backup");
	return true;
}
