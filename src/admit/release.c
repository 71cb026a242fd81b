/* The release gate: the tag's object, its signature, its branch, and whether it was seen otherwise.
 */
#include <string.h>

#include "config/config.h"
#include "gate/release.h"
#include "git/signing.h"
#include "git/sync.h"
#include "git/tag.h"
#include "internal.h"

/* The remote's branch as it was last fetched, else our own: what only this clone has is not on it.
 */
static char *branch_tip(const Standing *standing, const char *remote, const char *branch)
{
	g_autofree char *theirs =
		remote ? g_strdup_printf("refs/remotes/%s/%s", remote, branch) : NULL;
	g_autofree char *ours = g_strconcat("refs/heads/", branch, NULL);
	g_autofree char *at_theirs = theirs ? git_ref_find(standing->repo, theirs) : NULL;
	g_autofree char *at_ours = git_ref_find(standing->repo, ours);

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

static bool read_tag_object(const Standing *standing, ReleaseFindings *found, GError **error)
{
	g_autoptr(GBytes) text =
		standing->target.release
			? git_tag_text(standing->repo, standing->target.release, error)
			: NULL;
	g_autoptr(GPtrArray) texts = g_ptr_array_new();
	g_autoptr(GPtrArray) verdicts = NULL;

	if (!standing->target.release)
		return true;
	if (!text)
		return false;
	found->name_inside = git_tag_inner_name(text);
	g_ptr_array_add(texts, text);
	verdicts = git_verify_texts(standing->repo, texts, error);
	found->verdict = verdicts ? g_ptr_array_steal_index(verdicts, 0) : NULL;
	return found->verdict;
}

static bool find_branch(const Standing *standing, ReleaseFindings *found, ReleaseFacts *facts,
			GError **error)
{
	found->branch = config_feeding_branch(standing->repo, standing->target.commit->oid,
					      standing->project, standing->policy);
	if (!found->branch)
		return true;
	found->branch_tip = branch_tip(standing, found->remote, found->branch);
	if (!found->branch_tip) {
		facts->branch_missing = found->branch;
		return true;
	}
	facts->branch = found->branch;
	return git_commit_is_in(standing->repo, standing->target.commit->oid, found->branch_tip,
				&facts->on_branch, error);
}

static const char *tag_of(const Standing *standing, const AdmitOptions *options)
{
	static const char prefix[] = "refs/tags/";

	if (options->new_tag)
		return options->new_tag;
	return standing->target.ref && g_str_has_prefix(standing->target.ref, prefix)
		       ? standing->target.ref + strlen(prefix)
		       : NULL;
}

bool admit_ask_release(const Standing *standing, const AdmitOptions *options, Verdicts *verdicts,
		       GError **error)
{
	g_auto(ReleaseFindings) found = {.remote = git_sync_remote(standing->repo)};
	ReleaseFacts facts = {.commit = standing->target.commit->oid,
			      .tag = tag_of(standing, options),
			      .remote = found.remote,
			      .to_be_made = options->new_tag != NULL};
	Gate *gate;

	if (!standing->policy->source_tags)
		return true;
	if (facts.tag && !facts.to_be_made && !read_tag_object(standing, &found, error))
		return false;
	if (facts.tag && !find_branch(standing, &found, &facts, error))
		return false;
	if (facts.tag && !facts.to_be_made && standing->ledgers.state.present &&
	    !ledger_database_other_release(standing->session, standing->target.ref,
					   standing->target.release, standing->target.commit->oid,
					   &facts.seen, error))
		return false;
	facts.name_inside = found.name_inside;
	if (found.verdict) {
		facts.good = found.verdict->good;
		facts.signer = found.verdict->signer;
		facts.key = found.verdict->key;
		facts.reason = found.verdict->reason;
	}
	gate = gate_release(standing->policy, &facts);
	if (gate)
		g_ptr_array_add(verdicts->gates, gate);
	return true;
}
