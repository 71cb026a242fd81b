#include "gate/promotion.h"

#include <string.h>

#include "base/text.h"

static Gate *judge_deployment(const PromotionFacts *facts)
{
	g_autofree char *deploy = g_strdup_printf("git migrate up --env %s", facts->from);

	if (facts->unknown)
		return gate_new(GATE_PROMOTION, GATE_FAILED, "git migrate sync",
				"the ledger of '%s' is not known: %s", facts->from, facts->unknown);
	if (!facts->finish)
		return gate_new(GATE_PROMOTION, GATE_FAILED, deploy,
				"the migrations of commit %.7s were never deployed to '%s'",
				facts->commit, facts->from);
	if (facts->distrust) {
		g_autofree char *verify =
			g_strdup_printf("git migrate verify --env %s", facts->from);
		return gate_new(GATE_PROMOTION, GATE_FAILED, verify,
				"record %" G_GINT64_FORMAT " of '%s' is not to be trusted: %s",
				facts->finish->sequence, facts->from, facts->distrust);
	}
	if (facts->after)
		return gate_new(GATE_PROMOTION, GATE_FAILED, deploy,
				"'%s' was changed after it: record %" G_GINT64_FORMAT " (%s)",
				facts->from, facts->after->sequence,
				record_action_name(facts->after->action));
	return gate_new(GATE_PROMOTION, GATE_PASSED, NULL,
			"'%s' deployed %.7s at %.19s, record %" G_GINT64_FORMAT, facts->from,
			facts->finish->object, facts->finish->time, facts->finish->sequence);
}

/* Milliseconds from one time to another, both ISO 8601. */
static gint64 milliseconds_between(const char *from, const char *to)
{
	g_autoptr(GDateTime) start = g_date_time_new_from_iso8601(from, NULL);
	g_autoptr(GDateTime) end = g_date_time_new_from_iso8601(to, NULL);

	return start && end ? g_date_time_difference(end, start) / 1000 : 0;
}

static Gate *judge_soak(const Policy *policy, const PromotionFacts *facts)
{
	const gint64 age =
		facts->finish ? milliseconds_between(facts->finish->time, facts->now) : 0;
	g_autofree char *wanted = text_duration(policy->soak_ms);
	g_autofree char *is = text_duration(age);
	g_autofree char *rest = text_duration(policy->soak_ms - age);
	g_autofree char *remedy = g_strdup_printf("wait for another %s", rest);

	if (!facts->finish)
		return gate_new(GATE_SOAK, GATE_WAITING, "deploy it there first",
				"it has not begun in '%s'", facts->from);
	if (age < policy->soak_ms)
		return gate_new(GATE_SOAK, GATE_WAITING, remedy, "%s of %s in '%s'", is, wanted,
				facts->from);
	return gate_new(GATE_SOAK, GATE_PASSED, NULL, "%s in '%s'; %s are asked for", is,
			facts->from, wanted);
}

static Gate *judge_drift(const PromotionFacts *facts)
{
	g_autofree char *look = g_strdup_printf(
		"look: git migrate diff --env %s (the schema), git migrate verify --env %s (the "
		"ledgers)",
		facts->from, facts->from);

	if (facts->drift_unknown)
		return gate_new(GATE_DRIFT, GATE_FAILED, "make its database reachable from here",
				"the database of '%s' cannot be asked: %s", facts->from,
				facts->drift);
	if (facts->drift)
		return gate_new(GATE_DRIFT, GATE_FAILED, look, "in '%s': %s", facts->from,
				facts->drift);
	return gate_new(GATE_DRIFT, GATE_PASSED, NULL, "the database of '%s' is as its records say",
			facts->from);
}

static Gate *refuse_order(const PromotionFacts *facts, const char *format, const char *id,
			  const char *other)
{
	g_auto(GStrv) part = g_strsplit(format, "%s", 3);
	g_autofree char *found = g_strconcat(part[0], id, part[1], other, part[2], NULL);

	return gate_new(
		GATE_ORDER, GATE_FAILED,
		"deploy this commit to it first; a '-- migrate: requires ID' line fixes an order",
		"in '%s' %s", facts->from, found);
}

static Gate *judge_order(const PromotionFacts *facts)
{
	const Applied *before = NULL;

	for (guint i = 0; i < facts->items->len; i++) {
		const RecordItem *item = g_ptr_array_index(facts->items, i);
		const Applied *row =
			facts->applied ? applied_set_get(facts->applied, item->id) : NULL;

		if (!row)
			return refuse_order(facts, "'%s' is not applied%s", item->id, "");
		if (strcmp(row->blob, item->blob) != 0)
			return refuse_order(facts, "'%s' ran with another text%s", item->id, "");
		if (before && row->position < before->position)
			return refuse_order(facts, "'%s' ran before '%s'", row->id, before->id);
		before = row;
	}
	return gate_new(GATE_ORDER, GATE_PASSED, NULL, "the same %u in the same order",
			facts->items->len);
}

void gate_promotion(const Policy *policy, const PromotionFacts *facts, GPtrArray *gates)
{
	if (!policy->promote_from)
		return;
	g_ptr_array_add(gates, judge_deployment(facts));
	if (policy->soak_ms)
		g_ptr_array_add(gates, judge_soak(policy, facts));
	g_ptr_array_add(gates, judge_drift(facts));
	g_ptr_array_add(gates, judge_order(facts));
}
