/*
 * The work tree and the index, for the one command that rewrites tracked files. Asks git.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "git/repo.h"

/* Paths below a folder that differ from HEAD in the index or the work tree, untracked ones too;
 * NULL-terminated, g_strfreev. Ignored files are not looked at. */
char **git_files_changed(GitRepo *repo, const char *folder, GError **error);

/* Writes a new file and stages it. ERR_SYSTEM when it exists already. */
bool git_files_add(GitRepo *repo, const char *path, const char *text, size_t length,
		   GError **error);

/* Removes tracked files (char*, from the root) from work tree and index. */
bool git_files_remove(GitRepo *repo, const GPtrArray *paths, GError **error);
