/* The first form of records. */
#include <string.h>

#include "base/text.h"
#include "format.h"

#define ACTION_BIT(action) (1u << (action))
#define OPENS              (ACTION_BIT(RECORD_BEGIN) | ACTION_BIT(RECORD_REVERT))
#define FINISHES           ACTION_BIT(RECORD_FINISH)

static const char *action_word(guint action)
{
	return record_action_name((RecordAction)action);
}

static const char *outcome_word(guint outcome)
{
	return record_outcome_name((RecordOutcome)outcome);
}

#define AT(member) offsetof(Record, member)

/* The fields in the order in which they stand; lists of approvals, overrides and items follow them.
 */
static const Field fields[] = {
	{.name = "action",
	 .variants = EVERY_VARIANT,
	 .kind = FIELD_CHOICE,
	 .offset = AT(action),
	 .word = action_word,
	 .words = RECORD_CHECKPOINT + 1},
	{.name = "environment",
	 .variants = EVERY_VARIANT,
	 .kind = FIELD_WORDS,
	 .offset = AT(environment)},
	{.name = "ledger", .variants = EVERY_VARIANT, .kind = FIELD_WORDS, .offset = AT(ledger)},
	{.name = "database",
	 .variants = EVERY_VARIANT,
	 .kind = FIELD_WORDS,
	 .offset = AT(database)},
	{.name = "sequence",
	 .variants = EVERY_VARIANT,
	 .kind = FIELD_NUMBER,
	 .offset = AT(sequence)},
	{.name = "previous",
	 .variants = EVERY_VARIANT,
	 .kind = FIELD_MAYBE_DIGEST,
	 .offset = AT(previous)},
	{.name = "ref", .variants = EVERY_VARIANT, .kind = FIELD_MAYBE, .offset = AT(ref)},
	{.name = "release", .variants = EVERY_VARIANT, .kind = FIELD_MAYBE, .offset = AT(release)},
	{.name = "policy", .variants = EVERY_VARIANT, .kind = FIELD_MAYBE, .offset = AT(policy)},
	{.name = "time", .variants = EVERY_VARIANT, .kind = FIELD_WORDS, .offset = AT(time)},
	{.name = "tool", .variants = EVERY_VARIANT, .kind = FIELD_WORDS, .offset = AT(tool)},
	{.name = "plan", .variants = OPENS, .kind = FIELD_MAYBE_DIGEST, .offset = AT(plan)},
	{.name = "witness", .variants = OPENS, .kind = FIELD_MAYBE, .offset = AT(witness)},
	{.name = "begin", .variants = FINISHES, .kind = FIELD_DIGEST, .offset = AT(begin)},
	{.name = "outcome",
	 .variants = FINISHES,
	 .kind = FIELD_CHOICE,
	 .offset = AT(outcome),
	 .word = outcome_word,
	 .words = OUTCOME_CRASHED + 1},
	{.name = "failed", .variants = FINISHES, .kind = FIELD_MAYBE, .offset = AT(failed)},
	{.name = "error", .variants = FINISHES, .kind = FIELD_QUOTED, .offset = AT(error)},
	{.name = "snapshot", .variants = FINISHES, .kind = FIELD_MAYBE, .offset = AT(snapshot)},
	{.name = "backup", .variants = FINISHES, .kind = FIELD_QUOTED, .offset = AT(backup)},
	{.name = "reason", .variants = EVERY_VARIANT, .kind = FIELD_QUOTED, .offset = AT(reason)},
	{.name = "abandoned",
	 .variants = ACTION_BIT(RECORD_RESTORE),
	 .kind = FIELD_MAYBE_DIGEST,
	 .offset = AT(abandoned)},
};

/* ---- items ---- */

static void append_item(GString *out, const Record *record, const RecordItem *item)
{
	if (record->action == RECORD_FINISH)
		g_string_append_printf(out, "item %s %" G_GINT64_FORMAT " %s\n", item->at,
				       item->duration_ms, item->id);
	else
		g_string_append_printf(
			out, "item %s sha256:%s %s %s\t%s\n", item->blob, item->content,
			item->transaction ? "transaction" : "statements", item->id, item->path);
}

/* BLOB sha256:CONTENT MODE ID<tab>PATH */
static RecordItem *parse_plan_item(const char *text)
{
	g_auto(GStrv) word = g_strsplit(text, " ", 4);
	g_autofree char *id = NULL;
	RecordItem *item;
	char *tab;

	if (g_strv_length(word) != 4 || !text_is_hex(word[0], 40) || !fields_digest_of(word[1]))
		return NULL;
	if (strcmp(word[2], "transaction") != 0 && strcmp(word[2], "statements") != 0)
		return NULL;
	tab = strchr(word[3], '\t');
	if (!tab || tab == word[3] || !tab[1] || strchr(tab + 1, '\t'))
		return NULL;
	id = g_strndup(word[3], (gsize)(tab - word[3]));
	item = record_item_new(id);
	item->blob = g_strdup(word[0]);
	item->content = g_strdup(fields_digest_of(word[1]));
	item->transaction = strcmp(word[2], "transaction") == 0;
	item->path = g_strdup(tab + 1);
	return item;
}

/* TIME MILLISECONDS ID */
static RecordItem *parse_outcome_item(const char *text)
{
	g_auto(GStrv) word = g_strsplit(text, " ", 3);
	RecordItem *item;
	gint64 duration;

	if (g_strv_length(word) != 3 || !*word[0] || !*word[2] ||
	    !fields_parse_number(word[1], &duration))
		return NULL;
	item = record_item_new(word[2]);
	item->at = g_strdup(word[0]);
	item->duration_ms = duration;
	return item;
}

static RecordItem *parse_item(const Record *record, const char *text)
{
	return record->action == RECORD_FINISH ? parse_outcome_item(text) : parse_plan_item(text);
}

const RecordFormat record_format_1 = {
	.number = 1,
	.table = {fields, G_N_ELEMENTS(fields), AT(action), true},
	.append_item = append_item,
	.parse_item = parse_item,
};
