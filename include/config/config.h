/*
 * Settings: migrate.yaml and the environments' files of a commit, with variables expanded and every
 * default filled in.
 *
 * Files are read from a commit, never from the work tree. One table of keys drives parsing,
 * unknown-key errors and documentation. All errors are ERR_CONFIG with file:line:column. A password
 * is never part of an error.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "git/repo.h"
#include "model/environment.h"

/* migrate.yaml of the commit, or the defaults when it has none. */
Project *config_read_project(GitRepo *repo, const char *commit, GError **error);

/*
 * The environment's file of the commit. `local` exists without one: embedded, mode follow,
 * unsigned. ERR_CONFIG for an unknown name lists those that exist. The Git setting
 * `migrate.NAME.url` (not from a file inside the work tree) overrides where to connect. Values are
 * expanded only for `connection`-like keys at use: see `expand`: when false, an unset ${VARIABLE}
 * is left as it is (listing environments must work without production's secrets).
 */
Environment *config_read_environment(GitRepo *repo, const char *commit, const Project *project,
				     const char *name, bool expand, GError **error);

/* An environment that exists without a file (`local`), or NULL when there is none of this name. */
Environment *config_built_in(const char *name);

/* The branch that feeds an environment: its own (with tags, the one that they must be on), or that
 * of the environment it is promoted from; NULL when none is named. For the caller to free. */
char *config_feeding_branch(GitRepo *repo, const char *commit, const Project *project,
			    const Environment *environment);

/* Names of the environments that are this clone's own (environment_is_private()): their records
 * stay here. g_strfreev. */
char **config_list_private(GitRepo *repo, const char *commit, const Project *project,
			   GError **error);

/* Names of all environments of the commit, sorted, `local` included; g_strfreev. */
char **config_list_environments(GitRepo *repo, const char *commit, const Project *project,
				GError **error);

/* The pure halves, for tests and fuzzing: from the text of a file to its value. */
Project *config_parse_project(const char *text, size_t length, const char *file, GError **error);
Environment *config_parse_environment(const char *text, size_t length, const char *file,
				      const char *name, bool expand, GError **error);

/*
 * ${NAME} and ${NAME:-default} replaced from the process environment; $$ is a dollar sign. NULL
 * with ERR_CONFIG that names the unset variable (without place: the caller knows it).
 */
char *config_expand(const char *text, GError **error);
