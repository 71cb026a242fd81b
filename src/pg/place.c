#include "place.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"

void place_clear(Place *place)
{
	g_free(place->base);
	g_free(place->data);
	g_free(place->socket);
	g_free(place->log);
	*place = (Place){0};
}

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

bool place_find_user(Place *place, GError **error)
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

bool place_find(const char *owner, int major, Place *place, GError **error)
{
	g_autofree char *name = server_name(owner, error);
	g_autofree char *kind = major ? g_strdup_printf("-scratch%d", major) : g_strdup("");
	g_autofree char *digest = g_strconcat(name, kind, NULL);
	const char *runtime = g_getenv("XDG_RUNTIME_DIR");

	if (!name)
		return false;
	place->major = major;
	if (getuid() == 0) {
		place->base = g_build_filename(PLACE_ROOT, digest, NULL);
		place->socket = g_strdup_printf("/tmp/git-migrate-%s", digest);
		if (!place_find_user(place, error))
			return false;
	} else {
		g_autofree char *folder = g_strconcat("server", kind, NULL);

		place->base = g_build_filename(owner, "git-migrate", folder, NULL);
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

bool place_make(const Place *place, GError **error)
{
	g_autofree char *above = g_path_get_dirname(place->base);

	if (g_mkdir_with_parents(above, 0755) != 0)
		return error_set(error, ERR_SYSTEM, "cannot make folder '%s': %s", above,
				 g_strerror(errno));
	return make_private_folder(place, place->base, error) &&
	       make_private_folder(place, place->socket, error);
}

bool place_is_wanted(const char *owner, const char *name)
{
	g_autofree char *wants = read_name(owner);

	return wants && g_str_has_prefix(name, wants);
}
