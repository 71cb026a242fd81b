#include "pg/server.h"

#include <string.h>

#include "base/error.h"
#include "base/proc.h"
#include "place.h"

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

int binaries_major(const char *binaries, GError **error)
{
	g_autofree char *postgres = g_build_filename(binaries, "postgres", NULL);
	const char *const argv[] = {postgres, "--version", NULL};
	const ProcSpec spec = {.argv = argv};
	g_auto(ProcResult) said = {0};
	const char *number;

	if (!proc_run_ok(&spec, &said, error))
		return 0;
	number = strpbrk(said.out->str, "0123456789");
	if (!number)
		error_set(error, ERR_SYSTEM, "'%s --version' names no version", postgres);
	return number ? (int)g_ascii_strtoll(number, NULL, 10) : 0;
}

int pg_server_major(GError **error)
{
	g_autofree char *binaries = pg_server_find_binaries(0, error);

	return binaries ? binaries_major(binaries, error) : 0;
}
