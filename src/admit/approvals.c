/* The approvals gate: whose approvals there are, and whose do not count. */
#include <string.h>

#include "admit/admit.h"
#include "base/borrow.h"
#include "base/text.h"
#include "gate/approvals.h"
#include "git/signing.h"
#include "git/walk.h"
#include "ledger/approval.h"
#include "run/script.h"

/* The approvals of this plan whose signature git accepts; ApprovalFact*, owned. */
static GPtrArray *good_approvals(const Standing *standing, const char *digest, GError **error)
{
	g_autoptr(GPtrArray) all =
		ledger_approvals_read(standing->repo, standing_name(standing), error);
	g_autoptr(GPtrArray) ours = g_ptr_array_new();
	g_autoptr(GPtrArray) texts = g_ptr_array_new();
	g_autoptr(GPtrArray) verdicts = NULL;
	GPtrArray *facts = g_ptr_array_new_with_free_func((GDestroyNotify)approval_fact_free);

	for (guint i = 0; all && i < all->len; i++) {
		Approval *approval = g_ptr_array_index(all, i);

		if (!approval->is_signed || strcmp(approval->plan, digest) != 0)
			continue;
		g_ptr_array_add(ours, approval);
		g_ptr_array_add(texts, approval->raw);
	}
	verdicts = texts->len ? git_verify_texts(standing->repo, texts, error) : NULL;
	for (guint i = 0; verdicts && i < verdicts->len; i++) {
		const GitVerdict *verdict = g_ptr_array_index(verdicts, i);
		const Approval *approval = g_ptr_array_index(ours, i);
		ApprovalFact *fact;

		if (!verdict->good)
			continue;
		fact = g_new0(ApprovalFact, 1);
		fact->id = g_strdup(approval->id);
		fact->signer = g_strdup(verdict->signer);
		fact->key = g_strdup(verdict->key);
		fact->expires = g_strdup(approval->expires);
		g_ptr_array_add(facts, fact);
	}
	if (all && (verdicts || !texts->len))
		return facts;
	g_ptr_array_unref(facts);
	return NULL;
}

/* Who wrote what is pending; NULL when that cannot be told. */
static GHashTable *pending_authors(const Standing *standing, const GPtrArray *ready)
{
	const Record *last = standing->ledgers.last;
	g_autofree char *known = last ? git_repo_find_commit(standing->repo, last->object) : NULL;
	g_autoptr(GPtrArray) paths = g_ptr_array_new();

	for (guint i = 0; i < ready->len; i++)
		borrow_add(
			paths,
			((const ReadyMigration *)g_ptr_array_index(ready, i))->migration->up.path);
	g_ptr_array_add(paths, NULL);
	return git_walk_authors(standing->repo, standing->target.commit->oid, known,
				(const char *const *)paths->pdata, NULL);
}

/* Whose key would sign the records: found out by signing something. */
static GitVerdict *own_identity(const Standing *standing, GError **error)
{
	g_autoptr(GBytes) text = git_sign_text(standing->repo, standing->target.commit->oid,
					       "migrate-probe", "who signs here\n", true, error);
	g_autoptr(GPtrArray) texts = g_ptr_array_new();
	g_autoptr(GPtrArray) verdicts = NULL;

	if (!text)
		return NULL;
	g_ptr_array_add(texts, text);
	verdicts = git_verify_texts(standing->repo, texts, error);
	return verdicts ? g_ptr_array_steal_index(verdicts, 0) : NULL;
}

static void keep_counted(Verdicts *verdicts, const GPtrArray *approvals)
{
	for (guint i = 0; i < approvals->len; i++) {
		const ApprovalFact *fact = g_ptr_array_index(approvals, i);
		if (fact->counts)
			g_ptr_array_add(verdicts->approvals, g_strdup(fact->id));
	}
}

bool admit_ask_approvals(Standing *standing, const GPtrArray *ready, bool deploys,
			 Verdicts *verdicts, GError **error)
{
	const char *clock = standing->ledgers.state.time, *at = standing->options.at;
	g_autofree char *now = clock ? g_strdup(clock) : text_utc_after(0);
	g_autoptr(GPtrArray) approvals = NULL;
	g_autoptr(GHashTable) authors = NULL;
	g_autoptr(GitVerdict) self = NULL;

	if (policy_approvals(standing->policy) == 0)
		return true;
	approvals = good_approvals(standing, verdicts->plan_digest, error);
	if (!approvals || (deploys && !(self = own_identity(standing, error))))
		return false;
	authors = pending_authors(standing, ready);
	const ApprovalFacts facts = {.approvals = approvals,
				     .authors = authors,
				     .authors_unknown = !authors,
				     .deployer = self ? self->signer : NULL,
				     .deployer_key = self ? self->key : NULL,
				     .now = now,
				     .where = at ? at : standing->target.commit->oid};

	g_ptr_array_add(verdicts->gates, gate_approvals(standing->policy, &facts));
	keep_counted(verdicts, approvals);
	return true;
}
