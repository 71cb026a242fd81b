#include "deploy/promote.h"

#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "deploy/deploy.h"
#include "deploy/edit.h"
#include "deploy/gates.h"
#include "deploy/promotion.h"
#include "git/sync.h"
#include "git/tag.h"
#include "plan/plan.h"

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

	return git_repo_resolve(repo, ref, true, NULL);
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

static bool find_tag(GitRepo *repo, const PromoteOptions *options, const Environment *to,
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

/* The settings of the environment that is promoted to, at the promoted commit. */
static DeployContext *configure(GitRepo *repo, const PromoteOptions *options, const char *commit,
				GError **error)
{
	DeployOptions chosen = options->options;
	g_autoptr(DeployContext) context = NULL;

	chosen.environment = options->to;
	chosen.at = commit;
	chosen.offline = true;
	context = deploy_context_new(repo, &chosen, NULL);
	return deploy_configure(context, error) ? g_steal_pointer(&context) : NULL;
}

bool deploy_promotion_find(GitRepo *repo, const PromoteOptions *options, Promotion *promotion,
			   GError **error)
{
	g_autoptr(DeployContext) before = NULL;
	g_autoptr(DeployContext) context = NULL;

	before = configure(repo, options, options->at ? options->at : "HEAD", error);
	if (!before || !deploy_fetch(before, error))
		return false;
	promotion->commit = options->at ? git_repo_resolve(repo, options->at, false, error)
					: deploy_promotion_candidate(repo, options->from, error);
	context = promotion->commit ? configure(repo, options, promotion->commit, error) : NULL;
	if (!context)
		return false;
	if (g_strcmp0(context->environment->promote_from, options->from) != 0) {
		error_set(error, ERR_REFUSED, "environment '%s' is not promoted from '%s'",
			  options->to, options->from);
		return error_hint(error, "its file says where from: promote_from: %s",
				  context->environment->promote_from
					  ? context->environment->promote_from
					  : "ENVIRONMENT");
	}
	return find_tag(repo, options, context->environment, promotion, error);
}

/* ---- asking ---- */

static DeployContext *context_for(GitRepo *repo, const PromoteOptions *options,
				  const Promotion *promotion, const Observer *observer)
{
	DeployOptions chosen = options->options;

	chosen.environment = options->to;
	chosen.at = promotion->tag && !promotion->make_tag ? promotion->tag : promotion->commit;
	chosen.new_tag = promotion->make_tag ? promotion->tag : NULL;
	return deploy_context_new(repo, &chosen, observer);
}

DeployContext *deploy_promotion_ask(GitRepo *repo, const PromoteOptions *options,
				    const Promotion *promotion, const Observer *observer,
				    GError **error)
{
	g_autoptr(DeployContext) context = context_for(repo, options, promotion, observer);
	g_autoptr(GPtrArray) ready = NULL;
	g_autoptr(GPtrArray) items = NULL;

	if (!deploy_configure(context, error) || !deploy_connect(context, error) ||
	    !deploy_read_ledgers(context, true, error) ||
	    !deploy_read_plan(context, false, error) || !deploy_classify_edits(context, error) ||
	    !deploy_refuse_edits(context, error) || !deploy_order_plan(context, NULL, error))
		return NULL;
	ready = deploy_ready(context, error);
	items = ready ? ready_migrations_items(ready) : NULL;
	if (!items || !deploy_gates_read(context, items, true, error) ||
	    !deploy_gates_override(context, error))
		return NULL;
	return g_steal_pointer(&context);
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
static void publish_tag(DeployContext *context, const char *tag)
{
	g_autofree char *remote = git_sync_remote(context->repo);
	g_autofree char *refspec = g_strdup_printf(TAGS "%s:" TAGS "%s", tag, tag);
	const char *const refspecs[] = {refspec, NULL};
	g_autoptr(GError) why = NULL;

	if (remote && git_sync_push(context->repo, remote, refspecs, &why) != GIT_SYNC_DONE)
		observer_say(&context->observer, EVENT_WARNING, "tag '%s' is not pushed yet: %s",
			     tag, why ? why->message : "the remote has another tag of this name");
}

static bool release(GitRepo *repo, const PromoteOptions *options, const Promotion *promotion,
		    const Observer *observer, GError **error)
{
	g_autoptr(DeployContext) asked =
		deploy_promotion_ask(repo, options, promotion, observer, error);

	if (!asked || !deploy_gates_refuse(asked, error))
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

DeployContext *deploy_promote(GitRepo *repo, const PromoteOptions *options,
			      const Promotion *promotion, const Observer *observer,
			      DeployResult *result, GError **error)
{
	const Promotion made = {.commit = promotion->commit, .tag = promotion->tag};
	g_autoptr(DeployContext) context = NULL;

	if (!release(repo, options, promotion, observer, error))
		return NULL;
	context = context_for(repo, options, &made, observer);
	return deploy_up(context, NULL, result, error) ? g_steal_pointer(&context) : NULL;
}
