#include "ledger/record.h"

#include <string.h>

#include "base/error.h"
#include "base/text.h"

#define FIRST_LINE         "git-migrate record 1"
#define ACTION_BIT(action) (1u << (action))
#define PLANS              (ACTION_BIT(RECORD_BEGIN) | ACTION_BIT(RECORD_REVERT))
#define FINISHES           ACTION_BIT(RECORD_FINISH)
#define REASONS                                                                                 \
	(ACTION_BIT(RECORD_ACCEPT) | ACTION_BIT(RECORD_RESTORE) | ACTION_BIT(RECORD_BASELINE) | \
	 ACTION_BIT(RECORD_ADOPT) | ACTION_BIT(RECORD_CHECKPOINT))
#define EVERY (~0u)

typedef enum {
	FIELD_WORDS,  /* one line, not empty */
	FIELD_MAYBE,  /* one line, or "none" */
	FIELD_QUOTED, /* free text in double quotes, or "none" */
	FIELD_RECORD, /* sha256: and 64 digits */
	FIELD_MAYBE_RECORD,
	FIELD_NUMBER, /* from 1 */
	FIELD_ACTION,
	FIELD_OUTCOME,
} FieldKind;

typedef struct {
	const char *name;
	unsigned actions; /* the actions that have it */
	FieldKind kind;
	size_t offset;
} Field;

/* The fields in the order in which they stand; the list of items follows them. */
static const Field fields[] = {
	{"action", EVERY, FIELD_ACTION, offsetof(Record, action)},
	{"environment", EVERY, FIELD_WORDS, offsetof(Record, environment)},
	{"ledger", EVERY, FIELD_WORDS, offsetof(Record, ledger)},
	{"database", EVERY, FIELD_WORDS, offsetof(Record, database)},
	{"sequence", EVERY, FIELD_NUMBER, offsetof(Record, sequence)},
	{"previous", EVERY, FIELD_MAYBE_RECORD, offsetof(Record, previous)},
	{"ref", EVERY, FIELD_MAYBE, offsetof(Record, ref)},
	{"release", EVERY, FIELD_MAYBE, offsetof(Record, release)},
	{"policy", EVERY, FIELD_MAYBE, offsetof(Record, policy)},
	{"time", EVERY, FIELD_WORDS, offsetof(Record, time)},
	{"tool", EVERY, FIELD_WORDS, offsetof(Record, tool)},
	{"begin", FINISHES, FIELD_RECORD, offsetof(Record, begin)},
	{"outcome", FINISHES, FIELD_OUTCOME, offsetof(Record, outcome)},
	{"failed", FINISHES, FIELD_MAYBE, offsetof(Record, failed)},
	{"error", FINISHES, FIELD_QUOTED, offsetof(Record, error)},
	{"snapshot", FINISHES, FIELD_MAYBE, offsetof(Record, snapshot)},
	{"backup", FINISHES, FIELD_QUOTED, offsetof(Record, backup)},
	{"reason", REASONS, FIELD_QUOTED, offsetof(Record, reason)},
	{"abandoned", ACTION_BIT(RECORD_RESTORE), FIELD_MAYBE_RECORD, offsetof(Record, abandoned)},
};

static char **text_place(Record *record, size_t offset)
{
	return (char **)(void *)((char *)record + offset);
}

static const char *text_field(const Record *record, size_t offset)
{
	return *(const char *const *)(const void *)((const char *)record + offset);
}

char *ledger_record_tag(const char *environment, gint64 sequence)
{
	return g_strdup_printf("migrate/%s/%08" G_GINT64_FORMAT, environment, sequence);
}

/* ---- formatting ---- */

