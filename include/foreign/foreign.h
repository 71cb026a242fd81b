/*
 * The ledgers of other tools: which migrations they say are applied.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "pg/session.h"

/* Version tables of other tools, by their name in the path of a snapshot: no migration makes them.
 */
bool foreign_is_ledger(const char *path);

/* The tool whose ledger is in the database (static), or NULL. */
const char *foreign_find(PgSession *session);

/* What another tool's ledger names. */
typedef struct {
	const char *tool;  /* whose ledger it was (static); NULL when there is none */
	GPtrArray *chosen; /* const Migration*: of the order, in its order; all of it when there is
			      no ledger */
} ForeignChoice;

/* Frees what it holds; it is all zero afterwards. */
void foreign_choice_clear(ForeignChoice *choice);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ForeignChoice, foreign_choice_clear)

/*
 * Chooses of an order (const Migration*) what another tool's ledger in the database names. `from`
 * is the tool (lower case, as in the manual); NULL takes the first ledger that is there.
 * ERR_REFUSED when the tool that was asked for has no ledger, and when a ledger names a version
 * that the order does not have. `environment` is for words. `choice` must be zeroed; the caller
 * clears it.
 */
bool foreign_choose(PgSession *session, const char *environment, const GPtrArray *order,
		    const char *from, ForeignChoice *choice, GError **error);
