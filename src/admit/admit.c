#include "admit/admit.h"

#include <string.h>

#include "admit/promotion.h"
#include "base/borrow.h"
#include "base/error.h"
#include "base/text.h"
#include "internal.h"
#include "run/script.h"

Verdicts *verdicts_new(void)
{
	Verdicts *verdicts = g_new0(Verdicts, 1);

	verdicts->gates = g_ptr_array_new_with_free_func((GDestroyNotify)gate_free);
	verdicts->approvals = g_ptr_array_new_with_free_func(g_free);
	verdicts->overrides = g_ptr_array_new();
	return verdicts;
}

void verdicts_free(Verdicts *verdicts)
{
	if (!verdicts)
		return;
	g_ptr_array_unref(verdicts->gates);
	g_ptr_array_unref(verdicts->approvals);
	g_ptr_array_unref(verdicts->overrides);
	g_free(verdicts->plan_digest);
	g_free(verdicts->witness);
	g_free(verdicts);
}

char *admit_digest(const Standing *standing, const GPtrArray *ready)
{
	const char *head = standing->ledgers.state.head, *policy = standing->settings->blob;
	g_autoptr(GString) text = g_string_new("git-migrate plan 1\n");

	g_string_append_printf(text, "environment %s\nhead %s\npolicy %s\n",
			       standing_name(standing), head ? head : "none",
			       policy ? policy : "none");
	for (guint i = 0; i < ready->len; i++) {
		const ReadyMigration *one = g_ptr_array_index(ready, i);

		g_string_append_printf(text, "item %s %s\n", one->script->content,
				       one->migration->id);
	}
	return text_sha256(text->str, text->len);
}

Verdicts *admit_ask(Standing *standing, const GPtrArray *ready, const AdmitOptions *options,
		    bool deploys, GError **error)
{
	g_autoptr(Verdicts) verdicts = verdicts_new();

	verdicts->plan_digest = admit_digest(standing, ready);
	if (!admit_ask_release(standing, options, verdicts, error))
		return NULL;
	if (ready->len == 0 && !standing->brings_policy)
		return g_steal_pointer(&verdicts);
	admit_ask_promotion(standing, ready, verdicts);
	if (!admit_ask_approvals(standing, ready, deploys, verdicts, error))
		return NULL;
	return g_steal_pointer(&verdicts);
}

bool admit_refuse(const Standing *standing, const Verdicts *verdicts, GError **error)
{
	const char *remedy = NULL;

	if (gates_are_open(verdicts->gates))
		return true;
	error_set(error, ERR_REFUSED, "the gates of environment '%s' are not open for commit %.12s",
		  standing_name(standing), standing->target.commit->oid);
	for (guint i = 0; i < verdicts->gates->len; i++) {
		const Gate *gate = g_ptr_array_index(verdicts->gates, i);

		error_detail(error, "%-10s %-8s %s", gate_kind_name(gate->kind),
			     gate_state_name(gate->state), gate->found);
		if (!remedy)
			remedy = gate->remedy;
	}
	return remedy ? error_hint(error, "%s", remedy) : false;
}

/* ---- overrides ---- */

static bool refuse_override(const Standing *standing, const char *name, GError **error)
{
	g_autofree char *list = g_strjoinv(", ", standing->policy->overridable);

	error_set(error, ERR_REFUSED,
		  "the policy of environment '%s' does not let gate '%s' be passed over",
		  standing_name(standing), name);
	return error_detail(error, "overridable: %s", *list ? list : "none");
}

/* A gate that is open needs no override, and none is recorded. */
static void pass_over(Verdicts *verdicts, GateKind kind)
{
	for (guint i = 0; i < verdicts->gates->len; i++) {
		Gate *gate = g_ptr_array_index(verdicts->gates, i);

		if (gate->kind != kind || gate->state == GATE_PASSED)
			continue;
		gate->state = GATE_OVERRIDDEN;
		borrow_add(verdicts->overrides, gate_kind_name(kind));
	}
}

bool admit_override(const Standing *standing, Verdicts *verdicts, const AdmitOptions *options,
		    GError **error)
{
	g_autofree char *known = gate_kind_list();

	g_ptr_array_set_size(verdicts->overrides, 0);
	verdicts->reason = options->reason;
	for (char *const *name = options->overrides; name && *name; name++) {
		GateKind kind;

		if (!gate_kind_parse(*name, &kind)) {
			error_set(error, ERR_USAGE, "there is no gate '%s'", *name);
			return error_hint(error, "the gates are: %s", known);
		}
		if (!g_strv_contains((const char *const *)standing->policy->overridable, *name))
			return refuse_override(standing, *name, error);
		pass_over(verdicts, kind);
	}
	return true;
}

/* ---- what feeds the environment ---- */

/* A branch is what feeds it by name; which tags are releases is the release gate's business. */
static bool is_fed(const Standing *standing)
{
	const Policy *policy = standing->policy;
	g_autofree char *branch = policy->source_branch
					  ? g_strconcat("refs/heads/", policy->source_branch, NULL)
					  : NULL;

	return policy->source_tags || (branch && g_strcmp0(branch, standing->target.ref) == 0);
}

bool admit_refuse_unfed(const Standing *standing, const AdmitOptions *options, GError **error)
{
	const Policy *policy = standing->policy;

	if (!options->if_fed || is_fed(standing))
		return true;
	error_set(error, ERR_REFUSED, "'%s' does not feed environment '%s'",
		  standing->target.ref ? standing->target.ref : standing->target.commit->oid,
		  standing_name(standing));
	error_detail(error, "by the policy in force (%s) %s%s",
		     standing->policy_name ? standing->policy_name : "built in",
		     policy->source_branch ? "branch " : "nothing does",
		     policy->source_branch ? policy->source_branch : "");
	return error_hint(error,
			  "a commit that changes what feeds it must come by what feeds it "
			  "now, or be deployed by a person: git migrate up --env %s --at ...",
			  standing_name(standing));
}

Verdicts *admit_pass(Standing *standing, const GPtrArray *ready, const AdmitOptions *options,
		     GError **error)
{
	g_autoptr(Verdicts) verdicts = admit_refuse_unfed(standing, options, error)
					       ? admit_ask(standing, ready, options, true, error)
					       : NULL;

	if (!verdicts || !admit_override(standing, verdicts, options, error) ||
	    !admit_refuse(standing, verdicts, error))
		return NULL;
	return g_steal_pointer(&verdicts);
}
