#include "base/file.h"

#include <errno.h>
#include <ftw.h>
#include <glib/gstdio.h>
#include <stdio.h>

#include "base/error.h"

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *where)
{
	(void)info;
	(void)type;
	(void)where;
	return g_remove(path);
}

bool file_remove_tree(const char *path, GError **error)
{
	const int descriptors = 16;

	if (nftw(path, remove_one, descriptors, FTW_DEPTH | FTW_PHYS) == 0 || errno == ENOENT)
		return true;
	return error_set(error, ERR_SYSTEM, "cannot remove '%s': %s", path, g_strerror(errno));
}

bool file_make_folder(const char *path, GError **error)
{
	if (g_mkdir_with_parents(path, 0700) == 0)
		return true;
	return error_set(error, ERR_SYSTEM, "cannot make folder '%s': %s", path, g_strerror(errno));
}

char *file_make_temporary_folder(GError **error)
{
	g_autoptr(GError) why = NULL;
	char *path = g_dir_make_tmp("git-migrate-XXXXXX", &why);

	if (!path)
		error_set(error, ERR_SYSTEM, "cannot make a temporary folder: %s", why->message);
	return path;
}

bool file_write(const char *path, const char *bytes, size_t length, GError **error)
{
	g_autoptr(GError) why = NULL;

	if (g_file_set_contents(path, bytes, (gssize)length, &why))
		return true;
	return error_set(error, ERR_SYSTEM, "cannot write '%s': %s", path, why->message);
}

void file_temporary_remove(FileTemporary *path)
{
	file_remove_tree(path, NULL);
	g_free(path);
}
