#include "deploy/promote.h"

#include <string.h>

#include "admit/promotion.h"
#include "base/error.h"
#include "base/text.h"
#include "deploy/deploy.h"
#include "git/sync.h"
#include "git/tag.h"
#include "run/script.h"

#define TAGS "refs/tags/"

void promotion_clear(Promotion *promotion)
{
	g_free(promotion->commit);
	g_free(promotion->tag);
	*promotion = (Promotion){0};
}

/* ---- the commit and its tag ---- */

/* The commit that a tag's ref peels to, or NULL. */
static char *tagged_commit(GitRepo *repo, const char *tag)
{
	g_autofree char *ref = g_strconcat(TAGS, tag, NULL);

	return git_repo_find_commit(repo, ref);
}

/* The newest tag of this pattern that the commit has, or NULL. */
static char *tag_at(GitRepo *repo, const char *pattern, const char *commit)
{
	g_auto(GStrv) refs = git_ref_list(repo, TAGS, NULL);
	const char *newest = NULL;

	for (char **ref = refs; ref && *ref; ref++) {
		const char *tag = *ref + strlen(TAGS);
		g_autofree char *at =
			g_pattern_match_simple(pattern, tag) ? tagged_commit(repo, tag) : NULL;

		if (g_strcmp0(at, commit) == 0 &&
		    (!newest || text_compare_versions(tag, newest) > 0))
			newest = tag;
	}
	return g_strdup(newest);
}

static bool find_tag(GitRepo *repo, const PromoteOptions *options, const Policy *to,
		     Promotion *promotion, GError **error)
{
	g_autofree char *at = options->tag ? tagged_commit(repo, options->tag) : NULL;

	if (at && strcmp(at, promotion->commit) != 0) {
		error_set(error, ERR_REFUSED,
			  "tag '%s' stands on commit %.12s, and what is promoted is %.12s",
			  options->tag, at, promotion->commit);
		return error_hint(error, "name another tag");
	}
	promotion->make_tag = options->tag && !at;
	if (options->tag)
		promotion->tag = g_strdup(options->tag);
	else if (to->source_tags)
		promotion->tag = tag_at(repo, to->source_tags, promotion->commit);
	if (promotion->tag || !to->source_tags)
		return true;
	error_set(error, ERR_USAGE, "commit %.12s has no tag that matches '%s'", promotion->commit,
		  to->source_tags);
	return error_hint(error, "name the release: --tag NAME");
}

/* The settings of the environment that is promoted to, at a commit; `needs` may fetch. */
static Standing *open_target(GitRepo *repo, const PromoteOptions *options, const char *commit,
			     unsigned needs, GError **error)
{
	StandingOptions chosen = options->options;

	chosen.environment = options->to;
	chosen.at = commit;
	chosen.offline = true;
	return standing_open(repo, &chosen, NULL, STANDING_TARGET | needs, error);
}

static bool refuse_origin(const PromoteOptions *options, const char *from, GError **error)
{
	error_set(error, ERR_REFUSED, "environment '%s' is not promoted from '%s'", options->to,
		  options->from);
	return error_hint(error, "its file says where from: promote_from: %s",
			  from ? from : "ENVIRONMENT");
}

bool deploy_promotion_find(GitRepo *repo, const PromoteOptions *options, Promotion *promotion,
			   GError **error)
{
	g_autoptr(Standing) before = open_target(repo, options, options->at ? options->at : "HEAD",
						 STANDING_FETCH, error);
	g_autoptr(Standing) after = NULL;

	if (!before)
		return false;
	promotion->commit = options->at ? git_repo_resolve(repo, options->at, error)
					: admit_candidate(repo, options->from, error);
	after = promotion->commit ? open_target(repo, options, promotion->commit, 0, error) : NULL;
	if (!after)
		return false;
	if (g_strcmp0(after->proposed->promote_from, options->from) != 0)
		return refuse_origin(options, after->proposed->promote_from, error);
	return find_tag(repo, options, after->proposed, promotion, error);
}

/* ---- asking ---- */

