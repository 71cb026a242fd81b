/*
 * A session with the tests' own server, and what is asked there.
 */
#pragma once

#include "pg/session.h"

static inline PgSession *connect(void)
{
	static const char *const settings[] = {"dbname", "postgres", NULL};
	g_autoptr(GError) error = NULL;
	PgSession *session = pg_session_open(settings, "session-test", &error);

	g_assert_no_error(error);
	return session;
}

static inline PgResult *query(PgSession *session, const char *sql)
{
	g_autoptr(GError) error = NULL;
	PgResult *result = pg_session_query(session, sql, 0, NULL, &error);

	g_assert_no_error(error);
	g_assert_nonnull(result);
	return result;
}

static inline void assert_value(PgSession *session, const char *sql, const char *expected)
{
	g_autoptr(PgResult) result = query(session, sql);

	g_assert_cmpint(pg_result_rows(result), ==, 1);
	g_assert_cmpstr(pg_result_text(result, 0, 0), ==, expected);
}
