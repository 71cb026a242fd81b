/*
 * Adopting a database that exists already: the migrations that it has are recorded as applied,
 * without running them, once the scratch server has proven that they give its very schema.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "standing/standing.h"

typedef struct {
	const char *through; /* the last migration that the database has; NULL: what another tool's
				ledger says, else all */
	const char *from;    /* whose ledger is read, see foreign_choose(); NULL: found out */
	const char *accept_drift; /* the reason why a difference is accepted; NULL: a difference is
				     refused */
} BaselineOptions;

typedef struct {
	guint recorded;     /* migrations */
	const char *tool;   /* whose ledger said which, or NULL */
	guint differences;  /* objects that differ, and were accepted */
	GPtrArray *ignored; /* IgnoreCount*: what differs and a rule takes out; set by the caller */
} BaselineResult;

/*
 * Records migrations as applied without running them. An environment with records needs `through`,
 * and accepts no difference: its pending migrations up to that one are recorded, because somebody
 * has made by hand what they do. NULL with ERR_REFUSED when it has records and is asked otherwise,
 * when the other tool's ledger names a migration that the commit does not have, and when the
 * schemas differ: it lists the objects. The caller frees the standing.
 */
Standing *adopt_baseline(GitRepo *repo, const StandingOptions *options, const Observer *observer,
			 const BaselineOptions *baseline, BaselineResult *result, GError **error);
