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
