#include "admit/promotion.h"

#include <string.h>

#include "base/error.h"
#include "config/config.h"
#include "drift/drift.h"
#include "gate/promotion.h"
#include "git/signing.h"
#include "ledger/record.h"
#include "ledger/replay.h"
#include "run/script.h"

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
static bool has_same_migrations(const Standing *standing, const char *commit)
{
	g_autofree char *tree = NULL;

	if (strcmp(commit, standing->target.commit->oid) == 0)
		return true;
	tree = git_repo_path_find(standing->repo, commit, standing->lineup->set->folder);
	return tree && g_strcmp0(tree, standing->lineup->set->tree) == 0;
}

/* The newest deployment of the same migrations; *after is a later record that undid something. */
static const Record *find_finish(const Standing *standing, const GPtrArray *chain,
				 const Record **after)
{
	*after = NULL;
	for (guint i = chain->len; i > 0; i--) {
		const Record *record = g_ptr_array_index(chain, i - 1);

		if (went_well(chain, i - 1) && has_same_migrations(standing, record->object))
			return record;
		if (record->action == RECORD_REVERT || record->action == RECORD_RESTORE)
			*after = record;
	}
	*after = NULL;
	return NULL;
}

/* ---- trust ---- */

/* Why the record is not good evidence, for the caller to free; NULL when it is. */
static char *distrust_of(const Standing *standing, const Standing *before, const Record *finish)
{
	g_autoptr(GPtrArray) texts = g_ptr_array_new();
	g_autoptr(GPtrArray) verdicts = NULL;
	g_autoptr(GError) why = NULL;
	const Policy *policy = policy_store_find(before->policies, finish->policy, &why);
	const GitVerdict *verdict;

	if (!policy)
		return g_strdup(why->message);
	if (!finish->is_signed)
		return standing->is_signed ? g_strdup("it is not signed") : NULL;
	g_ptr_array_add(texts, finish->raw);
	verdicts = git_verify_texts(standing->repo, texts, &why);
	if (!verdicts)
		return g_strdup(why->message);
	verdict = g_ptr_array_index(verdicts, 0);
	if (!verdict->good)
		return g_strdup(verdict->reason ? verdict->reason
						: "git does not accept its signature");
	if (!policy_lists(policy->signers, verdict->signer, verdict->key))
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
static char *compare_rows(Standing *live, const GPtrArray *chain, GError **error)
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
static GPtrArray *ignore_rules_in_force(Standing *live)
{
	const char *commit =
		live->ledgers.last ? live->ledgers.last->object : live->target.commit->oid;
	g_autoptr(Project) project = config_read_project(live->repo, commit, NULL);

	return project ? g_ptr_array_ref(project->ignore) : ignore_rules_new();
}

/* The live schema, against the recorded one. An environment without snapshots has nothing to
 * compare with. */
static char *compare_schema(Standing *live, GError **error)
{
	g_autoptr(GPtrArray) rules = ignore_rules_in_force(live);
	g_autoptr(DriftReport) report = NULL;

	if (!live->settings->snapshot)
		return NULL;
	report = drift_compare(live, DRIFT_OF_SCHEMA, rules, false, error);
	return report ? drift_report_summary(report) : NULL;
}

/* What differs in the environment before from what its notes say; NULL with *error when its
 * database cannot be asked. */
static char *find_drift(const Standing *standing, const char *from, const GPtrArray *chain,
			GError **error)
{
	const StandingOptions options = {.environment = from,
					 .at = standing->target.commit->oid,
					 .command = "promote",
					 .wait_ms = -1,
					 .no_fetch = true};
	g_autoptr(Standing) live =
		standing_open(standing->repo, &options, &standing->observer, STANDING_READ, error);
	g_autofree char *rows = NULL;
	LedgerRelation relation;

	if (!live)
		return NULL;
	relation = live->ledgers.comparison->relation;
	if (relation == LEDGERS_NOTES_BEHIND)
		return g_strdup("it has records that the notes lack: git migrate sync on its host");
	if (relation != LEDGERS_EQUAL)
		return ledger_comparison_describe(live->ledgers.comparison);
	rows = compare_rows(live, chain, error);
	return rows || (error && *error) ? g_steal_pointer(&rows) : compare_schema(live, error);
}

/* ---- the whole ---- */

/* The settings and policies of the environment before; nothing is asked of its database. */
static Standing *open_before(const Standing *standing, const char *from, GError **error)
{
	const StandingOptions options = {.environment = from,
					 .at = standing->target.commit->oid,
					 .command = "promote",
					 .no_fetch = true,
					 .offline = true};

	return standing_open(standing->repo, &options, NULL, STANDING_TARGET, error);
}

static bool is_newer(const GPtrArray *chain)
{
	return chain->len && ((const Record *)g_ptr_array_index(chain, chain->len - 1))->is_newer;
}

static void read_evidence(const Standing *standing, const Standing *before, Findings *found,
			  PromotionFacts *facts, Verdicts *verdicts)
{
	g_autoptr(GError) drift_error = NULL;

	found->chain = ledger_chain_of(found->notes->records, NULL);
	found->applied = ledger_replay(found->chain, NULL);
	facts->applied = found->applied;
	facts->finish = find_finish(standing, found->chain, &facts->after);
	if (is_newer(found->chain)) {
		facts->unknown = "its last record was written by a newer version of git-migrate";
		return;
	}
	if (facts->finish) {
		found->distrust = distrust_of(standing, before, facts->finish);
		verdicts->witness = g_strdup_printf("%s sha256:%s", facts->from, facts->finish->id);
	}
	found->drift = find_drift(standing, facts->from, found->chain, &drift_error);
	facts->drift_unknown = drift_error != NULL;
	if (drift_error)
		found->drift = g_strdup(drift_error->message);
	facts->drift = found->drift;
	facts->distrust = found->distrust;
}

void admit_ask_promotion(Standing *standing, const GPtrArray *ready, Verdicts *verdicts)
{
	g_auto(Findings) found = {0};
	g_autoptr(GPtrArray) items = ready_migrations_items(ready);
	PromotionFacts facts = {.from = standing->policy->promote_from,
				.commit = standing->target.commit->oid,
				.items = items,
				.now = standing->ledgers.state.time};
	g_autoptr(Standing) before = NULL;
	g_autoptr(GError) why = NULL;

	if (!facts.from)
		return;
	before = open_before(standing, facts.from, &why);
	found.notes = before ? ledger_notes_read(standing->repo, facts.from, true, &why) : NULL;
	if (found.notes)
		read_evidence(standing, before, &found, &facts, verdicts);
	else
		facts.unknown = why->message;
	gate_promotion(standing->policy, &facts, verdicts->gates);
}

char *admit_candidate(GitRepo *repo, const char *environment, GError **error)
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
