#include "gate/release.h"

#include <string.h>

#include "base/text.h"

static Gate *refuse_untagged(const Policy *policy, const ReleaseFacts *facts)
{
	g_autofree char *remedy = g_strdup_printf(
		"tag it: git tag -s NAME %.12s, or git migrate promote", facts->commit);

	return gate_new(GATE_RELEASE, GATE_FAILED, remedy,
			"commit %.7s is no release: environment '%s' is deployed from tags '%s'",
			facts->commit, policy->environment, policy->source_tags);
}

/* The remote as a command names it, for the caller to free. */
static char *remote_word(const ReleaseFacts *facts)
{
	return text_shell_word(facts->remote ? facts->remote : "REMOTE");
}

/* A CI checkout may have replaced the tag by its commit; the tag itself is then still on the
 * remote. */
static Gate *refuse_plain(const ReleaseFacts *facts)
{
	g_autofree char *refs =
		g_strdup_printf("refs/tags/%s:refs/tags/%s", facts->tag, facts->tag);
	g_autofree char *word = text_shell_word(refs);
	g_autofree char *remote = remote_word(facts);
	g_autofree char *remedy = g_strdup_printf(
		"fetch the tag itself: git fetch -f %s %s; if it is the same there, make a signed "
		"one: git tag -s",
		remote, word);

	return gate_new(GATE_RELEASE, GATE_FAILED, remedy,
			"tag '%s' is not annotated: it stands on a commit, and nobody signed it",
			facts->tag);
}

static Gate *judge_signature(const Policy *policy, const ReleaseFacts *facts)
{
	if (!facts->good)
		return gate_new(GATE_RELEASE, GATE_FAILED,
				"sign it with a key that git accepts here (git verify-tag shows "
				"what it says)",
				"tag '%s' is not to be trusted: %s", facts->tag,
				facts->reason ? facts->reason
					      : "git does not accept its signature");
	if (!policy_lists(policy->signers, facts->signer, facts->key))
		return gate_new(GATE_RELEASE, GATE_FAILED,
				"let one of the policy's signers make the release",
				"tag '%s' is signed by '%s', who is not among the signers of "
				"environment '%s'",
				facts->tag, facts->signer ? facts->signer : facts->key,
				policy->environment);
	return NULL;
}

static Gate *judge_branch(const ReleaseFacts *facts)
{
	if (facts->branch_missing) {
		g_autofree char *remote = remote_word(facts);
		g_autofree char *branch = text_shell_word(facts->branch_missing);
		g_autofree char *remedy = g_strdup_printf("git fetch %s %s", remote, branch);

		return gate_new(GATE_RELEASE, GATE_FAILED, remedy,
				"whether commit %.7s is on branch '%s' cannot be told: this clone "
				"does not have "
				"the branch",
				facts->commit, facts->branch_missing);
	}
	if (facts->branch && !facts->on_branch)
		return gate_new(GATE_RELEASE, GATE_FAILED, "merge it first, and tag the merge",
				"commit %.7s is not on branch '%s'", facts->commit, facts->branch);
	return NULL;
}

static Gate *judge_object(const Policy *policy, const ReleaseFacts *facts)
{
	Gate *bad = NULL;

	if (facts->name_inside && strcmp(facts->name_inside, facts->tag) != 0)
		return gate_new(GATE_RELEASE, GATE_FAILED, "make a tag of its own for this release",
				"tag '%s' is a copy of tag '%s' under another name", facts->tag,
				facts->name_inside);
	if (policy->sign || *policy->signers)
		bad = facts->name_inside ? judge_signature(policy, facts) : refuse_plain(facts);
	if (!bad && facts->seen)
		bad = gate_new(
			GATE_RELEASE, GATE_FAILED, "make a new tag: a release never moves",
			"tag '%s' was deployed as another object before (record %" G_GINT64_FORMAT
			")",
			facts->tag, facts->seen);
	return bad;
}

static Gate *accept(const ReleaseFacts *facts)
{
	GString *found = g_string_new(facts->tag);
	Gate *gate;

	if (facts->to_be_made)
		g_string_append(found, " will be made and signed by this command");
	else if (facts->good)
		g_string_append_printf(found, ", signed by %s",
				       facts->signer ? facts->signer : facts->key);
	if (facts->branch)
		g_string_append_printf(found, ", on %s", facts->branch);
	gate = gate_new(GATE_RELEASE, GATE_PASSED, NULL, "%s", found->str);
	g_string_free(found, TRUE);
	return gate;
}

Gate *gate_release(const Policy *policy, const ReleaseFacts *facts)
{
	/* Records and approvals call themselves so (ledger/record.h, ledger/approval.h): under a
	 * ref of that name one of them would be a well signed tag. */
	static const char *const own[] = {"migrate/", "migrate-approval/"};
	Gate *bad = NULL;

	if (!policy->source_tags)
		return NULL;
	if (!facts->tag)
		return refuse_untagged(policy, facts);
	if (g_str_has_prefix(facts->tag, own[0]) || g_str_has_prefix(facts->tag, own[1]))
		return gate_new(
			GATE_RELEASE, GATE_FAILED, "name the release otherwise",
			"tag '%s' has the name of a record or an approval, which are signed "
			"texts, too, and release nothing",
			facts->tag);
	if (!g_pattern_match_simple(policy->source_tags, facts->tag))
		return gate_new(GATE_RELEASE, GATE_FAILED,
				"name it as the policy's source.tags says",
				"tag '%s' does not match '%s'", facts->tag, policy->source_tags);
	if (!facts->to_be_made)
		bad = judge_object(policy, facts);
	if (!bad)
		bad = judge_branch(facts);
	return bad ? bad : accept(facts);
}
