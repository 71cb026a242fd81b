#include "deploy/gates.h"

#include <string.h>

#include "base/borrow.h"
#include "base/error.h"
#include "config/config.h"
#include "deploy/approve.h"
#include "deploy/promotion.h"
#include "gate/release.h"
#include "git/signing.h"
#include "git/sync.h"
#include "git/tag.h"

/* ---- the release ---- */

/* The remote's branch as it was last fetched, else our own: what only this clone has is not on it.
 */
static char *branch_tip(DeployContext *context, const char *remote, const char *branch)
{
	g_autofree char *theirs =
		remote ? g_strdup_printf("refs/remotes/%s/%s", remote, branch) : NULL;
	g_autofree char *ours = g_strconcat("refs/heads/", branch, NULL);
	g_autofree char *at_theirs = theirs ? git_ref_read(context->repo, theirs, NULL) : NULL;
	g_autofree char *at_ours = git_ref_read(context->repo, ours, NULL);

	return at_theirs ? g_steal_pointer(&at_theirs) : g_steal_pointer(&at_ours);
}

/* What is read for the facts, and outlives them. */
typedef struct {
	char *remote;
	char *branch;     /* its name */
	char *branch_tip; /* the commit it stands on; NULL: not in this clone */
	char *name_inside;
	GitVerdict *verdict;
} ReleaseFindings;

static void release_findings_clear(ReleaseFindings *found)
{
	g_free(found->remote);
	g_free(found->branch);
	g_free(found->branch_tip);
	g_free(found->name_inside);
	git_verdict_free(found->verdict);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ReleaseFindings, release_findings_clear)

static bool read_tag_object(DeployContext *context, ReleaseFindings *found, GError **error)
{
	g_autoptr(GBytes) text =
		context->release ? git_tag_text(context->repo, context->release, error) : NULL;
	g_autoptr(GPtrArray) texts = g_ptr_array_new();
	g_autoptr(GPtrArray) verdicts = NULL;

	if (!context->release)
		return true;
	if (!text)
		return false;
	found->name_inside = git_tag_inner_name(text);
	g_ptr_array_add(texts, text);
	verdicts = git_verify_texts(context->repo, texts, error);
	found->verdict = verdicts ? g_ptr_array_steal_index(verdicts, 0) : NULL;
	return found->verdict;
}

static bool find_branch(DeployContext *context, ReleaseFindings *found, ReleaseFacts *facts,
			GError **error)
{
	found->branch = config_feeding_branch(context->repo, context->target->oid, context->project,
					      context->policy);
	if (!found->branch)
		return true;
	found->branch_tip = branch_tip(context, found->remote, found->branch);
	if (!found->branch_tip) {
		facts->branch_missing = found->branch;
		return true;
	}
	facts->branch = found->branch;
	return git_commit_is_in(context->repo, context->target->oid, found->branch_tip,
				&facts->on_branch, error);
}

static const char *tag_of(const DeployContext *context)
{
	static const char prefix[] = "refs/tags/";

	if (context->options.new_tag)
		return context->options.new_tag;
	return context->ref && g_str_has_prefix(context->ref, prefix)
		       ? context->ref + strlen(prefix)
		       : NULL;
}

static bool read_release(DeployContext *context, GError **error)
{
	g_auto(ReleaseFindings) found = {.remote = git_sync_remote(context->repo)};
	ReleaseFacts facts = {.commit = context->target->oid,
			      .tag = tag_of(context),
			      .remote = found.remote,
			      .to_be_made = context->options.new_tag != NULL};
	Gate *gate;

	if (!context->policy->source_tags)
		return true;
	if (facts.tag && !facts.to_be_made && !read_tag_object(context, &found, error))
		return false;
	if (facts.tag && !find_branch(context, &found, &facts, error))
		return false;
	if (facts.tag && !facts.to_be_made && context->ledger.present &&
	    !ledger_database_other_release(context->session, context->ref, context->release,
					   context->target->oid, &facts.seen, error))
		return false;
	facts.name_inside = found.name_inside;
	if (found.verdict) {
		facts.good = found.verdict->good;
		facts.signer = found.verdict->signer;
		facts.key = found.verdict->key;
		facts.reason = found.verdict->reason;
	}
	gate = gate_release(context->policy, &facts);
	if (gate)
		g_ptr_array_add(context->gates, gate);
	return true;
}

/* ---- all of them ---- */

bool deploy_gates_read(DeployContext *context, const GPtrArray *items, bool deploys, GError **error)
{
	Gate *approvals = NULL;

	g_ptr_array_set_size(context->gates, 0);
	g_ptr_array_set_size(context->approvals, 0);
	g_free(context->plan_digest);
	context->plan_digest = deploy_plan_digest(context, items);
	if (!read_release(context, error))
		return false;
	if (items->len == 0 && !context->brings_policy)
		return true;
	if (!deploy_promotion_judge(context, items, error) ||
	    !deploy_approvals_judge(context, deploys, &approvals, error))
		return false;
	if (approvals)
		g_ptr_array_add(context->gates, approvals);
	return true;
}

bool deploy_gates_refuse(DeployContext *context, GError **error)
{
	const char *remedy = NULL;

	if (gates_are_open(context->gates))
		return true;
	error_set(error, ERR_REFUSED, "the gates of environment '%s' are not open for commit %.12s",
		  context->environment->name, context->target->oid);
	for (guint i = 0; i < context->gates->len; i++) {
		const Gate *gate = g_ptr_array_index(context->gates, i);

		error_detail(error, "%-10s %-8s %s", gate_kind_name(gate->kind),
			     gate_state_name(gate->state), gate->found);
		if (!remedy)
			remedy = gate->remedy;
	}
	return remedy ? error_hint(error, "%s", remedy) : false;
}

/* ---- overrides ---- */

static bool refuse_override(const DeployContext *context, const char *name, GError **error)
{
	g_autofree char *list = g_strjoinv(", ", context->policy->overridable);

	error_set(error, ERR_REFUSED,
		  "the policy of environment '%s' does not let gate '%s' be passed over",
		  context->environment->name, name);
	return error_detail(error, "overridable: %s", *list ? list : "none");
}

/* A gate that is open needs no override, and none is recorded. */
static void pass_over(DeployContext *context, GateKind kind)
{
	for (guint i = 0; i < context->gates->len; i++) {
		Gate *gate = g_ptr_array_index(context->gates, i);

		if (gate->kind != kind || gate->state == GATE_PASSED)
			continue;
		gate->state = GATE_OVERRIDDEN;
		borrow_add(context->overrides, gate_kind_name(kind));
	}
}

bool deploy_gates_override(DeployContext *context, GError **error)
{
	g_ptr_array_set_size(context->overrides, 0);
	for (char *const *name = context->options.overrides; name && *name; name++) {
		GateKind kind;

		if (!gate_kind_parse(*name, &kind)) {
			error_set(error, ERR_USAGE, "there is no gate '%s'", *name);
			return error_hint(
				error,
				"the gates are: release, promotion, soak, drift, order, approvals");
		}
		if (!g_strv_contains((const char *const *)context->policy->overridable, *name))
			return refuse_override(context, *name, error);
		pass_over(context, kind);
	}
	return true;
}

bool deploy_gates_pass(DeployContext *context, const GPtrArray *items, GError **error)
{
	return deploy_gates_read(context, items, true, error) &&
	       deploy_gates_override(context, error) && deploy_gates_refuse(context, error);
}
