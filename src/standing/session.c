/* The connection and the deployers' lock. */
#include "base/error.h"
#include "base/interrupt.h"
#include "connect/connect.h"
#include "internal.h"

static bool refuse_pooler(Standing *standing, GError **error)
{
	error_set(error, ERR_CONNECTION, "environment '%s' is reached through a transaction pooler",
		  standing_name(standing));
	error_detail(error, "the server process changed between two statements, so a session lock "
			    "and session settings "
			    "would not hold");
	return error_hint(
		error,
		"connect to PostgreSQL itself (usually port 5432), or to a pool in session mode");
}

bool standing_open_session(Standing *standing, GError **error)
{
	standing->session =
		connect_open(standing->repo, standing->proposed, standing->options.command, error);
	if (!standing->session ||
	    !ledger_database_state(standing->session, &standing->ledgers.state, error)) {
		g_prefix_error(error, "environment '%s': ", standing_name(standing));
		return false;
	}
	if (standing->ledgers.state.pooled &&
	    connect_is_shared(standing->repo, standing->proposed, standing->session))
		return refuse_pooler(standing, error);
	return true;
}

/* Waits a moment, or until Ctrl-C. Doubles from 10 ms to half a second: the lock is mostly free
 * soon or held for long. */
static void pause_between_tries(guint tries)
{
	const gulong longest = 500000;
	gulong pause = 10000ul << MIN(tries, 6u);

	g_usleep(MIN(pause, longest));
}

static bool fail_locked(Standing *standing, const char *holder, GError **error)
{
	error_set(error, ERR_LOCKED, "environment '%s' is locked by another deployer",
		  standing_name(standing));
	if (holder)
		error_detail(error, "held by %s", holder);
	return error_hint(error, "wait for it, or allow more time with --wait SECONDS");
}

bool standing_take_lock(Standing *standing, GError **error)
{
	const gint64 wait_ms = standing->options.wait_ms >= 0 ? standing->options.wait_ms
							      : standing->settings->lock_wait_ms;
	const gint64 end = g_get_monotonic_time() + wait_ms * 1000;

	for (guint tries = 0;; tries++) {
		g_autofree char *holder = NULL;

		if (!ledger_database_try_lock(standing->session, &standing->locked, error))
			return false;
		if (standing->locked)
			break;
		if (!ledger_database_lock_holder(standing->session, &holder, error))
			return false;
		if (g_get_monotonic_time() >= end || interrupt_requested())
			return fail_locked(standing, holder, error);
		if (tries == 2 && holder)
			observer_say(&standing->observer, EVENT_WAITING, "%s", holder);
		pause_between_tries(tries);
	}
	/* What was read before the lock was ours may be old. */
	ledger_state_clear(&standing->ledgers.state);
	return ledger_database_state(standing->session, &standing->ledgers.state, error);
}

bool standing_reconnect(Standing *standing, const char *head, GError **error)
{
	PgSession *fresh =
		connect_open(standing->repo, standing->proposed, standing->options.command, error);

	if (!fresh)
		return false;
	pg_session_free(standing->session);
	standing->session = fresh;
	standing->locked = false;
	if (!standing_take_lock(standing, error))
		return false;
	if (g_strcmp0(standing->ledgers.state.head, head) == 0)
		return true;
	return error_set(error, ERR_LOCKED,
			 "another deployer took over while the connection was lost");
}
