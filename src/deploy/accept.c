#include "deploy/accept.h"

#include "base/error.h"
#include "run/script.h"
#include "standing/write.h"

static const PlanEdit *find_edit(const Standing *standing, const char *id, GError **error)
{
	const PlanEdit *edit = lineup_find_edit(standing->lineup, id);

	if (edit)
		return edit;
	if (!applied_set_get(standing->lineup->applied, id))
		error_set(error, ERR_USAGE, "migration '%s' is not applied to '%s'", id,
			  standing_name(standing));
	else
		error_set(error, ERR_USAGE,
			  "migration '%s' was not edited since it was applied to '%s'", id,
			  standing_name(standing));
	error_hint(error, "'git migrate status --env %s' lists edited migrations",
		   standing_name(standing));
	return NULL;
}

/* Record and row change in one transaction. */
static bool write_accepted(Standing *standing, Record *record, const PlanEdit *edit,
			   const ReadyScript *script, GError **error)
{
	PgSession *session = standing->session;
	const LedgerApply apply = {.id = edit->applied->id,
				   .blob = edit->migration->up.blob,
				   .content = script->content,
				   .path = edit->migration->up.path,
				   .commit = standing->target.commit->oid};

	if (!pg_session_execute(session, "BEGIN", error)) {
		record_free(record);
		return false;
	}
	if (standing_record_write(standing, record, NULL, error) &&
	    ledger_database_accept(session, &apply, error) &&
	    pg_session_execute(session, "COMMIT", error))
		return true;
	pg_session_execute(session, "ROLLBACK", NULL);
	return false;
}

static Record *accept_record(Standing *standing, const ReadyScript *script, const char *reason,
			     GError **error)
{
	Record *record = standing_record_new(standing, RECORD_ACCEPT, error);

	if (!record)
		return NULL;
	record->reason = g_strdup(reason);
	g_ptr_array_add(record->items, ready_script_item(script));
	return record;
}

Standing *deploy_accept(GitRepo *repo, const StandingOptions *options, const Observer *observer,
			const char *id, const char *reason, GError **error)
{
	g_autoptr(Standing) standing =
		standing_open(repo, options, observer, STANDING_DEPLOY | STANDING_LINEUP, error);
	const PlanEdit *edit = standing ? find_edit(standing, id, error) : NULL;
	g_autoptr(ReadyScript) script = NULL;
	Record *record;

	if (!edit || !ready_script_read(repo, edit->migration, SCRIPT_UP,
					standing->settings->transaction, &script, error))
		return NULL;
	record = accept_record(standing, script, reason, error);
	if (!record || !write_accepted(standing, record, edit, script, error))
		return NULL;
	standing_publish(standing, "an edited migration accepted");
	return g_steal_pointer(&standing);
}
