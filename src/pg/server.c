#include "pg/server.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <pwd.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/proc.h"
#include "base/text.h"

#define SUPERUSER   "postgres"
#define ROOT_FOLDER "/var/lib/git-migrate"

/* Who runs the server, and where its things lie. */
typedef struct {
	char *base; /* the folder of it all */
	char *data;
	char *socket;
	char *log;
	uid_t uid; /* 0: ourselves */
	gid_t gid;
} Place;

static void place_clear(Place *place)
{
	g_free(place->base);
	g_free(place->data);
	g_free(place->socket);
	g_free(place->log);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Place, place_clear)

void pg_server_free(PgServer *server)
{
	if (!server)
		return;
	g_free(server->data);
	g_free(server->socket);
	g_free(server->user);
	g_free(server);
}

/* ---- binaries ---- */

static bool has_binaries(const char *folder)
{
	static const char *const needed[] = {"initdb", "postgres", "pg_ctl"};

	for (guint i = 0; i < G_N_ELEMENTS(needed); i++) {
		g_autofree char *path = g_build_filename(folder, needed[i], NULL);
		if (!g_file_test(path, G_FILE_TEST_IS_EXECUTABLE))
			return false;
	}
	return true;
}

/* Debian keeps each major version in a folder of its own. */
static char *newest_versioned(int major)
{
	static const char root[] = "/usr/lib/postgresql";
	g_autoptr(GDir) dir = g_dir_open(root, 0, NULL);
	g_autofree char *best = NULL;
	const char *name;
	int best_major = 0;

	while (dir && (name = g_dir_read_name(dir))) {
		const int version = (int)g_ascii_strtoll(name, NULL, 10);
		g_autofree char *folder = g_build_filename(root, name, "bin", NULL);

		if (version <= best_major || (major && version != major) || !has_binaries(folder))
			continue;
		best_major = version;
		g_free(best);
		best = g_steal_pointer(&folder);
	}
	return g_steal_pointer(&best);
}

static char *from_path(void)
{
	g_autofree char *initdb = g_find_program_in_path("initdb");
	g_autofree char *folder = initdb ? g_path_get_dirname(initdb) : NULL;

	return folder && has_binaries(folder) ? g_steal_pointer(&folder) : NULL;
}

char *pg_server_find_binaries(int major, GError **error)
{
	static const char elsewhere[] = "/usr/local/pgsql/bin";
	char *found = newest_versioned(major);

	if (!found && !major)
		found = from_path();
	if (!found && !major && has_binaries(elsewhere))
		found = g_strdup(elsewhere);
	if (found)
		return found;
	if (major)
		error_set(error, ERR_SYSTEM,
			  "PostgreSQL %d's server programs are not installed here", major);
	else
		error_set(error, ERR_SYSTEM,
			  "PostgreSQL's server programs (initdb, postgres) are not installed here");
	error_hint(error,
		   "install package 'postgresql', or name a database in the environment's file");
	return NULL;
}

/* ---- places ---- */

#define NAME_DIGITS 16

static char *name_file(const char *owner)
{
	return g_build_filename(owner, "git-migrate", "server-name", NULL);
}

/* The name that a repository's server has, or NULL. */
static char *read_name(const char *owner)
{
	g_autofree char *path = name_file(owner);
	g_autofree char *name = NULL;

	if (!g_file_get_contents(path, &name, NULL, NULL) || !text_is_hex(name, NAME_DIGITS))
		return NULL;
	return g_steal_pointer(&name);
}

/*
 * A random name kept inside the Git directory, not one made of its path: a repository that is
 * removed and made again in the same place must not find the databases of the old one. link(2) lets
 * one of several processes win.
 */
static char *server_name(const char *owner, GError **error)
{
	g_autofree char *path = name_file(owner);
	g_autofree char *folder = g_path_get_dirname(path);
	g_autofree char *mine = g_strdup_printf("%s.%d", path, (int)getpid());
	g_autofree char *name = g_strdup_printf("%08x%08x", g_random_int(), g_random_int());
	char *known = read_name(owner);

	if (known)
		return known;
	if (!file_make_folder(folder, error) || !file_write(mine, name, strlen(name), error))
		return NULL;
	if (link(mine, path) != 0 && errno != EEXIST)
		error_set(error, ERR_SYSTEM, "cannot write '%s': %s", path, g_strerror(errno));
	g_unlink(mine);
	return read_name(owner);
}

/* The user that a server of root's runs as. */
static bool find_user(Place *place, GError **error)
{
	const struct passwd *user = getpwnam("postgres");

	if (!user)
		user = getpwnam("nobody");
	if (!user)
		return error_set(error, ERR_SYSTEM,
				 "PostgreSQL refuses to run as root, and there is neither a user "
				 "'postgres' nor 'nobody' to run it as");
	place->uid = user->pw_uid;
	place->gid = user->pw_gid;
	return true;
}

