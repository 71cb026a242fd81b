#include "connect/connect.h"

#include "config/config.h"
#include "pg/facts.h"
#include "pg/server.h"

#define PATIENCE_MS 5000

static char **embedded_settings(GitRepo *repo, const Policy *policy, GError **error)
{
	g_autoptr(PgServer) server = pg_server_embedded(git_repo_common_dir(repo), error);

	if (!server || !pg_server_ensure_database(server, policy->environment, error))
		return NULL;
	return pg_server_settings(server, policy->environment);
}

char **connect_settings(GitRepo *repo, const Policy *policy, GError **error)
{
	char **settings = NULL;

	if (!config_connection(repo, policy, &settings, error))
		return NULL;
	return settings ? settings : embedded_settings(repo, policy, error);
}

PgSession *connect_open(GitRepo *repo, const Policy *policy, const char *command, GError **error)
{
	g_auto(GStrv) settings = connect_settings(repo, policy, error);
	g_autofree char *application = NULL;

	if (!settings)
		return NULL;
	application = g_strdup_printf("git-migrate %s %s (%s@%s)", command, policy->environment,
				      g_get_user_name(), g_get_host_name());
	return pg_session_open((const char *const *)settings, application, error);
}

bool connect_is_shared(GitRepo *repo, const Policy *policy, PgSession *session)
{
	const gint64 ours = pg_session_process(session, PATIENCE_MS);
	g_autoptr(PgSession) other = NULL;
	gint64 theirs;

	if (ours == pg_session_backend_pid(session))
		return false;
	other = connect_open(repo, policy, "probe", NULL);
	if (!other || !pg_session_execute(other, "BEGIN", NULL))
		return true;
	theirs = pg_session_process(other, PATIENCE_MS);
	return theirs == 0 || theirs == ours || pg_session_process(session, PATIENCE_MS) != ours;
}

bool connect_is_embedded(GitRepo *repo, const Policy *policy)
{
	g_auto(GStrv) settings = NULL;

	return policy->embedded && config_connection(repo, policy, &settings, NULL) && !settings;
}

bool connect_drop(GitRepo *repo, const Policy *policy, GError **error)
{
	g_autoptr(PgServer) server = pg_server_embedded(git_repo_common_dir(repo), error);

	return server && pg_server_drop_database(server, policy->environment, error);
}
