/*
 * Settings: migrate.yaml and the environments' files of a commit.
 *
 * Files are read from a commit, never from the work tree. Tables of keys drive parsing, unknown-key
 * errors and documentation. An environment's file has two halves, which are two types: the settings
 * of a deployment (model/settings.h) and the policy that guards the environment (model/policy.h).
 * All errors are ERR_CONFIG with file:line:column. A password is never part of an error.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "git/repo.h"
#include "model/policy.h"
#include "model/project.h"
#include "model/settings.h"

/* migrate.yaml of the commit, or the defaults when it has none. The caller frees it. */
Project *config_read_project(GitRepo *repo, const char *commit, GError **error);

/*
 * An environment's settings as its file in the commit has them; `name` NULL is the project's
 * default. `local` exists without a file: embedded, mode follow, unsigned. ERR_CONFIG for an
 * unknown name lists those that exist. `expand`: ${VARIABLE} is replaced in values, and an unset
 * one is an error; else they stay as they stand (listing environments must work without
 * production's secrets). The caller frees them.
 */
Settings *config_read_settings(GitRepo *repo, const char *commit, const Project *project,
			       const char *name, bool expand, GError **error);

/* Both halves of the file at once, likewise: *settings and *policy are the caller's. `expand` is
 * for the settings. */
bool config_read_environment(GitRepo *repo, const char *commit, const Project *project,
			     const char *name, bool expand, Settings **settings, Policy **policy,
			     GError **error);

/* The policy that the file proposes, likewise. What is in force is the ledger's word. */
Policy *config_read_policy(GitRepo *repo, const char *commit, const Project *project,
			   const char *name, GError **error);

/* The policy of an environment that exists without a file (`local`), for the caller to free; NULL
 * when there is none of this name. */
Policy *config_built_in_policy(const char *name);

/*
 * Where a policy's database is, as libpq keywords and values in turn (pg/session.h), variables
 * expanded; g_strfreev. The Git setting `migrate.NAME.url` or `.service` (not from a file inside
 * the work tree) comes before what the policy says. *settings is NULL when the environment is
 * embedded.
 */
bool config_connection(GitRepo *repo, const Policy *policy, char ***settings, GError **error);

/* The branch that feeds an environment: its own (with tags, the one that they must be on), or that
 * of the environment it is promoted from; NULL when none is named. For the caller to free. */
char *config_feeding_branch(GitRepo *repo, const char *commit, const Project *project,
			    const Policy *policy);

/* Names of the environments that are this clone's own (policy_is_private()): their records stay
 * here. g_strfreev. */
char **config_list_private(GitRepo *repo, const char *commit, const Project *project,
			   GError **error);

/* Names of all environments of the commit, sorted, `local` included; g_strfreev. */
char **config_list_environments(GitRepo *repo, const char *commit, const Project *project,
				GError **error);

/* The pure halves, for tests and fuzzing: from the text of a file to its value, which the caller
 * frees. Whichever half is asked for, the whole file must be right. */
Project *config_parse_project(const char *text, size_t length, const char *file, GError **error);

/* The settings of an environment's file; `expand` as for config_read_settings(). */
Settings *config_parse_settings(const char *text, size_t length, const char *file, const char *name,
				bool expand, GError **error);

/* The policy of an environment's file. */
Policy *config_parse_policy(const char *text, size_t length, const char *file, const char *name,
			    GError **error);

/* The pure half of config_connection(): the policy's own words, expanded; NULL with ERR_CONFIG and
 * place for an unset variable and for a value that its keyword does not take. g_strfreev. */
char **config_expand_connection(const Policy *policy, GError **error);

/*
 * ${NAME} and ${NAME:-default} replaced from the process environment; $$ is a dollar sign. NULL
 * with ERR_CONFIG that names the unset variable (without place: the caller knows it).
 */
char *config_expand(const char *text, GError **error);
