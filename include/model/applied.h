/*
 * What a database has applied, as its ledger says.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef struct {
	char *id;
	char *blob;       /* of the up script as it ran */
	char *content;    /* SHA-256 of the up script's bytes; NULL when it was not asked for */
	gint64 position;  /* order in which it was applied; unique and rising */
	gint64 record;    /* sequence of the record whose deployment applied it */
	char *applied_at; /* ISO 8601, as the server printed it; NULL when it was not asked for */
	char *applied_by;
	gint64 duration_ms;
	char *path;   /* of the up script in the commit it came from; NULL when it was not asked for
		       */
	char *commit; /* the commit it was deployed from; NULL when it was not asked for */
} Applied;

/* Frees it; NULL is fine. */
void applied_free(Applied *applied);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Applied, applied_free)

typedef struct {
	GPtrArray *all;    /* Applied*, in order of position */
	GHashTable *by_id; /* id to Applied*, borrowed */
} AppliedSet;

/* An empty set; the caller frees it. */
AppliedSet *applied_set_new(void);

/* Takes a row, which comes behind those that are there. */
void applied_set_add(AppliedSet *set, Applied *applied);

/* The row of a migration, or NULL. Borrowed. */
Applied *applied_set_get(const AppliedSet *set, const char *id);

/* Frees it; NULL is fine. */
void applied_set_free(AppliedSet *set);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AppliedSet, applied_set_free)
