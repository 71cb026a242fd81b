#include "build/baseline.h"

#include "adopt.h"
#include "base/error.h"
#include "build/foreign.h"
#include "deploy/deploy.h"
#include "deploy/snapshot.h"
#include "deploy/write.h"

/* A database with records is adopted migration by migration, and never without proof. */
static bool check_records(const DeployContext *context, const BaselineOptions *options,
			  GError **error)
{
	const char *name = context->environment->name;

	if (context->ledger.sequence == 0 || (options->through && !options->accept_drift))
		return true;
	error_set(error, ERR_REFUSED,
		  "environment '%s' has %" G_GINT64_FORMAT
		  " records already: it was adopted before",
		  name, context->ledger.sequence);
	if (options->through)
		return error_hint(error, "a difference can only be accepted the first time");
	return error_hint(error,
			  "git migrate status --env %s; if it has the effect of pending migrations "
			  "already, name the last: --through ID",
			  name);
}

static bool choose(DeployContext *context, const BaselineOptions *options, BaselineResult *result,
		   GError **error)
{
	if (!deploy_read_plan(context, false, error) ||
	    !deploy_order_plan(context, options->through, error))
		return false;
	return options->through || foreign_select(context, options->from, &result->tool, error);
}

static bool prove(DeployContext *context, const BaselineOptions *options, BaselineResult *result,
		  GError **error)
{
	g_autofree char *whose = g_strdup_printf("the schema of '%s'", context->environment->name);
	const AdoptProof proof = {whose, options->accept_drift, result->ignored};
	g_autoptr(SchemaSnapshot) expected = adopt_expected(context, NULL, error);
	g_autoptr(SchemaSnapshot) live =
		expected ? deploy_snapshot_take(context, false, error) : NULL;

	if (!live)
		return false;
	if (adopt_prove(context, &proof, expected, live, &result->differences, error))
		return true;
	return error_hint(
		error,
		"name the last migration that it has (--through ID), put the differences right, or "
		"accept them: --accept-drift REASON");
}

static bool record(DeployContext *context, const char *accepted, const GPtrArray *items,
		   GError **error)
{
	const char *reason = accepted ? accepted : "the live schema is what these migrations give";

	if (!pg_session_execute(context->session, "BEGIN", error))
		return false;
	if (adopt_commit(context, items, reason, error))
		return true;
	pg_session_execute(context->session, "ROLLBACK", NULL);
	return false;
}

bool build_baseline(DeployContext *context, const BaselineOptions *options, BaselineResult *result,
		    GError **error)
{
	g_autoptr(GPtrArray) ready = NULL;
	g_autoptr(GPtrArray) items = NULL;

	if (!deploy_configure(context, error) || !deploy_connect(context, error) ||
	    !deploy_lock(context, error) || !deploy_read_ledgers(context, true, error))
		return false;
	if (!check_records(context, options, error) || !choose(context, options, result, error) ||
	    !prove(context, options, result, error))
		return false;
	ready = deploy_ready(context, error);
	items = ready ? ready_migrations_items(ready) : NULL;
	if (!items || !deploy_settle_ledgers(context, error) ||
	    !record(context, options->accept_drift, items, error))
		return false;
	result->recorded = items->len;
	deploy_snapshot_record(context);
	deploy_publish(context, "an existing database adopted");
	return true;
}
