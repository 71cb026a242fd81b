#include "deploy/promotion.h"

#include <string.h>

#include "base/error.h"
#include "config/config.h"
#include "deploy/drift.h"
#include "deploy/policy.h"
#include "gate/promotion.h"
#include "git/signing.h"
#include "ledger/record.h"
#include "ledger/replay.h"

/* What is read for the facts, and outlives them. */
typedef struct {
	LedgerNotes *notes;
	GPtrArray *chain; /* const Record*, oldest first */
	AppliedSet *applied;
	char *distrust;
	char *drift;
} Findings;

static void findings_clear(Findings *found)
{
	g_clear_pointer(&found->chain, g_ptr_array_unref);
	applied_set_free(found->applied);
	ledger_notes_free(found->notes);
	g_free(found->distrust);
	g_free(found->drift);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Findings, findings_clear)

static bool went_well(const GPtrArray *chain, guint index)
{
	const Record *record = g_ptr_array_index(chain, index);
	const Record *opening = index ? g_ptr_array_index(chain, index - 1) : NULL;

	return record->action == RECORD_FINISH && record->outcome == OUTCOME_DONE && opening &&
	       opening->action == RECORD_BEGIN;
}

/* Whether a deployed commit has the very migrations that this deployment's commit has. */
static bool has_same_migrations(DeployContext *context, const char *commit)
{
	g_autofree char *tree = NULL;

	if (strcmp(commit, context->target->oid) == 0)
		return true;
	tree = git_repo_path_oid(context->repo, commit, context->set->folder, NULL);
	return tree && g_strcmp0(tree, context->set->tree) == 0;
}

/* The newest deployment of the same migrations; *after is a later record that undid something. */
static const Record *find_finish(DeployContext *context, const GPtrArray *chain,
				 const Record **after)
{
	*after = NULL;
	for (guint i = chain->len; i > 0; i--) {
		const Record *record = g_ptr_array_index(chain, i - 1);

		if (went_well(chain, i - 1) && has_same_migrations(context, record->object))
			return record;
		if (record->action == RECORD_REVERT || record->action == RECORD_RESTORE)
			*after = record;
	}
	*after = NULL;
	return NULL;
}

/* ---- trust ---- */

/* Why the record is not good evidence, for the caller to free; NULL when it is. */
static char *distrust_of(DeployContext *context, DeployContext *before, const Record *finish)
{
	g_autoptr(GPtrArray) texts = g_ptr_array_new();
	g_autoptr(GPtrArray) verdicts = NULL;
	g_autoptr(GError) why = NULL;
	const Environment *policy = deploy_policy_find(before, finish->policy, &why);
	const GitVerdict *verdict;

	if (!policy)
		return g_strdup(why->message);
	if (!finish->is_signed)
		return context->is_signed ? g_strdup("it is not signed") : NULL;
	g_ptr_array_add(texts, finish->raw);
	verdicts = git_verify_texts(context->repo, texts, &why);
	if (!verdicts)
		return g_strdup(why->message);
	verdict = g_ptr_array_index(verdicts, 0);
	if (!verdict->good)
		return g_strdup(verdict->reason ? verdict->reason
						: "git does not accept its signature");
	if (!environment_lists(policy->signers, verdict->signer, verdict->key))
		return g_strdup_printf("'%s' is not among its signers",
				       verdict->signer ? verdict->signer : verdict->key);
	return NULL;
}

/* ---- drift ---- */

static char *first_problem(const GPtrArray *problems)
{
	return problems->len ? g_strdup(((LedgerProblem *)g_ptr_array_index(problems, 0))->text)
			     : NULL;
}

/* What the database has applied, against what its records say. */
static char *compare_rows(DeployContext *live, const GPtrArray *chain, GError **error)
{
	g_autoptr(AppliedSet) applied = ledger_database_applied(live->session, true, error);
	g_autoptr(GPtrArray) problems = ledger_problems_new();

	if (!applied)
		return NULL;
	ledger_replay_check(chain, applied, problems);
	return first_problem(problems);
}

/* The ignore rules of the commit that was deployed there last: a new rule opens the gate only after
 * a deployment under the old ones. Without that commit there are none. */
static GPtrArray *ignore_rules_in_force(DeployContext *live)
{
	const char *commit = live->last ? live->last->object : live->target->oid;
	g_autoptr(Project) project = config_read_project(live->repo, commit, NULL);

	return project ? g_ptr_array_ref(project->ignore) : ignore_rules_new();
}

/* The live schema, against the recorded one. An environment without snapshots has nothing to
 * compare with. */
