#include "ledger/record.h"

#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "format.h"

#define KIND               "git-migrate record"
#define TAG_PREFIX         "migrate/"
#define ACTION_BIT(action) (1u << (action))
#define OPENS              (ACTION_BIT(RECORD_BEGIN) | ACTION_BIT(RECORD_REVERT))
#define FINISHES           ACTION_BIT(RECORD_FINISH)

char *ledger_record_tag(const char *environment, gint64 sequence)
{
	return g_strdup_printf(TAG_PREFIX "%s/%08" G_GINT64_FORMAT, environment, sequence);
}

/* ---- formatting ---- */

static void append_list(GString *out, const char *name, char *const *values)
{
	for (; values && *values; values++)
		g_string_append_printf(out, "%s%s\n", name, *values);
}

char *ledger_record_message(const Record *record)
{
	const RecordFormat *format = record_format_newest();
	GString *out = g_string_new(NULL);

	g_string_append_printf(out, KIND " %" G_GINT64_FORMAT "\n", format->number);
	fields_append(out, &format->table, record);
	append_list(out, "approval sha256:", record->approvals);
	append_list(out, "override ", record->overrides);
	g_string_append_printf(out, "items %u\n", record->items->len);
	for (guint i = 0; i < record->items->len; i++)
		format->append_item(out, record, g_ptr_array_index(record->items, i));
	return g_string_free(out, FALSE);
}

/* ---- parsing ---- */

static bool read_items(FieldReader *reader, const RecordFormat *format, Record *record,
		       GError **error)
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
		item = format->parse_item(record, text);
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
	const bool ok = fields_read_headers(reader, KIND, &headers, error);

	record->object = headers.object;
	record->tag = headers.tag;
	record->tagger = headers.tagger;
	record->format = headers.format;
	return ok;
}

static bool is_consistent(const FieldReader *reader, const Record *record, GError **error)
{
	g_autofree char *tag = ledger_record_tag(record->environment, record->sequence);

	return strcmp(tag, record->tag) == 0 ||
	       fields_bad(reader, "the tag's name is not that of its environment and sequence",
			  error);
}

static bool read_body(FieldReader *reader, const RecordFormat *format, Record *record,
		      GError **error)
{
	return fields_read(reader, &format->table, record, error) &&
	       read_lists(reader, record, error) && read_items(reader, format, record, error);
}

/* What this program must know even of a form that it does not: where the record stands in its
 * chain. */
static bool read_newer(FieldReader *reader, Record *record, GError **error)
{
	record->action = RECORD_UNKNOWN;
	record->is_newer = true;
	fields_read_known(reader, &record_format_newest()->table, record);
	return (record->environment && record->ledger && record->database && record->time &&
		record->sequence > 0) ||
	       fields_bad(reader, "it lacks what every record says", error);
}

Record *ledger_record_parse(GBytes *raw, GError **error)
{
	g_autoptr(Record) record = record_new(RECORD_BEGIN);
	const RecordFormat *format;
	FieldReader reader;
	size_t length;
	const void *text = g_bytes_get_data(raw, &length);

	if (!fields_open(&reader, raw, "a record", error) || !read_headers(&reader, record, error))
		return NULL;
	format = record_format_find(record->format);
	if (!(format ? read_body(&reader, format, record, error)
		     : read_newer(&reader, record, error)) ||
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
