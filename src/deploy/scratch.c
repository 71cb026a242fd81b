#include "deploy/scratch.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "base/error.h"
#include "pg/server.h"

#define PREFIX "git_migrate_scratch_"

static bool is_alive(gint64 pid)
{
	return pid > 0 && (kill((pid_t)pid, 0) == 0 || errno == EPERM);
}

/* Drops the databases whose commands are no more. That one cannot be dropped is no reason to stop.
 */
static void sweep(const PgServer *server)
{
	g_auto(GStrv) settings = pg_server_settings(server, "postgres");
	g_autoptr(PgSession) session =
		pg_session_open((const char *const *)settings, "git-migrate", NULL);
	g_autoptr(PgResult) rows =
		session ? pg_session_query(session,
					   "SELECT datname, substring(datname FROM '^" PREFIX
					   "([0-9]+)_')"
					   " FROM pg_database WHERE datname LIKE '" PREFIX "%'",
					   0, NULL, NULL)
			: NULL;

	for (int i = 0; rows && i < pg_result_rows(rows); i++)
		if (!is_alive(pg_result_int64(rows, i, 1)))
			pg_server_drop_database(server, pg_result_text(rows, i, 0), NULL);
}

Scratch *deploy_scratch_new(GitRepo *repo, GError **error)
{
	static guint number;
	g_autoptr(PgServer) server = pg_server_embedded(git_repo_common_dir(repo), error);
	g_autoptr(Scratch) scratch = NULL;
	g_auto(GStrv) settings = NULL;

	if (!server)
		return NULL;
	if (number == 0)
		sweep(server);
	scratch = g_new0(Scratch, 1);
	scratch->repo = repo;
	scratch->name = g_strdup_printf(PREFIX "%d_%u", (int)getpid(), number++);
	if (!pg_server_ensure_database(server, scratch->name, error))
		return NULL;
	settings = pg_server_settings(server, scratch->name);
	scratch->session =
		pg_session_open((const char *const *)settings, "git-migrate scratch", error);
	return scratch->session ? g_steal_pointer(&scratch) : NULL;
}

void deploy_scratch_free(Scratch *scratch)
{
	g_autoptr(PgServer) server = NULL;

	if (!scratch)
		return;
	pg_session_free(scratch->session);
	server = pg_server_embedded(git_repo_common_dir(scratch->repo), NULL);
	if (server)
		pg_server_drop_database(server, scratch->name, NULL);
	g_free(scratch->name);
	g_free(scratch);
}