static char *compare_schema(DeployContext *live, GError **error)
{
	g_autoptr(GPtrArray) rules = ignore_rules_in_force(live);
	g_autoptr(DriftReport) report = NULL;

	if (!live->environment->snapshot)
		return NULL;
	report = deploy_drift_compare(live, DRIFT_OF_SCHEMA, rules, error);
	return report ? drift_report_summary(report) : NULL;
}

/* What differs in the environment before from what its notes say; NULL with *error when its
 * database cannot be asked. */
static char *find_drift(DeployContext *context, const char *from, const GPtrArray *chain,
			GError **error)
{
	const DeployOptions options = {.environment = from,
				       .at = context->target->oid,
				       .command = "promote",
				       .wait_ms = -1,
				       .no_fetch = true};
	g_autoptr(DeployContext) live =
		deploy_context_new(context->repo, &options, &context->observer);
	g_autofree char *rows = NULL;

	if (!deploy_configure(live, error) || !deploy_connect(live, error) ||
	    !deploy_read_ledgers(live, false, error))
		return NULL;
	if (live->comparison->relation != LEDGERS_EQUAL &&
	    live->comparison->relation != LEDGERS_NOTES_BEHIND)
		return ledger_comparison_describe(live->comparison);
	if (live->comparison->relation == LEDGERS_NOTES_BEHIND)
		return g_strdup("it has records that the notes lack: git migrate sync on its host");
	rows = compare_rows(live, chain, error);
	return rows || (error && *error) ? g_steal_pointer(&rows) : compare_schema(live, error);
}

/* ---- the whole ---- */

/* A context that knows the settings and policies of the environment before, and asks nothing of its
 * database. */
static DeployContext *configure_before(DeployContext *context, const char *from, GError **error)
{
	const DeployOptions options = {.environment = from,
				       .at = context->target->oid,
				       .command = "promote",
				       .no_fetch = true,
				       .offline = true};
	g_autoptr(DeployContext) before = deploy_context_new(context->repo, &options, NULL);

	return deploy_configure(before, error) ? g_steal_pointer(&before) : NULL;
}

static void read_evidence(DeployContext *context, DeployContext *before, Findings *found,
			  PromotionFacts *facts)
{
	g_autoptr(GError) drift_error = NULL;

	found->chain = ledger_chain_of(found->notes->records, NULL);
	found->applied = ledger_replay(found->chain, NULL);
	facts->applied = found->applied;
	facts->finish = find_finish(context, found->chain, &facts->after);
	if (facts->finish) {
		found->distrust = distrust_of(context, before, facts->finish);
		context->witness = g_strdup_printf("%s sha256:%s", facts->from, facts->finish->id);
	}
	found->drift = find_drift(context, facts->from, found->chain, &drift_error);
	facts->drift_unknown = drift_error != NULL;
	if (drift_error)
		found->drift = g_strdup(drift_error->message);
	facts->drift = found->drift;
	facts->distrust = found->distrust;
}

bool deploy_promotion_judge(DeployContext *context, const GPtrArray *items, GError **error)
{
	g_auto(Findings) found = {0};
	PromotionFacts facts = {.from = context->policy->promote_from,
				.commit = context->target->oid,
				.items = items,
				.now = context->ledger.time};
	g_autoptr(DeployContext) before = NULL;
	g_autoptr(GError) why = NULL;

	(void)error;
	g_clear_pointer(&context->witness, g_free);
	if (!facts.from)
		return true;
	before = configure_before(context, facts.from, &why);
	found.notes = before ? ledger_notes_read(context->repo, facts.from, true, &why) : NULL;
	if (found.notes)
		read_evidence(context, before, &found, &facts);
	else
		facts.unknown = why->message;
	gate_promotion(context->policy, &facts, context->gates);
	return true;
}

char *deploy_promotion_candidate(GitRepo *repo, const char *environment, GError **error)
{
	g_autoptr(LedgerNotes) notes = ledger_notes_read(repo, environment, true, error);
	g_autoptr(GPtrArray) chain = notes ? ledger_chain_of(notes->records, NULL) : NULL;

	for (guint i = chain ? chain->len : 0; i > 0; i--)
		if (went_well(chain, i - 1))
			return g_strdup(((Record *)g_ptr_array_index(chain, i - 1))->object);
	if (!chain)
		return NULL;
	error_set(error, ERR_REFUSED, "environment '%s' has not finished a deployment yet",
		  environment);
	error_hint(error, "git migrate up --env %s", environment);
	return NULL;
}
