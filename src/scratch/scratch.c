#include "scratch/scratch.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "pg/facts.h"

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

/* The process that made a scratch database: the number behind the prefix of its name. */
static gint64 maker_of(const char *name)
{
	return g_ascii_strtoll(name + strlen(PREFIX), NULL, 10);
}

/* Drops the databases whose commands are no more. That one cannot be dropped is no reason to stop.
 */
static void sweep_databases(const PgServer *server, PgSession *session)
{
	g_auto(GStrv) names = pg_session_databases(session, PREFIX, NULL);

	for (char **name = names; name && *name; name++)
		if (!is_alive(maker_of(*name)))
			pg_server_drop_database(server, *name, NULL);
}

static void sweep(const PgServer *server)
{
	g_autoptr(PgSession) session = open_database(server, "postgres", NULL);

	if (!session)
		return;
	sweep_databases(server, session);
	/* The next script that makes a role of the same name would fail. */
	pg_session_drop_roles(session, PREFIX);
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

Scratch *scratch_new(GitRepo *repo, const PgSession *like, GError **error)
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

bool scratch_explain(GError **error)
{
	static const char undefined_object[] = "SQLSTATE 42704";
	const char *detail = error && *error ? error_get_detail(*error) : NULL;

	if (!detail || !strstr(detail, undefined_object) || !strstr((*error)->message, "role \""))
		return false;
	return error_hint(error, "a scratch server has only the roles that the migrations make: "
				 "make this one where it is missing, in a DO block that passes "
				 "over duplicate_object");
}

void scratch_free(Scratch *scratch)
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
