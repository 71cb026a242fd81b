#include "standing/standing.h"

#include <string.h>

#include "base/error.h"
#include "internal.h"

/* ---- the steps ---- */

/* In the order in which they are taken: each stands on those above it that a command asks for. */
static const struct {
	StandingNeed need;
	bool (*take)(Standing *standing, GError **error);
} steps[] = {
	{STANDING_TARGET, standing_read_target},   {STANDING_SESSION, standing_open_session},
	{STANDING_LOCK, standing_take_lock},       {STANDING_FETCH, standing_fetch},
	{STANDING_LEDGERS, standing_read_ledgers}, {STANDING_NOTES, standing_read_notes},
	{STANDING_SETTLED, standing_settle},       {STANDING_ROWS, standing_read_rows},
	{STANDING_LINEUP, standing_read_lineup},   {STANDING_ORDER, standing_read_order},
};

bool standing_need(Standing *standing, unsigned needs, GError **error)
{
	for (guint i = 0; i < G_N_ELEMENTS(steps); i++) {
		if (!(needs & steps[i].need) || (standing->taken & steps[i].need))
			continue;
		if (!steps[i].take(standing, error))
			return false;
		standing->taken |= steps[i].need;
	}
	return true;
}

Standing *standing_new(GitRepo *repo, const StandingOptions *options, const Observer *observer)
{
	Standing *standing = g_new0(Standing, 1);

	standing->repo = repo;
	standing->options = *options;
	if (observer)
		standing->observer = *observer;
	standing->ledgers.written = g_ptr_array_new_with_free_func((GDestroyNotify)record_free);
	return standing;
}

Standing *standing_open(GitRepo *repo, const StandingOptions *options, const Observer *observer,
			unsigned needs, GError **error)
{
	g_autoptr(Standing) standing = standing_new(repo, options, observer);

	return standing_need(standing, needs, error) ? g_steal_pointer(&standing) : NULL;
}

/* ---- the end ---- */

static void target_clear(Target *target)
{
	git_revision_free(target->commit);
	g_free(target->ref);
	g_free(target->release);
}

static void ledgers_clear(Ledgers *ledgers)
{
	ledger_state_clear(&ledgers->state);
	ledger_sync_clear(&ledgers->sync);
	g_clear_pointer(&ledgers->links, g_ptr_array_unref);
	ledger_notes_free(ledgers->notes);
	ledger_comparison_free(ledgers->comparison);
	record_free(ledgers->last);
	g_free(ledgers->head_commit);
	g_ptr_array_unref(ledgers->written);
	trees_clear(&ledgers->trees);
}

void standing_forget_lineup(Standing *standing)
{
	g_clear_pointer(&standing->order, lineup_order_free);
	g_clear_pointer(&standing->lineup, lineup_free);
	standing->taken &= ~(unsigned)(STANDING_ROWS | STANDING_LINEUP | STANDING_ORDER);
}

void standing_free(Standing *standing)
{
	if (!standing)
		return;
	standing_forget_lineup(standing);
	applied_set_free(standing->noted);
	ledgers_clear(&standing->ledgers);
	pg_session_free(standing->session);
	g_free(standing->policy_name);
	policy_store_free(standing->policies);
	target_clear(&standing->target);
	policy_free(standing->proposed);
	settings_free(standing->settings);
	project_free(standing->project);
	g_free(standing);
}

/* ---- the lineup ---- */

static bool read_lineup(Standing *standing, bool whole, GError **error)
{
	g_autoptr(AppliedSet) applied = NULL;
	g_auto(GStrv) partial = NULL;

	if (standing->lineup)
		return true;
	if (standing->session && standing->ledgers.state.present) {
		applied = ledger_database_applied(standing->session, whole, error);
		partial = applied ? ledger_database_partial(standing->session, error) : NULL;
		if (!partial)
			return false;
	} else {
		applied = g_steal_pointer(&standing->noted);
	}
	standing->lineup = lineup_new(standing->repo, standing->target.commit->oid,
				      standing->project->migrations, g_steal_pointer(&applied),
				      g_steal_pointer(&partial), error);
	/* Who deploys plans on the rows. */
	return standing->lineup &&
	       (!(standing->taken & STANDING_SETTLED) || standing_prove_rows(standing, error));
}

bool standing_read_rows(Standing *standing, GError **error)
{
	return read_lineup(standing, true, error);
}

bool standing_read_lineup(Standing *standing, GError **error)
{
	return read_lineup(standing, false, error);
}

bool standing_read_order(Standing *standing, GError **error)
{
	const Record *last = standing->ledgers.last;
	/* A developer's database goes back and forth: what was deployed last bounds nothing there.
	 */
	const char *boundary = last && standing->policy->mode != MODE_FOLLOW ? last->object : NULL;

	standing->order = lineup_order_new(standing->repo, standing->lineup,
					   standing_name(standing), boundary, error);
	if (standing->order && standing->order->off_chain)
		observer_say(&standing->observer, EVENT_WARNING,
			     "the last deployed commit %.12s is not on the first-parent history of "
			     "this one: what landed since is ordered from their merge base",
			     boundary);
	return standing->order;
}

bool standing_refuse_edits(const Standing *standing, GError **error)
{
	const GPtrArray *edits = standing->lineup->plan->edits;

	for (guint i = 0; i < edits->len; i++) {
		const PlanEdit *edit = g_ptr_array_index(edits, i);

		if (edit->kind == EDIT_COSMETIC)
			observer_say(&standing->observer, EVENT_WARNING,
				     "migration '%s' was edited after it was applied, without "
				     "changing what it means",
				     edit->applied->id);
	}
	return lineup_refuse_edits(standing->repo, standing->lineup, standing->target.commit->oid,
				   standing_name(standing), error);
}

/* ---- small questions ---- */

const char *standing_name(const Standing *standing)
{
	return standing->settings->name;
}

bool standing_is_private(const Standing *standing)
{
	return policy_is_private(standing->proposed);
}

const Record *standing_open_record(const Standing *standing)
{
	const Record *last = standing->ledgers.last;

	return last && (last->action == RECORD_BEGIN || last->action == RECORD_REVERT) ? last
										       : NULL;
}

RunLimits standing_limits(const Standing *standing)
{
	const Settings *settings = standing->settings;

	return (RunLimits){.migration_timeout_ms = settings->migration_timeout_ms,
			   .statement_timeout_ms = settings->statement_timeout_ms,
			   .lock_timeout_ms = settings->lock_timeout_ms};
}
