#include "pg/server.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/proc.h"
#include "place.h"

#define SUPERUSER "postgres"

void pg_server_free(PgServer *server)
{
	if (!server)
		return;
	g_free(server->data);
	g_free(server->socket);
	g_free(server->user);
	g_free(server);
}

/* ---- running programs of PostgreSQL ---- */

static bool run_as_server(const Place *place, const char *const *argv, GError **error)
{
	g_auto(ProcResult) result = {0};
	const ProcSpec spec = {.argv = argv, .cwd = "/", .uid = place->uid, .gid = place->gid};

	return proc_run_ok(&spec, &result, error);
}

static bool write_settings(const Place *place, GError **error)
{
	/* What a crash would cost is made anew anyway (PostgreSQL manual, Non-Durable Settings). */
	static const char throw_away[] = "# for scratch databases\n"
					 "fsync = off\nsynchronous_commit = off\n"
					 "full_page_writes = off\nautovacuum = off\n";
	g_autofree char *path = g_build_filename(place->data, "postgresql.conf", NULL);
	g_autofree char *before = NULL;
	g_autofree char *text = NULL;
	g_autoptr(GError) why = NULL;

	if (!g_file_get_contents(path, &before, NULL, &why))
		return error_set(error, ERR_SYSTEM, "cannot read '%s': %s", path, why->message);
	text = g_strconcat(before,
			   "\n# git-migrate: reached through its private socket only\n"
			   "listen_addresses = ''\n"
			   "max_connections = 50\nshared_buffers = 32MB\n",
			   place->major ? throw_away : "", NULL);
	if (!file_write(path, text, strlen(text), error))
		return false;
	return !place->uid || chown(path, place->uid, place->gid) == 0 ||
	       error_set(error, ERR_SYSTEM, "cannot give '%s' to its user", path);
}

/* Made beside its place and moved there when it is whole: an initdb that was killed leaves nothing
 * that looks like a cluster. */
static bool make_cluster(const Place *place, const char *binaries, GError **error)
{
	g_autofree char *initdb = g_build_filename(binaries, "initdb", NULL);
	g_autofree char *unfinished = g_strconcat(place->data, ".new", NULL);
	const char *const argv[] = {
		initdb,   "--pgdata",  unfinished,          "--username", SUPERUSER,
		"--auth", "trust",     "--encoding",        "UTF8",       "--locale",
		"C",      "--no-sync", "--no-instructions", NULL};

	if (!file_remove_tree(unfinished, error) || !run_as_server(place, argv, error)) {
		g_prefix_error(error, "cannot make the embedded database: ");
		return false;
	}
	if (g_rename(unfinished, place->data) != 0)
		return error_set(error, ERR_SYSTEM, "cannot move '%s': %s", unfinished,
				 g_strerror(errno));
	return write_settings(place, error);
}

/* The end of the server's log explains a start that failed better than pg_ctl does. */
static void add_log(const Place *place, GError **error)
{
	const size_t most = 1500;
	g_autofree char *text = NULL;
	size_t length = 0;

	if (g_file_get_contents(place->log, &text, &length, NULL))
		error_detail(error, "%s", text + (length > most ? length - most : 0));
}

static bool start_server(const Place *place, const char *binaries, GError **error)
{
	g_autofree char *pg_ctl = g_build_filename(binaries, "pg_ctl", NULL);
	g_autofree char *options =
		g_strdup_printf("-c unix_socket_directories='%s' -c port=5432", place->socket);
	const char *const argv[] = {pg_ctl,      "start",     "--wait", "--silent",
				    "--pgdata",  place->data, "--log",  place->log,
				    "--options", options,     NULL};

	if (run_as_server(place, argv, error))
		return true;
	g_prefix_error(error, "cannot start the embedded database: ");
	add_log(place, error);
	return false;
}

/* The process of the server by its pid file, or 0. A file that a crash left behind names a process
 * that is gone. */