static char *in_one_line(const char *text)
{
	char *line = g_strdup(text);

	for (char *c = line; *c; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			*c = ' ';
	return line;
}

static void append_field(GString *out, const Field *field, const Record *record)
{
	const char *text = text_field(record, field->offset);

	switch (field->kind) {
	case FIELD_ACTION:
		text = record_action_name(record->action);
		break;
	case FIELD_OUTCOME:
		text = record_outcome_name(record->outcome);
		break;
	case FIELD_NUMBER:
		g_string_append_printf(out, "%s %" G_GINT64_FORMAT "\n", field->name,
				       record->sequence);
		return;
	case FIELD_QUOTED:
		if (text) {
			g_autofree char *line = in_one_line(text);
			g_string_append_printf(out, "%s \"%s\"\n", field->name, line);
			return;
		}
		break;
	case FIELD_RECORD:
	case FIELD_MAYBE_RECORD:
		if (text) {
			g_string_append_printf(out, "%s sha256:%s\n", field->name, text);
			return;
		}
		break;
	case FIELD_WORDS:
	case FIELD_MAYBE:
		break;
	}
	g_string_append_printf(out, "%s %s\n", field->name, text ? text : "none");
}

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

char *ledger_record_message(const Record *record)
{
	GString *out = g_string_new(FIRST_LINE "\n");
	guint approvals = record->approvals ? g_strv_length(record->approvals) : 0;

	for (guint i = 0; i < G_N_ELEMENTS(fields); i++)
		if (fields[i].actions & ACTION_BIT(record->action))
			append_field(out, &fields[i], record);
	for (guint i = 0; i < approvals; i++)
		g_string_append_printf(out, "approval sha256:%s\n", record->approvals[i]);
	g_string_append_printf(out, "items %u\n", record->items->len);
	for (guint i = 0; i < record->items->len; i++)
		append_item(out, record, g_ptr_array_index(record->items, i));
	return g_string_free(out, FALSE);
}

/* ---- parsing ---- */

typedef struct {
	const char *at;
	const char *end;
	unsigned line;
} Reader;

static bool bad(const Reader *reader, GError **error, const char *why)
{
	return error_set(error, ERR_LEDGER, "not a record: line %u: %s", reader->line, why);
}

/* The next line, without its newline, as a slice of the text. */
static bool next_line(Reader *reader, const char **line, size_t *length, GError **error)
{
	const char *newline = memchr(reader->at, '\n', (size_t)(reader->end - reader->at));

	reader->line++;
	if (!newline)
		return bad(reader, error, "the text ends too early");
	*line = reader->at;
	*length = (size_t)(newline - reader->at);
	reader->at = newline + 1;
	return true;
}

/* The next line must be NAME, a space and a value, which is copied. */
static bool next_value(Reader *reader, const char *name, char **value, GError **error)
{
	const size_t width = strlen(name);
	const char *line;
	size_t length;

	if (!next_line(reader, &line, &length, error))
		return false;
	if (length < width + 2 || strncmp(line, name, width) != 0 || line[width] != ' ') {
		g_autofree char *why = g_strdup_printf("expected '%s'", name);
		return bad(reader, error, why);
	}
	*value = g_strndup(line + width + 1, length - width - 1);
	return true;
}

static bool next_is(Reader *reader, const char *expected, GError **error)
{
	const char *line;
	size_t length;

	if (!next_line(reader, &line, &length, error))
		return false;
	if (length == strlen(expected) && strncmp(line, expected, length) == 0)
		return true;
	g_autofree char *why = g_strdup_printf("expected '%s'", expected);
	return bad(reader, error, why);
}

/* A whole number without sign or leading zero. */
static bool parse_number(const char *text, gint64 *number)
{
	char *end;
	guint64 value;

	if (!g_ascii_isdigit(*text) || (*text == '0' && text[1]) || strlen(text) > 18)
		return false;
	value = g_ascii_strtoull(text, &end, 10);
	*number = (gint64)value;
	return !*end;
}

static const char *digest_of(const char *text)
{
	if (!g_str_has_prefix(text, "sha256:") || !text_is_hex(text + 7, 64))
		return NULL;
	return text + 7;
}

static bool parse_action(const char *text, RecordAction *action)
{
	for (RecordAction a = RECORD_BEGIN; a <= RECORD_CHECKPOINT; a++)
		if (strcmp(record_action_name(a), text) == 0) {
			*action = a;
			return true;
		}
	return false;
}

static bool parse_outcome(const char *text, RecordOutcome *outcome)
{
	for (RecordOutcome o = OUTCOME_DONE; o <= OUTCOME_CRASHED; o++)
		if (strcmp(record_outcome_name(o), text) == 0) {
			*outcome = o;
			return true;
		}
	return false;
}

/* A copy of the text between double quotes, or NULL. */
static char *unquote(const char *text)
{
	size_t length = strlen(text);

	if (length < 2 || text[0] != '"' || text[length - 1] != '"')
		return NULL;
	return g_strndup(text + 1, length - 2);
}

static bool take_text(Record *record, const Field *field, const char *value)
{
	char **place = text_place(record, field->offset);
	const bool none = strcmp(value, "none") == 0;

	if (strchr(value, '\t'))
		return false;
	switch (field->kind) {
	case FIELD_MAYBE:
		*place = none ? NULL : g_strdup(value);
		return true;
	case FIELD_QUOTED:
		*place = none ? NULL : unquote(value);
		return none || *place;
	case FIELD_RECORD:
		*place = g_strdup(digest_of(value));
		return *place;
	case FIELD_MAYBE_RECORD:
		*place = none ? NULL : g_strdup(digest_of(value));
		return none || *place;
	case FIELD_WORDS:
	case FIELD_NUMBER:
	case FIELD_ACTION:
	case FIELD_OUTCOME:
		break;
	}
	*place = g_strdup(value);
	return true;
}

static bool take_value(Record *record, const Field *field, const char *value)
{
	switch (field->kind) {
	case FIELD_ACTION:
		return parse_action(value, &record->action);
	case FIELD_OUTCOME:
		return parse_outcome(value, &record->outcome);
	case FIELD_NUMBER:
		return parse_number(value, &record->sequence) && record->sequence > 0;
	case FIELD_WORDS:
	case FIELD_MAYBE:
	case FIELD_QUOTED:
	case FIELD_RECORD:
	case FIELD_MAYBE_RECORD:
		break;
	}
	return take_text(record, field, value);
}

static bool read_fields(Reader *reader, Record *record, GError **error)
{
	for (guint i = 0; i < G_N_ELEMENTS(fields); i++) {
		g_autofree char *value = NULL;

		if (!(fields[i].actions & ACTION_BIT(record->action)))
			continue;
		if (!next_value(reader, fields[i].name, &value, error))
			return false;
		if (!take_value(record, &fields[i], value)) {
			g_autofree char *why =
				g_strdup_printf("wrong value of '%s'", fields[i].name);
			return bad(reader, error, why);
		}
	}
	return true;
}

/* BLOB sha256:CONTENT MODE ID<tab>PATH */
static RecordItem *parse_plan_item(const char *text)
{
	g_auto(GStrv) word = g_strsplit(text, " ", 4);
	g_autofree char *id = NULL;
	RecordItem *item;
	char *tab;

	if (g_strv_length(word) != 4 || !text_is_hex(word[0], 40) || !digest_of(word[1]))
		return NULL;
	if (strcmp(word[2], "transaction") != 0 && strcmp(word[2], "statements") != 0)
		return NULL;
	tab = strchr(word[3], '\t');
	if (!tab || tab == word[3] || !tab[1] || strchr(tab + 1, '\t'))
		return NULL;
	id = g_strndup(word[3], (gsize)(tab - word[3]));
	item = record_item_new(id);
	item->blob = g_strdup(word[0]);
	item->content = g_strdup(digest_of(word[1]));
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

	if (g_strv_length(word) != 3 || !*word[0] || !*word[2] || !parse_number(word[1], &duration))
		return NULL;
	item = record_item_new(word[2]);
	item->at = g_strdup(word[0]);
	item->duration_ms = duration;
	return item;
}

static bool read_items(Reader *reader, Record *record, GError **error)
{
	g_autofree char *count_text = NULL;
	gint64 count;

	if (!next_value(reader, "items", &count_text, error))
		return false;
	if (!parse_number(count_text, &count))
		return bad(reader, error, "wrong count of items");
	for (gint64 i = 0; i < count; i++) {
		g_autofree char *text = NULL;
		RecordItem *item;

		if (!next_value(reader, "item", &text, error))
			return false;
		item = record->action == RECORD_FINISH ? parse_outcome_item(text)
						       : parse_plan_item(text);
		if (!item)
			return bad(reader, error, "wrong item");
		g_ptr_array_add(record->items, item);
	}
	return true;
}

static bool read_approvals(Reader *reader, Record *record, GError **error)
{
	g_autoptr(GPtrArray) ids = g_ptr_array_new_with_free_func(g_free);

	while (reader->end - reader->at > 9 && strncmp(reader->at, "approval ", 9) == 0) {
		g_autofree char *text = NULL;

		if (!next_value(reader, "approval", &text, error))
			return false;
		if (!(PLANS & ACTION_BIT(record->action)) || !digest_of(text))
			return bad(reader, error, "wrong approval");
		g_ptr_array_add(ids, g_strdup(digest_of(text)));
	}
	g_ptr_array_add(ids, NULL);
	g_strfreev(record->approvals);
	record->approvals = (char **)g_ptr_array_free(g_steal_pointer(&ids), FALSE);
	return true;
}

static bool read_headers(Reader *reader, Record *record, GError **error)
{
	return next_value(reader, "object", &record->object, error) &&
	       (text_is_hex(record->object, 40) || bad(reader, error, "wrong object id")) &&
	       next_is(reader, "type commit", error) &&
	       next_value(reader, "tag", &record->tag, error) &&
	       next_value(reader, "tagger", &record->tagger, error) && next_is(reader, "", error) &&
	       next_is(reader, FIRST_LINE, error);
}

/* The armor that git's signing programs write: the words after BEGIN and END. */
static const char *const armors[] = {"SSH SIGNATURE", "PGP SIGNATURE", "PGP MESSAGE",
				     "SIGNED MESSAGE"};

/* Exactly one armored block up to the very end of the text, or nothing at all. */
static bool read_signature(Reader *reader, Record *record, GError **error)
{
	g_autofree char *last = NULL;
	const char *found = NULL;

	if (reader->at == reader->end)
		return true;
	for (guint i = 0; i < G_N_ELEMENTS(armors) && !found; i++) {
		g_autofree char *begin = g_strdup_printf("-----BEGIN %s-----\n", armors[i]);
		if ((size_t)(reader->end - reader->at) > strlen(begin) &&
		    strncmp(reader->at, begin, strlen(begin)) == 0)
			found = armors[i];
	}
	reader->line++;
	if (!found)
		return bad(reader, error,
			   "there is text behind the record that no signature covers");
	last = g_strdup_printf("\n-----END %s-----\n", found);
	const char *end = g_strstr_len(reader->at, reader->end - reader->at, last);
	if (!end)
		return bad(reader, error, "the signature is cut short");
	if (end + strlen(last) != reader->end)
		return bad(reader, error,
			   "there is text behind the signature that it does not cover");
	record->is_signed = true;
	return true;
}

static bool is_consistent(const Record *record, Reader *reader, GError **error)
{
	g_autofree char *tag = ledger_record_tag(record->environment, record->sequence);

	if (strcmp(tag, record->tag) != 0)
		return bad(reader, error,
			   "the tag's name is not that of its environment and sequence");
	return true;
}

/* The bytes of a text; an empty one has no pointer, and no arithmetic may be done on that. */
static const char *text_of(GBytes *bytes, size_t *length)
{
	const char *text = g_bytes_get_data(bytes, length);

	return text ? text : "";
}

/* Plain UTF-8 without control characters: what a record says is printed to terminals. */
static bool is_plain(const char *text, size_t length)
{
	if (!g_utf8_validate_len(text, length, NULL))
		return false;
	for (size_t i = 0; i < length; i++)
		if (((unsigned char)text[i] < 0x20 && text[i] != '\n' && text[i] != '\t') ||
		    text[i] == 0x7f)
			return false;
	return true;
}

Record *ledger_record_parse(GBytes *raw, GError **error)
{
	g_autoptr(Record) record = record_new(RECORD_BEGIN);
	size_t length;
	const char *text = text_of(raw, &length);
	Reader reader = {text, text + length, 0};
	const Reader *where = &reader;

	if (length == 0 || length > LEDGER_RECORD_MAX)
		return bad(where, error, "empty or too large"), NULL;
	if (!is_plain(text, length))
		return bad(where, error, "not plain UTF-8 text"), NULL;
	if (!read_headers(&reader, record, error) || !read_fields(&reader, record, error) ||
	    !read_approvals(&reader, record, error) || !read_items(&reader, record, error) ||
	    !read_signature(&reader, record, error) || !is_consistent(record, &reader, error))
		return NULL;
	record->raw = g_bytes_ref(raw);
	record->id = text_sha256(text, length);
	return g_steal_pointer(&record);
}

/* ---- notes ---- */

/* Where the next record begins at or after `at`: a line "object HEX" followed by a line "type
 * commit". */
static const char *find_start(const char *at, const char *end)
{
	static const char second[] = "\ntype commit\ntag migrate/";
	const size_t header = strlen("object ") + 40;

	while (at && (size_t)(end - at) > header + sizeof second) {
		if (strncmp(at, "object ", 7) == 0 &&
		    strncmp(at + header, second, sizeof second - 1) == 0)
			return at;
		at = memchr(at, '\n', (size_t)(end - at));
		if (at)
			at++;
	}
	return NULL;
}

GPtrArray *ledger_record_split(GBytes *note, guint *foreign)
{
	GPtrArray *pieces = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
	size_t length;
	const char *text = text_of(note, &length);
	const char *end = text + length;
	const char *start = find_start(text, end);

	if (foreign)
		*foreign = (start ? start != text : length > 0) ? 1 : 0;
	while (start) {
		const char *next = find_start(start + 1, end);
		const char *stop = next ? next : end;

		/* `git notes append` and merges put a blank line between two texts. */
		while (stop - start > 2 && stop[-1] == '\n' && stop[-2] == '\n')
			stop--;
		g_ptr_array_add(pieces, g_bytes_new_from_bytes(note, (gsize)(start - text),
							       (gsize)(stop - start)));
		start = next;
	}
	return pieces;
}