static StandingOptions options_for(const PromoteOptions *options, const Promotion *promotion)
{
	StandingOptions chosen = options->options;

	chosen.environment = options->to;
	chosen.at = promotion->tag && !promotion->make_tag ? promotion->tag : promotion->commit;
	return chosen;
}

static AdmitOptions admit_options_for(const PromoteOptions *options, const Promotion *promotion)
{
	AdmitOptions admit = options->admit;

	admit.new_tag = promotion->make_tag ? promotion->tag : NULL;
	return admit;
}

Standing *deploy_promotion_ask(GitRepo *repo, const PromoteOptions *options,
			       const Promotion *promotion, const Observer *observer,
			       Verdicts **verdicts, GError **error)
{
	const StandingOptions chosen = options_for(options, promotion);
	const AdmitOptions admit = admit_options_for(options, promotion);
	g_autoptr(Standing) standing =
		standing_open(repo, &chosen, observer, STANDING_READ_ALL | STANDING_LINEUP, error);
	g_autoptr(GPtrArray) ready = NULL;
	g_autoptr(Verdicts) asked = NULL;

	if (!standing || !standing_refuse_edits(standing, error) ||
	    !standing_need(standing, STANDING_ORDER, error))
		return NULL;
	ready = ready_migrations_read(repo, standing->order->migrations,
				      standing->settings->transaction, error);
	asked = ready ? admit_ask(standing, ready, &admit, true, error) : NULL;
	if (!asked || !admit_override(standing, asked, &admit, error))
		return NULL;
	*verdicts = g_steal_pointer(&asked);
	return g_steal_pointer(&standing);
}

/* ---- doing ---- */

static bool make_tag(GitRepo *repo, const PromoteOptions *options, const Promotion *promotion,
		     bool sign, GError **error)
{
	g_autofree char *message =
		options->message ? g_strdup(options->message)
				 : g_strdup_printf("%s, promoted from %s to %s", promotion->tag,
						   options->from, options->to);

	return git_tag_make(repo, promotion->tag, promotion->commit, message, sign, error);
}

/* A tag that could not be pushed is a warning: it is here, and any push of tags brings it there. */
static void publish_tag(Standing *standing, const char *tag)
{
	g_autofree char *remote = git_sync_remote(standing->repo);
	g_autofree char *refspec = g_strdup_printf(TAGS "%s:" TAGS "%s", tag, tag);
	const char *const refspecs[] = {refspec, NULL};
	g_autoptr(GError) why = NULL;

	if (remote && git_sync_push(standing->repo, remote, refspecs, &why) != GIT_SYNC_DONE)
		observer_say(&standing->observer, EVENT_WARNING, "tag '%s' is not pushed yet: %s",
			     tag, why ? why->message : "the remote has another tag of this name");
}

static bool release(GitRepo *repo, const PromoteOptions *options, const Promotion *promotion,
		    const Observer *observer, GError **error)
{
	g_autoptr(Verdicts) verdicts = NULL;
	g_autoptr(Standing) asked =
		deploy_promotion_ask(repo, options, promotion, observer, &verdicts, error);

	if (!asked || !admit_refuse(asked, verdicts, error))
		return false;
	if (!promotion->make_tag)
		return true;
	if (!make_tag(repo, options, promotion, asked->is_signed, error))
		return false;
	observer_say(&asked->observer, EVENT_NOTE, "made tag '%s' of commit %.12s", promotion->tag,
		     promotion->commit);
	publish_tag(asked, promotion->tag);
	return true;
}

Standing *deploy_promote(GitRepo *repo, const PromoteOptions *options, const Promotion *promotion,
			 const Observer *observer, DeployResult *result, GError **error)
{
	const Promotion made = {.commit = promotion->commit, .tag = promotion->tag};
	const StandingOptions chosen = options_for(options, &made);
	const AdmitOptions admit = admit_options_for(options, &made);

	if (!release(repo, options, promotion, observer, error))
		return NULL;
	return deploy_up(repo, &chosen, &admit, observer, NULL, result, error);
}
