/*
 * The gate for CI: what a commit's migrations and schema files say, held against each other and
 * against what is applied anywhere, without a database at hand (but for `live`); and the test of
 * the way there, back, and there again. All is built on the scratch server.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "git/repo.h"
#include "model/check.h"

typedef struct {
	const char *at;          /* a revision; NULL: HEAD */
	bool reversible;         /* every down script must bring the schema back to what it was */
	bool live;               /* the live schema of the environment must be the recorded one */
	const char *environment; /* for `live`; NULL: the project's default */
} CheckOptions;

/* Runs all parts: "ledgers", "migrations", "schema", "reversible", "live". Failure means that
 * something could not be done at all (no server, no repository). The caller frees the report. */
CheckReport *check_run(GitRepo *repo, const CheckOptions *options, GError **error);

typedef struct {
	const char *at;          /* a revision; NULL: HEAD */
	const char *environment; /* whose sample data; NULL: the project's default */
} CheckTest;

/* Goes all the way: "up" with verify scripts, "seeds", "down" with the sample data in place,
 * "again". A part that fails ends the test. Repeatable migrations, which have no way back, are left
 * out. */
CheckReport *check_test(GitRepo *repo, const CheckTest *options, GError **error);
