#include "deploy/approve.h"

#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "deploy/deploy.h"
#include "deploy/edit.h"
#include "gate/approvals.h"
#include "git/signing.h"
#include "git/walk.h"

char *deploy_plan_digest(const DeployContext *context, const GPtrArray *items)
{
	g_autoptr(GString) text = g_string_new("git-migrate plan 1\n");

	g_string_append_printf(
		text, "environment %s\nhead %s\npolicy %s\n", context->environment->name,
		context->ledger.head ? context->ledger.head : "none",
		context->environment->file_blob ? context->environment->file_blob : "none");
	for (guint i = 0; i < items->len; i++) {
		const RecordItem *item = g_ptr_array_index(items, i);
		g_string_append_printf(text, "item %s %s\n", item->content, item->id);
	}
	return text_sha256(text->str, text->len);
}

/* ---- counting ---- */

/* The approvals of this plan whose signature git accepts; ApprovalFact*, owned. */
static GPtrArray *good_approvals(DeployContext *context, GError **error)
{
	g_autoptr(GPtrArray) all =
		ledger_approvals_read(context->repo, context->environment->name, error);
	g_autoptr(GPtrArray) ours = g_ptr_array_new();
	g_autoptr(GPtrArray) texts = g_ptr_array_new();
	g_autoptr(GPtrArray) verdicts = NULL;
	GPtrArray *facts = g_ptr_array_new_with_free_func((GDestroyNotify)approval_fact_free);

	for (guint i = 0; all && i < all->len; i++) {
		Approval *approval = g_ptr_array_index(all, i);

		if (!approval->is_signed || strcmp(approval->plan, context->plan_digest) != 0)
			continue;
		g_ptr_array_add(ours, approval);
		g_ptr_array_add(texts, approval->raw);
	}
	verdicts = texts->len ? git_verify_texts(context->repo, texts, error) : NULL;
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
static GHashTable *pending_authors(DeployContext *context)
{
	const GPtrArray *pending = context->plan->pending;
	g_autoptr(GPtrArray) paths = g_ptr_array_new();
	const char *base = context->last ? context->last->object : NULL;
	g_autofree char *known = base ? git_repo_resolve(context->repo, base, true, NULL) : NULL;

	for (guint i = 0; i < pending->len; i++)
		g_ptr_array_add(paths, ((const Migration *)g_ptr_array_index(pending, i))->up.path);
	g_ptr_array_add(paths, NULL);
	return git_walk_authors(context->repo, context->target->oid, known,
				(const char *const *)paths->pdata, NULL);
}

/* Whose key would sign the records: found out by signing something. */
static GitVerdict *own_identity(DeployContext *context, GError **error)
{
	g_autoptr(GBytes) text = git_sign_text(context->repo, context->target->oid, "migrate-probe",
					       "who signs here\n", true, error);
	g_autoptr(GPtrArray) texts = g_ptr_array_new();
	g_autoptr(GPtrArray) verdicts = NULL;

	if (!text)
		return NULL;
	g_ptr_array_add(texts, text);
	verdicts = git_verify_texts(context->repo, texts, error);
	return verdicts ? g_ptr_array_steal_index(verdicts, 0) : NULL;
}

static char *utc_now(gint64 later_ms)
{
	g_autoptr(GDateTime) now = g_date_time_new_now_utc();
	g_autoptr(GDateTime) then = g_date_time_add(now, later_ms * 1000);

	return g_date_time_format(then, "%Y-%m-%dT%H:%M:%S.000000Z");
}

static void keep_counted(DeployContext *context, const GPtrArray *approvals)
{
	for (guint i = 0; i < approvals->len; i++) {
		const ApprovalFact *fact = g_ptr_array_index(approvals, i);
		if (fact->counts)
			g_ptr_array_add(context->approvals, g_strdup(fact->id));
	}
}

bool deploy_approvals_judge(DeployContext *context, bool deploys, Gate **gate, GError **error)
{
	g_autoptr(GPtrArray) approvals = NULL;
	g_autoptr(GHashTable) authors = NULL;
	g_autofree char *now = context->ledger.time ? g_strdup(context->ledger.time) : utc_now(0);
	GitVerdict *self = NULL;

	*gate = NULL;
	if (environment_approvals(context->policy) == 0)
		return true;
	approvals = good_approvals(context, error);
	if (!approvals || (deploys && !(self = own_identity(context, error))))
		return false;
	authors = pending_authors(context);
	const ApprovalFacts facts = {.approvals = approvals,
				     .authors = authors,
				     .authors_unknown = !authors,
				     .deployer = self ? self->signer : NULL,
				     .deployer_key = self ? self->key : NULL,
				     .now = now,
				     .where = context->options.at ? context->options.at
								  : context->target->oid};
	*gate = gate_approvals(context->policy, &facts);
	git_verdict_free(self);
	keep_counted(context, approvals);
	return true;
}

/* ---- approving ---- */

static bool refuse_empty(DeployContext *context, GError **error)
{
	if (environment_approvals(context->policy) == 0) {
		error_set(error, ERR_REFUSED,
			  "the policy of environment '%s' asks for no approvals",
			  context->environment->name);
		return error_hint(error, "set 'approvals: N' in its file");
	}
	if (context->plan->pending->len == 0 && !context->brings_policy)
		return error_set(error, ERR_REFUSED,
				 "nothing is pending for '%s' at commit %.12s, so there is nothing "
				 "to approve",
				 context->environment->name, context->target->oid);
	return true;
}

static Approval *sign_approval(DeployContext *context, const Approval *draft, GError **error)
{
	g_autofree char *tag = ledger_approval_tag(draft);
	g_autofree char *message = ledger_approval_message(draft);
	g_autoptr(GBytes) raw =
		git_sign_text(context->repo, context->target->oid, tag, message, true, error);

	return raw ? ledger_approval_parse(raw, error) : NULL;
}

static Approval *draft_approval(const DeployContext *context, const char *comment, gint64 valid_ms)
{
	Approval *draft = g_new0(Approval, 1);

	draft->environment = g_strdup(context->environment->name);
	draft->plan = g_strdup(context->plan_digest);
	draft->time = utc_now(0);
	draft->expires = utc_now(valid_ms);
	draft->comment = g_strdup(comment);
	return draft;
}

static bool write_approval(DeployContext *context, Approval *approval, GError **error)
{
	g_autoptr(GPtrArray) list = g_ptr_array_new();

	g_ptr_array_add(list, approval);
	if (!ledger_approvals_append(context->repo, context->environment->name, list, error) ||
	    !ledger_sync_push(context->repo, context->environment->name, &context->sync, error))
		return false;
	if (context->sync.warning)
		observer_say(&context->observer, EVENT_WARNING, "%s", context->sync.warning);
	return true;
}

bool deploy_approve(DeployContext *context, const char *comment, gint64 valid_ms,
		    Approval **approval, GError **error)
{
	g_autoptr(GPtrArray) ready = NULL;
	g_autoptr(GPtrArray) items = NULL;
	g_autoptr(Approval) draft = NULL;
	g_autoptr(Approval) made = NULL;

	if (!deploy_configure(context, error) || !deploy_read_notes(context, error) ||
	    !deploy_read_plan(context, false, error) || !deploy_classify_edits(context, error) ||
	    !deploy_refuse_edits(context, error) || !deploy_order_plan(context, NULL, error) ||
	    !refuse_empty(context, error))
		return false;
	ready = deploy_ready(context, error);
	if (!ready)
		return false;
	items = ready_migrations_items(ready);
	context->plan_digest = deploy_plan_digest(context, items);
	draft = draft_approval(context, comment, valid_ms);
	made = sign_approval(context, draft, error);
	if (!made || !write_approval(context, made, error))
		return false;
	*approval = g_steal_pointer(&made);
	return true;
}
