/*
 * Sample data: the scripts below a folder for an environment, run in order of their names, each in
 * a transaction of its own. They leave no record.
 */
#pragma once

#include "git/repo.h"
#include "run/runner.h"

/* Runs the files below `folder` (of the project's seeds, an environment's) of a commit. The runner
 * must leave no mark. *count is how many ran. An error names the file. */
bool seed_run(GitRepo *repo, const Runner *runner, const char *commit, const char *folder,
	      guint *count, GError **error);
