/*
 * Signed text: signing and verification by Git itself, with whatever the user has configured
 * (openpgp, ssh, x509).
 *
 * A signed text is a tag object's text. It is made by `git tag` in a throw-away repository and
 * checked by `git verify-tag`, so keys, agents and allowed signers behave exactly as for the user's
 * own tags. Nothing appears in the user's repository.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "git/repo.h"

/*
 * The text of an annotated tag named `name` of `object` with this message, signed unless `sign` is
 * false. Fails (ERR_LEDGER) with what git, gpg or ssh-keygen said and what to configure. Ends with
 * a newline. The caller frees it.
 */
GBytes *git_sign_text(GitRepo *repo, const char *object, const char *name, const char *message,
		      bool sign, GError **error);

typedef struct {
	bool good;    /* git verify-tag accepts it */
	char *signer; /* ssh: the principal; gpg: the user id; or NULL */
	char *key;    /* fingerprint: SHA256:... or 40 hexadecimal digits; or NULL */
	char *reason; /* when not good: what git said, in one line */
} GitVerdict;

/* Frees it; NULL is fine. */
void git_verdict_free(GitVerdict *verdict);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GitVerdict, git_verdict_free)

/* A verdict for each of the texts (GBytes*), GitVerdict*, owned by the array. Failure means git
 * could not be asked. */
GPtrArray *git_verify_texts(GitRepo *repo, const GPtrArray *texts, GError **error);

/*
 * A digest of all that verdicts depend on (allowed signers, revocation file, gpg settings, keyring,
 * git's version): while it stands, an earlier good verdict may be trusted. The caller frees it.
 */
char *git_verify_context(GitRepo *repo, GError **error);