static pid_t running_pid(const Place *place)
{
	g_autofree char *path = g_build_filename(place->data, "postmaster.pid", NULL);
	g_autofree char *socket = g_build_filename(place->socket, ".s.PGSQL.5432", NULL);
	g_autofree char *text = NULL;
	pid_t pid;

	if (!g_file_test(socket, G_FILE_TEST_EXISTS) ||
	    !g_file_get_contents(path, &text, NULL, NULL))
		return 0;
	/* pg_ctl's last line of the file says "ready" once connections are taken. */
	if (!strstr(text, "ready"))
		return 0;
	pid = (pid_t)g_ascii_strtoll(text, NULL, 10);
	return pid > 0 && (kill(pid, 0) == 0 || errno == EPERM) ? pid : 0;
}

static bool check_major(const Place *place, const char *binaries, GError **error)
{
	g_autofree char *path = g_build_filename(place->data, "PG_VERSION", NULL);
	g_autofree char *text = NULL;
	const int installed = binaries_major(binaries, error);

	if (!installed)
		return false;
	if (!g_file_get_contents(path, &text, NULL, NULL) ||
	    g_ascii_strtoll(text, NULL, 10) == installed)
		return true;
	error_set(error, ERR_SYSTEM,
		  "the embedded database was made by PostgreSQL %s, and %d is installed",
		  g_strstrip(text), installed);
	return error_hint(error, "install that version, or remove '%s' and deploy again",
			  place->data);
}

/* ---- the embedded server ---- */

static void remove_cluster(const char *base, const char *name, const char *pg_ctl)
{
	g_autofree char *data = g_build_filename(base, "data", NULL);
	g_autofree char *socket = g_strdup_printf("/tmp/git-migrate-%s", name);
	g_autofree char *lock = g_strconcat(base, ".lock", NULL);
	const char *const stop[] = {pg_ctl, "stop", "--mode", "immediate", "--pgdata", data, NULL};
	Place place = {0};

	if (place_find_user(&place, NULL))
		run_as_server(&place, stop, NULL);
	file_remove_tree(base, NULL);
	file_remove_tree(socket, NULL);
	g_unlink(lock);
}

/* Clusters below /var/lib whose repository is gone: nobody else would ever stop or remove them. */
static void sweep(const char *binaries)
{
	g_autoptr(GDir) dir = g_dir_open(PLACE_ROOT, 0, NULL);
	g_autofree char *pg_ctl = g_build_filename(binaries, "pg_ctl", NULL);
	const char *name;

	while (dir && (name = g_dir_read_name(dir))) {
		g_autofree char *base = g_build_filename(PLACE_ROOT, name, NULL);
		g_autofree char *note = g_build_filename(base, "owner", NULL);
		g_autofree char *owner = NULL;

		if (g_file_get_contents(note, &owner, NULL, NULL) && !place_is_wanted(owner, name))
			remove_cluster(base, name, pg_ctl);
	}
}

static bool note_owner(const Place *place, const char *owner, GError **error)
{
	g_autofree char *path = g_build_filename(place->base, "owner", NULL);

	return file_write(path, owner, strlen(owner), error);
}

/* Holds a lock file while the server is made and started, so that of several processes one does it.
 */
static int lock_place(const Place *place, GError **error)
{
	g_autofree char *path = g_strconcat(place->base, ".lock", NULL);
	const int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd >= 0 && flock(fd, LOCK_EX) == 0)
		return fd;
	error_set(error, ERR_SYSTEM, "cannot lock '%s': %s", path, g_strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}

static bool make_and_start(const Place *place, const char *owner, GError **error)
{
	g_autofree char *binaries = pg_server_find_binaries(place->major, error);

	if (!binaries)
		return false;
	if (running_pid(place))
		return true;
	if (place->uid)
		sweep(binaries);
	if (!place_make(place, error))
		return false;
	if (!g_file_test(place->data, G_FILE_TEST_IS_DIR) &&
	    (!note_owner(place, owner, error) || !make_cluster(place, binaries, error)))
		return false;
	return check_major(place, binaries, error) && start_server(place, binaries, error);
}

static bool ensure_running(const Place *place, const char *owner, GError **error)
{
	g_autofree char *above = g_path_get_dirname(place->base);
	bool ok;
	int lock;

	if (running_pid(place))
		return true;
	if (g_mkdir_with_parents(above, 0755) != 0)
		return error_set(error, ERR_SYSTEM, "cannot make folder '%s': %s", above,
				 g_strerror(errno));
	lock = lock_place(place, error);
	if (lock < 0)
		return false;
	ok = make_and_start(place, owner, error);
	close(lock);
	return ok;
}

