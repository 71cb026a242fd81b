#include "run/leftovers.h"

#include "ledger/database.h"

/*
 * Not in the table, because nothing undoes them but a new session, and they change no result that a
 * migration should rest on: a library that was loaded, the seed of random(), and the fact that a
 * parameter of one's own (SET my.name) was ever set: it is '' afterwards, not NULL.
 */
const Leftover leftover_table[] = {
	{"role and session authorization", "RESET SESSION AUTHORIZATION"},
	{"settings, by name and by default", "RESET ALL"},
	{"cursors that outlive their transaction", "CLOSE ALL"},
	{"prepared statements", "DEALLOCATE ALL"},
	{"channels that are listened to", "UNLISTEN *"},
	{"temporary objects", "DISCARD TEMP"},
	{"the last values of sequences", "DISCARD SEQUENCES"},
	{"advisory locks", LEDGER_UNLOCK_OTHERS},
	{NULL, NULL},
};

void leftovers_batch(PgBatch *batch, bool in_transaction)
{
	if (!in_transaction)
		pg_batch_add(batch, "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE", 0, NULL);
	for (const Leftover *each = leftover_table; each->what; each++)
		pg_batch_add(batch, each->undo, 0, NULL);
	pg_batch_add(batch, pg_session_pins, 0, NULL);
	if (!in_transaction)
		pg_batch_add(batch, "COMMIT", 0, NULL);
}

bool leftovers_undo(PgSession *session, bool in_transaction, GError **error)
{
	g_autoptr(PgBatch) batch = pg_batch_new();

	leftovers_batch(batch, in_transaction);
	return pg_session_run_batch(session, batch, NULL, NULL, error);
}

/* The two names wait in settings of our own, which end with the transaction. */
void leftovers_batch_be_ourselves(PgBatch *batch)
{
	pg_batch_add(batch,
		     "SELECT set_config('git_migrate.authorization',"
		     " current_setting('session_authorization'), true),"
		     " set_config('git_migrate.role', current_setting('role'), true)",
		     0, NULL);
	pg_batch_add(batch, "RESET SESSION AUTHORIZATION", 0, NULL);
}

/* RESET SESSION AUTHORIZATION resets the role, too, so that it comes back last. */
void leftovers_batch_be_the_script(PgBatch *batch)
{
	pg_batch_add(batch,
		     "SELECT set_config('session_authorization',"
		     " current_setting('git_migrate.authorization'), false)",
		     0, NULL);
	pg_batch_add(batch, "SELECT set_config('role', current_setting('git_migrate.role'), false)",
		     0, NULL);
}
