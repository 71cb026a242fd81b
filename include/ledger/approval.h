/*
 * Approvals: signed texts by which people let a plan be deployed, kept in
 * refs/notes/migrate-approvals/ENVIRONMENT.
 *
 * An approval is bound to a plan's digest, which holds the head of the ledger, so it can be used
 * once: after the next record there is another head. It has the form of a record (a tag object's
 * text, strictly parsed) and the same trust: git verifies its signature.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "git/repo.h"

typedef struct {
	/* the tag's headers */
	char *object; /* the commit that was approved */
	char *tag;    /* migrate-approval/ENVIRONMENT/PLAN, its first 16 digits */
	char *tagger;

	char *environment;
	char *plan;    /* digest of the plan, as in the record that uses it */
	char *time;    /* the approver's clock, ISO 8601 in UTC */
	char *expires; /* ISO 8601 in UTC */
	char *comment; /* or NULL */

	/* not in the text */
	char *id; /* SHA-256 of the raw text */
	GBytes *raw;
	bool is_signed;
} Approval;

/* Frees it; NULL is fine. */
void approval_free(Approval *approval);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Approval, approval_free)

/* The tag's name and message, to be handed to git_sign_text(). For the caller to free. */
char *ledger_approval_tag(const Approval *approval);

/* The tag's message, to be handed to git_sign_text(). For the caller to free. */
char *ledger_approval_message(const Approval *approval);

/* Parses the whole text; ERR_LEDGER says which line is wrong and why. */
Approval *ledger_approval_parse(GBytes *raw, GError **error);

/* Cuts a note's text into the approvals that were appended to it: GBytes*, owned. */
GPtrArray *ledger_approval_split(GBytes *note);

/* "refs/notes/migrate-approvals/ENVIRONMENT", for the caller to free. */
char *ledger_approvals_ref(const char *environment);

/* All approvals in the notes (Approval*, owned), whatever their plan; what is none is passed over.
 * Empty when there is no such ref. */
GPtrArray *ledger_approvals_read(GitRepo *repo, const char *environment, GError **error);

/* Appends approvals (Approval*, raw set) to the notes of their commits, in one notes commit. */
bool ledger_approvals_append(GitRepo *repo, const char *environment, const GPtrArray *approvals,
			     GError **error);
