/*
 * The migrations of a commit, as its tree has them, and their scripts, as its blobs have them.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "git/repo.h"
#include "history/script.h"
#include "model/migration.h"

/* All migrations of a commit; reads trees, no blob. A folder that does not exist gives an empty set
 * with tree NULL. */
MigrationSet *history_read(GitRepo *repo, const char *commit, const char *folder, GError **error);

/* Fills in migration->directives from its up script, unless they are there already. */
bool history_read_directives(GitRepo *repo, Migration *migration, GError **error);

/* The files below a folder whose names end in .sql, by their names as versions (9 before 10), with
 * paths from the root of the repository: GitEntry*, for the caller to free. */
GPtrArray *history_list_sql(GitRepo *repo, const char *treeish, const char *folder, GError **error);

typedef enum { SCRIPT_UP, SCRIPT_DOWN, SCRIPT_VERIFY } ScriptRole;

/* A script's text with what keeps it alive. `text.present` is false when the migration has no such
 * script. */
typedef struct {
	GBytes *file_bytes; /* the whole file */
	char *file;         /* its path, for errors */
	char *blob;
	ScriptText text;
	bool no_transaction; /* the file's own marker */
} Script;

/* Frees what it holds; it is all zero afterwards. */
void script_clear(Script *script);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Script, script_clear)

/* Reads a script of a migration. `script` must be zeroed; the caller clears it. */
bool history_read_script(GitRepo *repo, const Migration *migration, ScriptRole role, Script *script,
			 GError **error);

/* The migrations as they are staged in the index, whichever GIT_INDEX_FILE names (a partial commit
 * has its own); else as history_read(). The commit of the set is "index". */
MigrationSet *history_read_index(GitRepo *repo, const char *folder, GError **error);

/*
 * A migration as it was when it was applied, from a tree of scripts (the state commit's
 * `migrations`): the set can be read as any commit's, so this is history_read() on that tree with
 * the given folder name inside it, but that a version may stand there twice.
 */
MigrationSet *history_read_tree(GitRepo *repo, const char *treeish, const char *folder,
				const char *shown_folder, GError **error);
