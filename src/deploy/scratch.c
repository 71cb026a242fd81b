#include "deploy/scratch.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "base/error.h"

#define PREFIX "git_migrate_scratch_"

/* ---- what others left ---- */

static bool is_alive(gint64 pid)
{
	return pid > 0 && (kill((pid_t)pid, 0) == 0 || errno == EPERM);
}

static PgSession *open_database(const PgServer *server, const char *name, GError **error)
{
	g_auto(GStrv) settings = pg_server_settings(server, name);

	return pg_session_open((const char *const *)settings, "git-migrate scratch", error);
}

/* Drops the databases whose commands are no more. That one cannot be dropped is no reason to stop.
 */
static void sweep_databases(const PgServer *server, PgSession *session)
{
	g_autoptr(PgResult) rows =
		pg_session_query(session,
				 "SELECT datname, substring(datname FROM '^" PREFIX "([0-9]+)_')"
				 " FROM pg_database WHERE datname LIKE '" PREFIX "%'",
				 0, NULL, NULL);

	for (int i = 0; rows && i < pg_result_rows(rows); i++)
		if (!is_alive(pg_result_int64(rows, i, 1)))
			pg_server_drop_database(server, pg_result_text(rows, i, 0), NULL);
}

/* Roles belong to the whole server and outlive the database whose script made them; the next script
 * that makes one of the same name would fail. */
static void sweep_roles(PgSession *session)
{
	g_autoptr(PgResult) rows =
		pg_session_query(session,
				 "SELECT quote_ident(rolname) FROM pg_roles WHERE rolname !~ '^pg_'"
				 " AND rolname <> current_user AND NOT EXISTS (SELECT FROM "
				 "pg_database WHERE datname LIKE '" PREFIX "%')",
				 0, NULL, NULL);

	for (int i = 0; rows && i < pg_result_rows(rows); i++) {
		g_autofree char *sql = g_strconcat("DROP ROLE ", pg_result_text(rows, i, 0), NULL);
		pg_session_execute(session, sql, NULL);
	}
}

static void sweep(const PgServer *server)
{
	g_autoptr(PgSession) session = open_database(server, "postgres", NULL);

	if (!session)
		return;
	sweep_databases(server, session);
	sweep_roles(session);
}

/* ---- a database ---- */

/* The scratch server of the wanted major version, or of the newest. */
static PgServer *find_server(GitRepo *repo, const PgSession *like, GError **error)
{
	const int number_of_major = 10000;
	const int wanted = like ? pg_session_server_version(like) / number_of_major : 0;
	g_autofree char *binaries = wanted ? pg_server_find_binaries(wanted, NULL) : NULL;
	const int major = binaries ? wanted : pg_server_major(error);

	return major ? pg_server_scratch(git_repo_common_dir(repo), major, error) : NULL;
}

Scratch *deploy_scratch_new(GitRepo *repo, const PgSession *like, GError **error)
{
	static guint number;
	g_autoptr(Scratch) scratch = g_new0(Scratch, 1);

	scratch->server = find_server(repo, like, error);
	if (!scratch->server)
		return NULL;
	if (number == 0)
		sweep(scratch->server);
	scratch->name = g_strdup_printf(PREFIX "%d_%u", (int)getpid(), number++);
	if (!pg_server_ensure_database(scratch->server, scratch->name, error))
		return NULL;
	scratch->session = open_database(scratch->server, scratch->name, error);
	return scratch->session ? g_steal_pointer(&scratch) : NULL;
}

void deploy_scratch_free(Scratch *scratch)
{
	if (!scratch)
		return;
	pg_session_free(scratch->session);
	if (scratch->server && scratch->name) {
		pg_server_drop_database(scratch->server, scratch->name, NULL);
		sweep(scratch->server);
	}
	pg_server_free(scratch->server);
	g_free(scratch->name);
	g_free(scratch);
}
