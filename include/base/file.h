/*
 * Files and folders: the few operations on them that GLib does not have.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* Removes a file or a folder with all below it; a path that does not exist is fine. Symbolic links
 * are not followed. */
bool file_remove_tree(const char *path, GError **error);

/* Makes a folder and those above it, open to us alone (0700). */
bool file_make_folder(const char *path, GError **error);

/* A new private folder below the system's temporary folder; the caller frees the path and removes
 * the folder. */
char *file_make_temporary_folder(GError **error);

/* Writes a file whole or not at all, through a rename. */
bool file_write(const char *path, const char *bytes, size_t length, GError **error);

/* A path that is removed with all below it at the end of the scope. */
typedef char FileTemporary;

/* Removes what stands there and frees the path; NULL is fine. */
void file_temporary_remove(FileTemporary *path);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FileTemporary, file_temporary_remove)
