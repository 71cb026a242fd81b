/* Notes, state and remote, brought up to date with the database. */
#include "base/error.h"
#include "base/fault.h"
#include "standing/state.h"
#include "standing/write.h"

static void warn_and_clear(Standing *standing, const char *what, GError **why)
{
	const char *detail = error_get_detail(*why);

	observer_say(&standing->observer, EVENT_WARNING, "%s: %s%s%s", what, (*why)->message,
		     detail ? ": " : "", detail ? detail : "");
	g_clear_error(why);
}

static void publish_notes(Standing *standing)
{
	g_autoptr(GError) why = NULL;

	if (!fault_point("note", &why) ||
	    !ledger_notes_append(standing->repo, standing_name(standing), standing->ledgers.written,
				 &why)) {
		warn_and_clear(standing, "the notes are not written yet, the next command does it",
			       &why);
		return;
	}
	g_ptr_array_set_size(standing->ledgers.written, 0);
}

void standing_publish(Standing *standing, const char *summary)
{
	g_autoptr(GError) why = NULL;

	publish_notes(standing);
	if (!fault_point("state", &why) || !state_update(standing, summary, &why))
		warn_and_clear(standing,
			       "the state commit is not written yet, the next command does it",
			       &why);
	if (!standing_is_private(standing) &&
	    !ledger_sync_push(standing->repo, standing_name(standing), &standing->ledgers.sync,
			      &why))
		warn_and_clear(standing, "the records are not pushed yet", &why);
	if (standing->ledgers.sync.warning)
		observer_say(&standing->observer, EVENT_WARNING, "%s",
			     standing->ledgers.sync.warning);
}