/* Takes the place. */
static PgServer *server_of(Place *place, const char *owner, GError **error)
{
	PgServer *server;

	if (!ensure_running(place, owner, error))
		return NULL;
	server = g_new0(PgServer, 1);
	server->data = g_steal_pointer(&place->data);
	server->socket = g_steal_pointer(&place->socket);
	server->user = g_strdup(SUPERUSER);
	server->major = place->major;
	return server;
}

PgServer *pg_server_embedded(const char *owner, GError **error)
{
	g_auto(Place) place = {0};

	return place_find(owner, 0, &place, error) ? server_of(&place, owner, error) : NULL;
}

PgServer *pg_server_scratch(const char *owner, int major, GError **error)
{
	g_auto(Place) place = {0};

	return place_find(owner, major, &place, error) ? server_of(&place, owner, error) : NULL;
}

char **pg_server_settings(const PgServer *server, const char *database)
{
	const char *const settings[] = {"host",       server->socket, "port",   "5432", "user",
					server->user, "dbname",       database, NULL};
	char **copy = g_new0(char *, G_N_ELEMENTS(settings));

	for (guint i = 0; settings[i]; i++)
		copy[i] = g_strdup(settings[i]);
	return copy;
}

/* A database that is there costs nothing: its name is noted beside the data once it was made. */
static char *database_note(const PgServer *server, const char *database)
{
	return g_strdup_printf("%s/../database-%s", server->data, database);
}

static bool create_database(const PgServer *server, const char *database, GError **error)
{
	g_auto(GStrv) settings = pg_server_settings(server, "postgres");
	g_autoptr(PgSession) session =
		pg_session_open((const char *const *)settings, "git-migrate", error);
	g_autofree char *name = pg_quote_identifier(database);
	g_autofree char *sql = g_strconcat("CREATE DATABASE ", name, NULL);
	g_autoptr(GError) why = NULL;

	if (!session)
		return false;
	if (pg_session_execute(session, sql, &why) ||
	    strcmp(pg_session_failure(session)->sqlstate, "42P04") == 0 || /* duplicate_database */
	    strcmp(pg_session_failure(session)->sqlstate, "23505") == 0)   /* two at once */
		return true;
	g_propagate_error(error, g_steal_pointer(&why));
	return false;
}

bool pg_server_ensure_database(const PgServer *server, const char *database, GError **error)
{
	g_autofree char *note = database_note(server, database);

	if (g_file_test(note, G_FILE_TEST_EXISTS))
		return true;
	if (!create_database(server, database, error))
		return false;
	file_write(note, "", 0, NULL);
	return true;
}

bool pg_server_drop_database(const PgServer *server, const char *database, GError **error)
{
	g_auto(GStrv) settings = pg_server_settings(server, "postgres");
	g_autoptr(PgSession) session =
		pg_session_open((const char *const *)settings, "git-migrate", error);
	g_autofree char *note = database_note(server, database);
	g_autofree char *name = pg_quote_identifier(database);
	g_autofree char *sql = g_strdup_printf("DROP DATABASE IF EXISTS %s WITH (FORCE)", name);

	if (!session || !pg_session_execute(session, sql, error))
		return false;
	return file_remove_tree(note, error);
}

bool pg_server_stop(const PgServer *server, GError **error)
{
	g_autofree char *binaries = pg_server_find_binaries(0, error);
	g_autofree char *pg_ctl = binaries ? g_build_filename(binaries, "pg_ctl", NULL) : NULL;
	const char *const argv[] = {pg_ctl,     "stop",     "--mode",     "fast",
				    "--silent", "--pgdata", server->data, NULL};
	g_autofree char *pid_file = g_build_filename(server->data, "postmaster.pid", NULL);
	Place place = {0};

	if (!binaries || (getuid() == 0 && !place_find_user(&place, error)))
		return false;
	if (!g_file_test(pid_file, G_FILE_TEST_EXISTS))
		return true;
	return run_as_server(&place, argv, error);
}