static bool find_place(const char *owner, Place *place, GError **error)
{
	g_autofree char *digest = server_name(owner, error);
	const char *runtime = g_getenv("XDG_RUNTIME_DIR");

	if (!digest)
		return false;
	if (getuid() == 0) {
		place->base = g_build_filename(ROOT_FOLDER, digest, NULL);
		place->socket = g_strdup_printf("/tmp/git-migrate-%s", digest);
		if (!find_user(place, error))
			return false;
	} else {
		place->base = g_build_filename(owner, "git-migrate", "server", NULL);
		place->socket =
			runtime && *runtime && g_file_test(runtime, G_FILE_TEST_IS_DIR)
				? g_strdup_printf("%s/git-migrate-%s", runtime, digest)
				: g_strdup_printf("/tmp/git-migrate-%u-%s", getuid(), digest);
	}
	place->data = g_build_filename(place->base, "data", NULL);
	place->log = g_build_filename(place->base, "log", NULL);
	return true;
}

/* A folder of the server's user alone. One that somebody else made is refused: /tmp is open to all.
 */
static bool make_private_folder(const Place *place, const char *path, GError **error)
{
	const uid_t owner = place->uid ? place->uid : getuid();
	struct stat info;

	if (g_mkdir(path, 0700) == 0) {
		if (place->uid && chown(path, place->uid, place->gid) != 0)
			return error_set(error, ERR_SYSTEM, "cannot give '%s' to its user: %s",
					 path, g_strerror(errno));
		return true;
	}
	if (errno != EEXIST)
		return error_set(error, ERR_SYSTEM, "cannot make folder '%s': %s", path,
				 g_strerror(errno));
	if (lstat(path, &info) == 0 && S_ISDIR(info.st_mode) && info.st_uid == owner)
		return true;
	error_set(error, ERR_SYSTEM, "'%s' belongs to somebody else", path);
	return error_hint(error, "remove it, then try again");
}

static bool make_folders(const Place *place, GError **error)
{
	g_autofree char *above = g_path_get_dirname(place->base);

	if (g_mkdir_with_parents(above, 0755) != 0)
		return error_set(error, ERR_SYSTEM, "cannot make folder '%s': %s", above,
				 g_strerror(errno));
	return make_private_folder(place, place->base, error) &&
	       make_private_folder(place, place->socket, error);
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
			   NULL);
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
	g_autofree char *postgres = g_build_filename(binaries, "postgres", NULL);
	g_autofree char *text = NULL;
	const char *const argv[] = {postgres, "--version", NULL};
	const ProcSpec spec = {.argv = argv};
	g_auto(ProcResult) said = {0};
	const char *number;

	if (!g_file_get_contents(path, &text, NULL, NULL) || !proc_run_ok(&spec, &said, error))
		return error ? *error == NULL : true;
	number = strpbrk(said.out->str, "0123456789");
	if (number && g_ascii_strtoll(number, NULL, 10) == g_ascii_strtoll(text, NULL, 10))
		return true;
	error_set(error, ERR_SYSTEM,
		  "the embedded database was made by PostgreSQL %s, and %s is installed",
		  g_strstrip(text), g_strstrip(said.out->str));
	return error_hint(error, "install that version, or remove '%s' and deploy again",
			  place->data);
}

/* ---- the embedded server ---- */

/* Whether the repository that a cluster was made for still stands behind it. */
static bool is_wanted(const char *owner, const char *name)
{
	g_autofree char *wants = read_name(owner);

	return g_strcmp0(wants, name) == 0;
}

static void remove_cluster(const char *base, const char *name, const char *pg_ctl)
{
	g_autofree char *data = g_build_filename(base, "data", NULL);
	g_autofree char *socket = g_strdup_printf("/tmp/git-migrate-%s", name);
	g_autofree char *lock = g_strconcat(base, ".lock", NULL);
	const char *const stop[] = {pg_ctl, "stop", "--mode", "immediate", "--pgdata", data, NULL};
	Place place = {0};

	if (find_user(&place, NULL))
		run_as_server(&place, stop, NULL);
	file_remove_tree(base, NULL);
	file_remove_tree(socket, NULL);
	g_unlink(lock);
}

/* Clusters below /var/lib whose repository is gone: nobody else would ever stop or remove them. */
static void sweep(const char *binaries)
{
	g_autoptr(GDir) dir = g_dir_open(ROOT_FOLDER, 0, NULL);
	g_autofree char *pg_ctl = g_build_filename(binaries, "pg_ctl", NULL);
	const char *name;

	while (dir && (name = g_dir_read_name(dir))) {
		g_autofree char *base = g_build_filename(ROOT_FOLDER, name, NULL);
		g_autofree char *note = g_build_filename(base, "owner", NULL);
		g_autofree char *owner = NULL;

		if (g_file_get_contents(note, &owner, NULL, NULL) && !is_wanted(owner, name))
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
	g_autofree char *binaries = pg_server_find_binaries(0, error);

	if (!binaries)
		return false;
	if (running_pid(place))
		return true;
	if (place->uid)
		sweep(binaries);
	if (!make_folders(place, error))
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

PgServer *pg_server_embedded(const char *owner, GError **error)
{
	g_auto(Place) place = {0};
	PgServer *server;

	if (!find_place(owner, &place, error) || !ensure_running(&place, owner, error))
		return NULL;
	server = g_new0(PgServer, 1);
	server->data = g_steal_pointer(&place.data);
	server->socket = g_steal_pointer(&place.socket);
	server->user = g_strdup(SUPERUSER);
	return server;
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

	if (!binaries || (getuid() == 0 && !find_user(&place, error)))
		return false;
	if (!g_file_test(pid_file, G_FILE_TEST_EXISTS))
		return true;
	return run_as_server(&place, argv, error);
}
