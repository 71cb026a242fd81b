#include "adopt/baseline.h"

#include "base/borrow.h"
#include "base/error.h"
#include "foreign/foreign.h"
#include "plan/plan.h"
#include "proof.h"
#include "run/script.h"
#include "standing/snapshot.h"
#include "standing/write.h"

/* A database with records is adopted migration by migration, and never without proof. */
static bool check_records(const Standing *standing, const BaselineOptions *options, GError **error)
{
	const char *name = standing_name(standing);

	if (standing->ledgers.state.sequence == 0 || (options->through && !options->accept_drift))
		return true;
	error_set(error, ERR_REFUSED,
		  "environment '%s' has %" G_GINT64_FORMAT
		  " records already: it was adopted before",
		  name, standing->ledgers.state.sequence);
	if (options->through)
		return error_hint(error, "a difference can only be accepted the first time");
	return error_hint(error,
			  "git migrate status --env %s; if it has the effect of pending migrations "
			  "already, name the last: --through ID",
			  name);
}

/* What the database has, in the order in which it would have run. */
static bool choose(const Standing *standing, const BaselineOptions *options, ForeignChoice *choice,
		   GError **error)
{
	const GPtrArray *order = standing->order->migrations;

	if (!options->through)
		return foreign_choose(standing->session, standing_name(standing), order,
				      options->from, choice, error);
	choice->chosen = plan_through(order, standing->lineup->applied, options->through, error);
	return choice->chosen;
}

static bool prove(Standing *standing, const BaselineOptions *options, const GPtrArray *chosen,
		  BaselineResult *result, GError **error)
{
	g_autofree char *whose = g_strdup_printf("the schema of '%s'", standing_name(standing));
	const AdoptProof proof = {.whose = whose,
				  .chosen = chosen,
				  .accept_drift = options->accept_drift,
				  .ignored = result->ignored};
	g_autoptr(SchemaSnapshot) expected = adopt_expected(standing, chosen, NULL, error);
	g_autoptr(SchemaSnapshot) live =
		expected ? standing_snapshot(standing, SCHEMA_OBJECTS, error) : NULL;

	if (!live)
		return false;
	if (adopt_prove(standing, &proof, expected, live, &result->differences, error))
		return true;
	return error_hint(
		error,
		"name the last migration that it has (--through ID), put the differences right, or "
		"accept them: --accept-drift REASON");
}

static bool record(Standing *standing, const char *accepted, const GPtrArray *ready, GError **error)
{
	const char *reason = accepted ? accepted : "the live schema is what these migrations give";
	g_auto(Trees) trees = standing_trees(standing);

	if (!pg_session_execute(standing->session, "BEGIN", error))
		return false;
	if (adopt_commit(standing, ready, reason, &trees, error))
		return true;
	pg_session_execute(standing->session, "ROLLBACK", NULL);
	return false;
}

static bool adopt(Standing *standing, const BaselineOptions *options, BaselineResult *result,
		  GError **error)
{
	g_auto(ForeignChoice) choice = {0};
	g_autoptr(GPtrArray) ready = NULL;

	if (!choose(standing, options, &choice, error) ||
	    !prove(standing, options, choice.chosen, result, error))
		return false;
	ready = ready_migrations_read(standing->repo, choice.chosen,
				      standing->settings->transaction, error);
	standing->options.allow_existing = true;
	if (!ready || !standing_need(standing, STANDING_SETTLED, error) ||
	    !standing_prove_rows(standing, error) ||
	    !record(standing, options->accept_drift, ready, error))
		return false;
	result->tool = choice.tool;
	result->recorded = ready->len;
	standing_publish(standing, "an existing database adopted");
	return true;
}

Standing *adopt_baseline(GitRepo *repo, const StandingOptions *options, const Observer *observer,
			 const BaselineOptions *baseline, BaselineResult *result, GError **error)
{
	g_autoptr(Standing) standing =
		standing_open(repo, options, observer, STANDING_READ_ALL | STANDING_LOCK, error);

	if (!standing || !check_records(standing, baseline, error) ||
	    !standing_need(standing, STANDING_LINEUP | STANDING_ORDER, error) ||
	    !adopt(standing, baseline, result, error))
		return NULL;
	return g_steal_pointer(&standing);
}
