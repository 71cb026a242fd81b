#include "deploy/restore.h"

#include <string.h>

#include "base/error.h"
#include "standing/write.h"

static bool needs_restore(Standing *standing, GError **error)
{
	const bool moved = standing->ledgers.last && strcmp(standing->ledgers.last->database,
							    standing->ledgers.state.database) != 0;

	if (standing->ledgers.comparison->relation == LEDGERS_DATABASE_BEHIND || moved)
		return true;
	if (standing->ledgers.comparison->relation == LEDGERS_EQUAL ||
	    standing->ledgers.comparison->relation == LEDGERS_NOTES_BEHIND) {
		error_set(error, ERR_USAGE,
			  "the database of '%s' has every record that the notes have: it was not "
			  "restored",
			  standing_name(standing));
		return false;
	}
	g_autofree char *what = ledger_comparison_describe(standing->ledgers.comparison);
	error_set(error, ERR_REFUSED, "a restore cannot explain how the ledgers of '%s' differ: %s",
		  standing_name(standing), what);
	return error_hint(error, "run 'git migrate verify --env %s'", standing_name(standing));
}

/* The restore stands above all abandoned records, so that no later one has the sequence of one of
 * them. */
static Record *restore_record(Standing *standing, const char *reason, GError **error)
{
	Record *record = standing_record_new(standing, RECORD_RESTORE, error);
	const gint64 highest = standing->ledgers.comparison->last_in_notes;

	if (!record)
		return NULL;
	record->sequence = MAX(record->sequence, highest + 1);
	if (standing->ledgers.comparison->missing_in_database->len)
		record->abandoned = g_strdup(standing->ledgers.comparison->last_id_in_notes);
	record->reason = g_strdup(reason);
	return record;
}

Standing *deploy_restore(GitRepo *repo, const StandingOptions *options, const Observer *observer,
			 const char *reason, guint *abandoned, GError **error)
{
	g_autoptr(Standing) standing =
		standing_open(repo, options, observer, STANDING_READ_ALL | STANDING_LOCK, error);
	Record *record;

	if (!standing)
		return NULL;
	/* A database that was made anew is an older one, too: all that the notes have is abandoned.
	 */
	if (!standing->ledgers.state.present && standing->ledgers.notes->links->len &&
	    !standing_make_ledger(standing, error))
		return NULL;
	if (!needs_restore(standing, error))
		return NULL;
	record = restore_record(standing, reason, error);
	if (!record || !standing_record_write(standing, record, NULL, error))
		return NULL;
	*abandoned = standing->ledgers.comparison->missing_in_database->len;
	standing_publish(standing, "restored from a backup");
	return g_steal_pointer(&standing);
}
