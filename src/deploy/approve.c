#include "deploy/approve.h"

#include "admit/admit.h"
#include "base/error.h"
#include "base/text.h"
#include "git/signing.h"
#include "run/script.h"
#include "standing/write.h"

static bool refuse_empty(Standing *standing, GError **error)
{
	if (policy_approvals(standing->policy) == 0) {
		error_set(error, ERR_REFUSED,
			  "the policy of environment '%s' asks for no approvals",
			  standing_name(standing));
		return error_hint(error, "set 'approvals: N' in its file");
	}
	if (standing->order->migrations->len == 0 && !standing->brings_policy)
		return error_set(error, ERR_REFUSED,
				 "nothing is pending for '%s' at commit %.12s, so there is nothing "
				 "to approve",
				 standing_name(standing), standing->target.commit->oid);
	return true;
}

static Approval *sign_approval(Standing *standing, const Approval *draft, GError **error)
{
	g_autofree char *tag = ledger_approval_tag(draft);
	g_autofree char *message = ledger_approval_message(draft);
	g_autoptr(GBytes) raw = git_sign_text(standing->repo, standing->target.commit->oid, tag,
					      message, true, error);

	return raw ? ledger_approval_parse(raw, error) : NULL;
}

static Approval *draft_approval(const Standing *standing, const char *digest, const char *comment,
				gint64 valid_ms)
{
	Approval *draft = g_new0(Approval, 1);

	draft->environment = g_strdup(standing_name(standing));
	draft->plan = g_strdup(digest);
	draft->time = text_utc_after(0);
	draft->expires = text_utc_after(valid_ms);
	draft->comment = g_strdup(comment);
	return draft;
}

static bool write_approval(Standing *standing, Approval *approval, GError **error)
{
	g_autoptr(GPtrArray) list = g_ptr_array_new();

	g_ptr_array_add(list, approval);
	if (!ledger_approvals_append(standing->repo, standing_name(standing), list, error) ||
	    !ledger_sync_push(standing->repo, standing_name(standing), &standing->ledgers.sync,
			      error))
		return false;
	if (standing->ledgers.sync.warning)
		observer_say(&standing->observer, EVENT_WARNING, "%s",
			     standing->ledgers.sync.warning);
	return true;
}

Standing *deploy_approve(GitRepo *repo, const StandingOptions *options, const Observer *observer,
			 const char *comment, gint64 valid_ms, Approval **approval, GError **error)
{
	g_autoptr(Standing) standing = standing_open(
		repo, options, observer,
		STANDING_TARGET | STANDING_FETCH | STANDING_NOTES | STANDING_LINEUP, error);
	g_autoptr(GPtrArray) ready = NULL;
	g_autofree char *digest = NULL;
	g_autoptr(Approval) draft = NULL;
	g_autoptr(Approval) made = NULL;

	if (!standing || !standing_refuse_newer(standing, error) ||
	    !standing_refuse_edits(standing, error) ||
	    !standing_need(standing, STANDING_ORDER, error) || !refuse_empty(standing, error))
		return NULL;
	ready = ready_migrations_read(repo, standing->order->migrations,
				      standing->settings->transaction, error);
	if (!ready)
		return NULL;
	digest = admit_digest(standing, ready);
	draft = draft_approval(standing, digest, comment, valid_ms);
	made = sign_approval(standing, draft, error);
	if (!made || !write_approval(standing, made, error))
		return NULL;
	*approval = g_steal_pointer(&made);
	return g_steal_pointer(&standing);
}
