#include "base/error.h"
#include "deploy/deploy.h"
#include "deploy/execute.h"
#include "plan/plan.h"
#include "run/script.h"
#include "standing/write.h"

static GPtrArray *make_ready(const Standing *standing, const GPtrArray *order, GError **error)
{
	return ready_migrations_read(standing->repo, order, standing->settings->transaction, error);
}

Verdicts *deploy_check(Standing *standing, const GPtrArray *order, const AdmitOptions *admit,
		       GError **error)
{
	g_autoptr(GPtrArray) ready = NULL;

	if (!standing_refuse_unrecorded(standing, error) ||
	    !standing_refuse_edits(standing, error) ||
	    !lineup_refuse_partial(standing->lineup, error))
		return NULL;
	ready = make_ready(standing, order, error);
	return ready ? admit_ask(standing, ready, admit, false, error) : NULL;
}

bool deploy_apply(Standing *standing, const GPtrArray *order, const AdmitOptions *admit,
		  DeployResult *result, GError **error)
{
	g_autoptr(GPtrArray) ready = make_ready(standing, order, error);
	g_autoptr(Verdicts) verdicts = ready ? admit_pass(standing, ready, admit, error) : NULL;
	Execution execution = {
		.standing = standing, .direction = RUN_UP, .ready = ready, .verdicts = verdicts};

	if (!verdicts)
		return false;
	if (ready->len || standing->brings_policy)
		return execute_run(&execution, result, error);
	standing_publish(standing, "nothing to deploy");
	return true;
}

static bool apply_through(Standing *standing, const AdmitOptions *admit, const char *to,
			  DeployResult *result, GError **error)
{
	const GPtrArray *whole = standing->order->migrations;
	g_autoptr(GPtrArray) cut =
		to ? plan_through(whole, standing->lineup->applied, to, error) : NULL;

	return (!to || cut) && deploy_apply(standing, to ? cut : whole, admit, result, error);
}

Standing *deploy_up(GitRepo *repo, const StandingOptions *options, const AdmitOptions *admit,
		    const Observer *observer, const char *to, DeployResult *result, GError **error)
{
	g_autoptr(Standing) standing =
		standing_open(repo, options, observer, STANDING_DEPLOY | STANDING_LINEUP, error);

	if (!standing || !standing_refuse_edits(standing, error) ||
	    !lineup_refuse_partial(standing->lineup, error) ||
	    !standing_need(standing, STANDING_ORDER, error) ||
	    !apply_through(standing, admit, to, result, error))
		return NULL;
	return g_steal_pointer(&standing);
}
