#include "deploy/target.h"

#include <string.h>

#include "base/error.h"
#include "pg/server.h"

static char **embedded_settings(GitRepo *repo, const Environment *environment, GError **error)
{
	g_autoptr(PgServer) server = pg_server_embedded(git_repo_common_dir(repo), error);

	if (!server || !pg_server_ensure_database(server, environment->name, error))
		return NULL;
	return pg_server_settings(server, environment->name);
}

char **deploy_target_settings(GitRepo *repo, const Environment *environment, GError **error)
{
	if (environment->embedded)
		return embedded_settings(repo, environment, error);
	return g_strdupv(environment->connection);
}

PgSession *deploy_target_connect(GitRepo *repo, const Environment *environment, const char *command,
				 GError **error)
{
	g_auto(GStrv) settings = deploy_target_settings(repo, environment, error);
	g_autofree char *application = NULL;

	if (!settings)
		return NULL;
	application = g_strdup_printf("git-migrate %s %s (%s@%s)", command, environment->name,
				      g_get_user_name(), g_get_host_name());
	return pg_session_open((const char *const *)settings, application, error);
}

/* The server process that answers on a session now; 0 when nothing answers in time. */
static gint64 process_of(PgSession *session)
{
	const gint64 patience_us = 5 * G_USEC_PER_SEC;
	g_autoptr(PgResult) row = NULL;

	pg_session_set_deadline(session, g_get_monotonic_time() + patience_us);
	row = pg_session_query(session, "SELECT pg_backend_pid()", 0, NULL, NULL);
	pg_session_set_deadline(session, 0);
	return row ? pg_result_int64(row, 0, 0) : 0;
}

bool deploy_target_is_shared(GitRepo *repo, const Environment *environment, PgSession *session)
{
	const gint64 ours = process_of(session);
	g_autoptr(PgSession) other = NULL;
	gint64 theirs;

	if (ours == pg_session_backend_pid(session))
		return false;
	other = deploy_target_connect(repo, environment, "probe", NULL);
	if (!other || !pg_session_execute(other, "BEGIN", NULL))
		return true;
	theirs = process_of(other);
	return theirs == 0 || theirs == ours || process_of(session) != ours;
}

bool deploy_target_drop(GitRepo *repo, const Environment *environment, GError **error)
{
	g_autoptr(PgServer) server = pg_server_embedded(git_repo_common_dir(repo), error);

	return server && pg_server_drop_database(server, environment->name, error);
}
