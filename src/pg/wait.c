#include <errno.h>
#include <poll.h>

#include "base/interrupt.h"
#include "internal.h"

/* After a cancel the server is given this long to answer before the connection counts as lost. */
#define CANCEL_GRACE_US (10 * G_USEC_PER_SEC)

bool pg_deadline_passed(const PgSession *session)
{
	return session->deadline && g_get_monotonic_time() >= session->deadline;
}

static void send_cancel(PgSession *session)
{
	char ignored[256];
	PGcancel *cancel = PQgetCancel(session->connection);

	session->cancel_sent = true;
	session->cancel_end = g_get_monotonic_time() + CANCEL_GRACE_US;
	if (cancel)
		PQcancel(cancel, ignored, sizeof ignored);
	PQfreeCancel(cancel);
}

static int timeout_ms(const PgSession *session)
{
	const gint64 end = session->cancel_sent ? session->cancel_end : session->deadline;
	gint64 left;

	if (!end)
		return -1;
	left = (end - g_get_monotonic_time()) / 1000 + 1;
	return (int)CLAMP(left, 0, 3600000);
}

/* Cancels for Ctrl-C or the deadline. False when a cancelled server did not answer in time. */
static bool watch(PgSession *session)
{
	if (session->cancel_sent)
		return g_get_monotonic_time() < session->cancel_end;
	if (pg_deadline_passed(session) || (session->interruptible && interrupt_requested()))
		send_cancel(session);
	return true;
}

/* Waits until the socket can be read (or written, when asked), watching Ctrl-C and the deadline.
 * False: gone. */
bool pg_wait(PgSession *session, short events)
{
	struct pollfd fds[] = {
		{PQsocket(session->connection), events, 0},
		{-1, POLLIN, 0},
		{session->beside ? PQsocket(session->beside->connection) : -1, POLLIN, 0}};

	if (!watch(session))
		return false;
	if (session->interruptible && !session->cancel_sent)
		fds[1].fd = interrupt_fd();
	if (poll(fds, G_N_ELEMENTS(fds), timeout_ms(session)) < 0 && errno != EINTR)
		return false;
	/* A connection that is gone is told of by its own calls. */
	if (fds[2].revents && !PQconsumeInput(session->beside->connection))
		session->beside = NULL;
	return watch(session);
}

bool pg_flush(PgSession *session)
{
	int state;

	while ((state = PQflush(session->connection)) > 0) {
		if (!pg_wait(session, POLLIN | POLLOUT) || !PQconsumeInput(session->connection))
			return false;
	}
	return state == 0;
}

/* The next result, waited for; NULL at the end of one query's results or when the connection is
 * gone. */
PGresult *pg_next_result(PgSession *session)
{
	while (PQisBusy(session->connection))
		if (!pg_wait(session, POLLIN) || !PQconsumeInput(session->connection))
			return NULL;
	return PQgetResult(session->connection);
}

bool pg_session_is_alive(const PgSession *session)
{
	return PQstatus(session->connection) == CONNECTION_OK;
}
