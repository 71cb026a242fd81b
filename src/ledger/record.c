#include "ledger/record.h"

#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "fields.h"

#define FIRST_LINE         "git-migrate record 1"
#define TAG_PREFIX         "migrate/"
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
	{"action", EVERY_VARIANT, FIELD_CHOICE, AT(action), action_word, RECORD_CHECKPOINT + 1},
	{"environment", EVERY_VARIANT, FIELD_WORDS, AT(environment), NULL, 0},
	{"ledger", EVERY_VARIANT, FIELD_WORDS, AT(ledger), NULL, 0},
	{"database", EVERY_VARIANT, FIELD_WORDS, AT(database), NULL, 0},
	{"sequence", EVERY_VARIANT, FIELD_NUMBER, AT(sequence), NULL, 0},
	{"previous", EVERY_VARIANT, FIELD_MAYBE_DIGEST, AT(previous), NULL, 0},
	{"ref", EVERY_VARIANT, FIELD_MAYBE, AT(ref), NULL, 0},
	{"release", EVERY_VARIANT, FIELD_MAYBE, AT(release), NULL, 0},
	{"policy", EVERY_VARIANT, FIELD_MAYBE, AT(policy), NULL, 0},
	{"time", EVERY_VARIANT, FIELD_WORDS, AT(time), NULL, 0},
	{"tool", EVERY_VARIANT, FIELD_WORDS, AT(tool), NULL, 0},
	{"plan", OPENS, FIELD_MAYBE_DIGEST, AT(plan), NULL, 0},
	{"witness", OPENS, FIELD_MAYBE, AT(witness), NULL, 0},
	{"begin", FINISHES, FIELD_DIGEST, AT(begin), NULL, 0},
	{"outcome", FINISHES, FIELD_CHOICE, AT(outcome), outcome_word, OUTCOME_CRASHED + 1},
	{"failed", FINISHES, FIELD_MAYBE, AT(failed), NULL, 0},
	{"error", FINISHES, FIELD_QUOTED, AT(error), NULL, 0},
	{"snapshot", FINISHES, FIELD_MAYBE, AT(snapshot), NULL, 0},
	{"backup", FINISHES, FIELD_QUOTED, AT(backup), NULL, 0},
	{"reason", EVERY_VARIANT, FIELD_QUOTED, AT(reason), NULL, 0},
	{"abandoned", ACTION_BIT(RECORD_RESTORE), FIELD_MAYBE_DIGEST, AT(abandoned), NULL, 0},
};

static const FieldTable table = {fields, G_N_ELEMENTS(fields), AT(action), true};

char *ledger_record_tag(const char *environment, gint64 sequence)
{
	return g_strdup_printf(TAG_PREFIX "%s/%08" G_GINT64_FORMAT, environment, sequence);
}

/* ---- formatting ---- */

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

static void append_list(GString *out, const char *name, char *const *values)
{
	for (; values && *values; values++)
		g_string_append_printf(out, "%s%s\n", name, *values);
}

char *ledger_record_message(const Record *record)
{
	GString *out = g_string_new(FIRST_LINE "\n");

	fields_append(out, &table, record);
	append_list(out, "approval sha256:", record->approvals);
	append_list(out, "override ", record->overrides);
	g_string_append_printf(out, "items %u\n", record->items->len);
	for (guint i = 0; i < record->items->len; i++)
		append_item(out, record, g_ptr_array_index(record->items, i));
	return g_string_free(out, FALSE);
}

/* ---- parsing ---- */

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

static bool read_items(FieldReader *reader, Record *record, GError **error)
{
	g_autofree char *count_text = NULL;
	gint64 count;

	if (!fields_next(reader, "items", &count_text, error))
		return false;
	if (!fields_parse_number(count_text, &count))
		return fields_bad(reader, "wrong count of items", error);
	for (gint64 i = 0; i < count; i++) {
		g_autofree char *text = NULL;
		RecordItem *item;

		if (!fields_next(reader, "item", &text, error))
			return false;
		item = record->action == RECORD_FINISH ? parse_outcome_item(text)
						       : parse_plan_item(text);
		if (!item)
			return fields_bad(reader, "wrong item", error);
		g_ptr_array_add(record->items, item);
	}
	return true;
}

/* Approvals and overrides belong to deployments. */
static bool read_lists(FieldReader *reader, Record *record, GError **error)
{
	const unsigned bit = ACTION_BIT(record->action);

	record->approvals = fields_read_list(reader, "approval", true, error);
	if (!record->approvals)
		return false;
	record->overrides = fields_read_list(reader, "override", false, error);
	if (!record->overrides)
		return false;
	if (*record->approvals && !(OPENS & bit))
		return fields_bad(reader, "wrong approval", error);
	return !*record->overrides || ((OPENS | FINISHES) & bit) ||
	       fields_bad(reader, "wrong override", error);
}

static bool read_headers(FieldReader *reader, Record *record, GError **error)
{
	FieldHeaders headers = {0};
	const bool ok = fields_read_headers(reader, FIRST_LINE, &headers, error);

	record->object = headers.object;
	record->tag = headers.tag;
	record->tagger = headers.tagger;
	return ok;
}

static bool is_consistent(const FieldReader *reader, const Record *record, GError **error)
{
	g_autofree char *tag = ledger_record_tag(record->environment, record->sequence);

	return strcmp(tag, record->tag) == 0 ||
	       fields_bad(reader, "the tag's name is not that of its environment and sequence",
			  error);
}

Record *ledger_record_parse(GBytes *raw, GError **error)
{
	g_autoptr(Record) record = record_new(RECORD_BEGIN);
	FieldReader reader;
	size_t length;
	const void *text = g_bytes_get_data(raw, &length);

	if (!fields_open(&reader, raw, "a record", error) ||
	    !read_headers(&reader, record, error) || !fields_read(&reader, &table, record, error) ||
	    !read_lists(&reader, record, error) || !read_items(&reader, record, error) ||
	    !fields_read_signature(&reader, &record->is_signed, error) ||
	    !is_consistent(&reader, record, error))
		return NULL;
	record->raw = g_bytes_ref(raw);
	record->id = text_sha256(text, length);
	return g_steal_pointer(&record);
}

GPtrArray *ledger_record_split(GBytes *note, guint *foreign)
{
	return fields_split(note, TAG_PREFIX, foreign);
}
