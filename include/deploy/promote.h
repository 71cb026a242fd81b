/*
 * Promotion: what one environment has proven becomes the release of the next one, as a signed tag.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "deploy/deploy.h"

typedef struct {
	const char *from;
	const char *to;
	const char *at;          /* a revision; NULL: what `from` deployed last */
	const char *tag;         /* the release's name; NULL: the tag that the commit has already */
	const char *message;     /* of a new tag; NULL: a sentence that names the environments */
	StandingOptions options; /* environment and at are filled in here */
	AdmitOptions admit;      /* new_tag likewise */
} PromoteOptions;

typedef struct {
	char *commit;
	char *tag;     /* or NULL when `to` is not deployed from tags */
	bool make_tag; /* the tag does not exist yet */
} Promotion;

/* Frees what it holds; it is all zero afterwards. */
void promotion_clear(Promotion *promotion);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Promotion, promotion_clear)

/* Finds the commit and the tag. ERR_REFUSED when `from` has deployed nothing or the policy of `to`
 * promotes from elsewhere, ERR_USAGE when a tag must be named. `promotion` must be zeroed; the
 * caller clears it. */
bool deploy_promotion_find(GitRepo *repo, const PromoteOptions *options, Promotion *promotion,
			   GError **error);

/* Asks all gates and changes nothing: the standing, and the gates' answers in *verdicts, both for
 * the caller to free. */
Standing *deploy_promotion_ask(GitRepo *repo, const PromoteOptions *options,
			       const Promotion *promotion, const Observer *observer,
			       Verdicts **verdicts, GError **error);

/*
 * Asks the gates, makes and publishes the tag, and deploys it. NULL with ERR_REFUSED and every
 * gate's answer when one is closed: then there is no tag. The standing that was deployed is the
 * caller's to free.
 */
Standing *deploy_promote(GitRepo *repo, const PromoteOptions *options, const Promotion *promotion,
			 const Observer *observer, DeployResult *result, GError **error);
