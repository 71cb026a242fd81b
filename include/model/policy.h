/*
 * The half of an environment's file that guards it: who may deploy what, by which way, and where
 * its database is.
 *
 * A policy is made from one blob and from nothing else: no variable is expanded in it, and nothing
 * of the machine at hand goes in. Which policy is in force is the ledger's word
 * (standing/policies.h).
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef enum { MODE_FORWARD, MODE_FOLLOW } EnvironmentMode;

/* One word about the way to the database: a keyword of libpq and its value as it is written,
 * variables and all, with its place in the file. */
typedef struct {
	char *keyword;
	char *value;
	unsigned line, column;
} ConnectionWord;

typedef struct {
	char *environment; /* whose policy it is */
	char *file;        /* for errors: the path it was read from, or NULL for a built-in one */
	bool embedded;
	GPtrArray *connection; /* ConnectionWord*; empty when embedded */
	char *source_branch;   /* or NULL; with tags: the branch that they must be on */
	char *source_tags;     /* a pattern such as "v*", or NULL */
	EnvironmentMode mode;
	char *promote_from; /* or NULL */
	gint64 soak_ms;
	char **signers;   /* principals or key fingerprints; empty: whoever git accepts; all lists
			     here are NULL-terminated, never NULL */
	char **approvers; /* likewise, of approvals */
	gint64 approvals;
	bool require_approval;
	char **overridable; /* names of gates that may be passed over with a reason */
	bool sign;          /* records are signed */
	bool require_backup, require_dry_run, backup_before_migration;
	bool allow_drop_tables, allow_drop_columns;

	/* checks: 0 means not checked */
	gint64 check_replication_lag_ms;
	gint64 check_connections;
	gint64 check_oldest_transaction_ms;
} Policy;

/* A policy with every default; the caller frees it. */
Policy *policy_new(void);

/* Frees it; NULL is fine. */
void policy_free(Policy *policy);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Policy, policy_free)

/* Adds a word about the connection; texts are copied. */
void policy_add_connection(Policy *policy, const char *keyword, const char *value, unsigned line,
			   unsigned column);

/* Whether a verified signature's principal (or gpg user id) or key is in a list of such; an empty
 * list lets everybody in. */
bool policy_lists(char *const *list, const char *signer, const char *key);

/* Whether the environment is one clone's own database: in mode follow, or embedded in its Git
 * directory. Its records stay there. */
bool policy_is_private(const Policy *policy);

/* How many people must approve: `approvals`, and at least one with `require_approval`. */
guint policy_approvals(const Policy *policy);

/* Whether two files are the same policy: all that gates are judged by. */
bool policy_is_same(const Policy *a, const Policy *b);
