/*
 * Real repositories for the tests of part git: each made by git itself in a folder of its own.
 */
#pragma once

#include <glib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/proc.h"
#include "git/repo.h"

/* What a shell says to these commands, in the current folder; they must end well. */
static inline char *shell(const char *script)
{
	const char *const argv[] = {"sh", "-ec", script, NULL};
	const ProcSpec spec = {.argv = argv};
	g_auto(ProcResult) result = {0};
	g_autoptr(GError) error = NULL;

	proc_run(&spec, &result, &error);
	g_assert_no_error(error);
	if (result.status)
		g_test_message("%s\n%s", script, result.err->str);
	g_assert_cmpint(result.status, ==, 0);
	return g_strdup(g_strchomp(result.out->str));
}

/* Runs them and drops what they say. */
static inline void run(const char *script)
{
	g_free(shell(script));
}

/* A new folder, which is the current one and HOME, and in it what these commands make. */
static inline FileTemporary *place_make(const char *script)
{
	g_autoptr(GError) error = NULL;
	char *folder = file_make_temporary_folder(&error);

	g_assert_no_error(error);
	g_setenv("HOME", folder, TRUE);
	g_setenv("GIT_CONFIG_NOSYSTEM", "1", TRUE);
	g_assert_cmpint(chdir(folder), ==, 0);
	run("git config --global user.name Tester; git config --global user.email t@x;"
	    "git config --global init.defaultBranch main; git config --global gc.auto 0;"
	    "git config --global protocol.file.allow always; mkdir r; cd r");
	g_assert_cmpint(chdir("r"), ==, 0);
	run(script);
	return folder;
}

/* The repository of the current folder. */
static inline GitRepo *place_open(void)
{
	g_autoptr(GError) error = NULL;
	GitRepo *repo = git_repo_open(&error);

	g_assert_no_error(error);
	g_assert_nonnull(repo);
	return repo;
}

/* An error has this code, message and hint; NULL: not looked at. Cleared afterwards. */
static inline void assert_refused(GError **error, int code, const char *message, const char *hint)
{
	g_assert_error(*error, BASE_ERROR, code);
	g_assert_cmpstr((*error)->message, ==, message);
	g_assert_cmpstr(error_get_hint(*error), ==, hint);
	g_clear_error(error);
}
