#include "base/error.h"
#include "deploy/deploy.h"
#include "deploy/execute.h"
#include "plan/plan.h"
#include "run/script.h"
#include "standing/write.h"

static bool has_stopped(const Standing *standing, const char *id)
{
	g_autofree char *part = g_strconcat(id, "\tup", NULL);

	return g_strv_contains((const char *const *)standing->lineup->partial, part);
}

static bool refuse_resuming(const Standing *standing, const ReadyScript *script, GError **error)
{
	error_set(error, ERR_REFUSED,
		  "migration '%s' stopped half-way, statement by statement, and this environment "
		  "deploys in one transaction ('transaction: deployment')",
		  script->migration->id);
	error_place(error, script->source.file, 0, 0);
	return error_hint(error,
			  "set 'transaction: migration' in the options of '%s' until it is done",
			  standing_name(standing));
}

/* A script that stopped half-way goes on statement by statement, also when its text of today would
 * be one transaction: what it did is known by statement, and would be done again. */
static bool resume_stopped(const Standing *standing, const GPtrArray *ready, GError **error)
{
	for (guint i = 0; i < ready->len; i++) {
		ReadyScript *script = ((ReadyMigration *)g_ptr_array_index(ready, i))->script;

		if (!has_stopped(standing, script->migration->id))
			continue;
		if (standing->settings->transaction == SCOPE_DEPLOYMENT)
			return refuse_resuming(standing, script, error);
		script->transaction = false;
	}
	return true;
}

/* Both the deployment and its dry run: what one refuses, the other does. */
static GPtrArray *make_ready(const Standing *standing, const GPtrArray *order, GError **error)
{
	g_autoptr(GPtrArray) ready = ready_migrations_read(standing->repo, order,
							   standing->settings->transaction, error);

	return ready && resume_stopped(standing, ready, error) ? g_steal_pointer(&ready) : NULL;
}

Verdicts *deploy_check(Standing *standing, const GPtrArray *order, const AdmitOptions *admit,
		       GError **error)
{
	g_autoptr(GPtrArray) ready = NULL;

	if (!admit_refuse_unfed(standing, admit, error) ||
	    !standing_refuse_unrecorded(standing, error) || !standing_prove_rows(standing, error) ||
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
