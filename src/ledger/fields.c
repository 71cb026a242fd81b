#include "fields.h"

#include <string.h>

#include "base/error.h"
#include "base/text.h"

static bool has_field(const FieldTable *table, guint index, const void *value)
{
	if (!table->has_variants)
		return true;
	const guint *variant = (const void *)((const char *)value + table->variant);

	return table->fields[index].variants & (1u << *variant);
}

/* ---- writing ---- */

static const char *text_in(const void *value, size_t offset)
{
	return *(const char *const *)(const void *)((const char *)value + offset);
}

static void append_text(GString *out, const Field *field, const char *text)
{
	const char *shape = "%s %s\n";

	if (!text)
		text = "none";
	else if (field->kind == FIELD_QUOTED)
		shape = "%s \"%s\"\n";
	else if (field->kind == FIELD_DIGEST || field->kind == FIELD_MAYBE_DIGEST)
		shape = "%s sha256:%s\n";

	g_auto(GStrv) part = g_strsplit(shape, "%s", 3);
	const gsize start = out->len;

	g_string_append(out, field->name);
	g_string_append(out, part[1]);
	g_string_append(out, text);
	for (char *c = out->str + start; *c; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			*c = ' ';
	g_string_append(out, part[2]);
}

static void append_field(GString *out, const Field *field, const void *value)
{
	const void *place = (const char *)value + field->offset;

	if (field->kind == FIELD_NUMBER)
		g_string_append_printf(out, "%s %" G_GINT64_FORMAT "\n", field->name,
				       *(const gint64 *)place);
	else if (field->kind == FIELD_CHOICE)
		append_text(out, field, field->word(*(const guint *)place));
	else
		append_text(out, field, text_in(value, field->offset));
}

void fields_append(GString *out, const FieldTable *table, const void *value)
{
	for (guint i = 0; i < table->count; i++)
		if (has_field(table, i, value))
			append_field(out, &table->fields[i], value);
}

/* ---- lines ---- */

bool fields_bad(const FieldReader *reader, const char *why, GError **error)
{
	return error_set(error, ERR_LEDGER, "not %s: line %u: %s", reader->what, reader->line, why);
}

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

/* The bytes of a text; an empty one has no pointer, and no arithmetic may be done on that. */
static const char *text_of(GBytes *bytes, size_t *length)
{
	const char *text = g_bytes_get_data(bytes, length);

	return text ? text : "";
}

bool fields_open(FieldReader *reader, GBytes *raw, const char *what, GError **error)
{
	size_t length;
	const char *text = text_of(raw, &length);

	*reader = (FieldReader){what, text, text + length, 0};
	if (length == 0 || length > TEXT_MAX)
		return fields_bad(reader, "empty or too large", error);
	return is_plain(text, length) || fields_bad(reader, "not plain UTF-8 text", error);
}

/* The next line, without its newline, as a slice of the text. */
static bool next_line(FieldReader *reader, const char **line, size_t *length, GError **error)
{
	const char *newline = memchr(reader->at, '\n', (size_t)(reader->end - reader->at));

	reader->line++;
	if (!newline)
		return fields_bad(reader, "the text ends too early", error);
	*line = reader->at;
	*length = (size_t)(newline - reader->at);
	reader->at = newline + 1;
	return true;
}

static bool expected(const FieldReader *reader, const char *name, GError **error)
{
	g_autofree char *why = g_strdup_printf("expected '%s'", name);

	return fields_bad(reader, why, error);
}

bool fields_next(FieldReader *reader, const char *name, char **value, GError **error)
{
	const size_t width = strlen(name);
	const char *line = NULL;
	size_t length = 0;

	if (!next_line(reader, &line, &length, error))
		return false;
	if (length < width + 2 || strncmp(line, name, width) != 0 || line[width] != ' ')
		return expected(reader, name, error);
	*value = g_strndup(line + width + 1, length - width - 1);
	return true;
}

static bool next_is(FieldReader *reader, const char *text, GError **error)
{
	const char *line = NULL;
	size_t length = 0;

	if (!next_line(reader, &line, &length, error))
		return false;
	return (length == strlen(text) && strncmp(line, text, length) == 0) ||
	       expected(reader, text, error);
}

static bool read_kind(FieldReader *reader, const char *kind, gint64 *number, GError **error)
{
	g_autofree char *text = NULL;

	if (!fields_next(reader, kind, &text, error))
		return false;
	return (fields_parse_number(text, number) && *number > 0) ||
	       fields_bad(reader, "wrong number of its format", error);
}

bool fields_read_headers(FieldReader *reader, const char *kind, FieldHeaders *headers,
			 GError **error)
{
	return fields_next(reader, "object", &headers->object, error) &&
	       (text_is_hex(headers->object, 40) || fields_bad(reader, "wrong object id", error)) &&
	       next_is(reader, "type commit", error) &&
	       fields_next(reader, "tag", &headers->tag, error) &&
	       fields_next(reader, "tagger", &headers->tagger, error) &&
	       next_is(reader, "", error) && read_kind(reader, kind, &headers->format, error);
}

/* ---- values ---- */

bool fields_parse_number(const char *text, gint64 *number)
{
	char *end;
	guint64 value;

	if (!g_ascii_isdigit(*text) || (*text == '0' && text[1]) || strlen(text) > 18)
		return false;
	value = g_ascii_strtoull(text, &end, 10);
	*number = (gint64)value;
	return !*end;
}

const char *fields_digest_of(const char *text)
{
	if (!g_str_has_prefix(text, "sha256:") || !text_is_hex(text + 7, 64))
		return NULL;
	return text + 7;
}

static bool parse_choice(const Field *field, const char *text, guint *choice)
{
	for (guint i = 0; i < field->words; i++)
		if (strcmp(field->word(i), text) == 0) {
			*choice = i;
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

static bool take_text(char **place, FieldKind kind, const char *value)
{
	const bool may_be_none =
		kind == FIELD_MAYBE || kind == FIELD_QUOTED || kind == FIELD_MAYBE_DIGEST;

	if (strchr(value, '\t'))
		return false;
	g_clear_pointer(place, g_free);
	if (may_be_none && strcmp(value, "none") == 0)
		return true;
	if (kind == FIELD_QUOTED)
		*place = unquote(value);
	else if (kind == FIELD_DIGEST || kind == FIELD_MAYBE_DIGEST)
		*place = g_strdup(fields_digest_of(value));
	else
		*place = g_strdup(value);
	return *place;
}

static bool take_value(const Field *field, void *place, const char *value)
{
	if (field->kind == FIELD_CHOICE)
		return parse_choice(field, value, place);
	if (field->kind == FIELD_NUMBER)
		return fields_parse_number(value, place) && *(gint64 *)place > 0;
	return take_text(place, field->kind, value);
}

bool fields_read(FieldReader *reader, const FieldTable *table, void *value, GError **error)
{
	for (guint i = 0; i < table->count; i++) {
		const Field *field = &table->fields[i];
		g_autofree char *text = NULL;

		if (!has_field(table, i, value))
			continue;
		if (!fields_next(reader, field->name, &text, error))
			return false;
		if (!take_value(field, (char *)value + field->offset, text)) {
			g_autofree char *why = g_strdup_printf("wrong value of '%s'", field->name);
			return fields_bad(reader, why, error);
		}
	}
	return true;
}

/* The armor that git's signing programs write: the words after BEGIN and END. */
static const char *const armors[] = {"SSH SIGNATURE", "PGP SIGNATURE", "PGP MESSAGE",
				     "SIGNED MESSAGE"};

static const char *armor_at(const FieldReader *reader)
{
	for (guint i = 0; i < G_N_ELEMENTS(armors); i++) {
		g_autofree char *begin = g_strdup_printf("-----BEGIN %s-----\n", armors[i]);
		if ((size_t)(reader->end - reader->at) > strlen(begin) &&
		    strncmp(reader->at, begin, strlen(begin)) == 0)
			return armors[i];
	}
	return NULL;
}

static void take_known(const FieldTable *table, void *value, const char *line)
{
	for (guint i = 0; i < table->count; i++) {
		const Field *field = &table->fields[i];
		const size_t width = strlen(field->name);

		if (strncmp(line, field->name, width) == 0 && line[width] == ' ')
			take_value(field, (char *)value + field->offset, line + width + 1);
	}
}

void fields_read_known(FieldReader *reader, const FieldTable *table, void *value)
{
	const char *line = NULL;
	size_t length = 0;

	while (reader->at < reader->end && !armor_at(reader) &&
	       next_line(reader, &line, &length, NULL)) {
		g_autofree char *text = g_strndup(line, length);

		take_known(table, value, text);
	}
}

static bool stands_there(const FieldReader *reader, const char *name)
{
	const size_t width = strlen(name);

	return (size_t)(reader->end - reader->at) > width &&
	       strncmp(reader->at, name, width) == 0 && reader->at[width] == ' ';
}

char **fields_read_list(FieldReader *reader, const char *name, bool digests, GError **error)
{
	g_autoptr(GPtrArray) values = g_ptr_array_new_with_free_func(g_free);

	while (stands_there(reader, name)) {
		g_autofree char *text = NULL;
		const char *kept;

		if (!fields_next(reader, name, &text, error))
			return NULL;
		kept = digests ? fields_digest_of(text) : text;
		if (!kept || strchr(kept, '\t')) {
			g_autofree char *why = g_strdup_printf("wrong value of '%s'", name);
			fields_bad(reader, why, error);
			return NULL;
		}
		g_ptr_array_add(values, g_strdup(kept));
	}
	g_ptr_array_add(values, NULL);
	return (char **)g_ptr_array_free(g_steal_pointer(&values), FALSE);
}

/* ---- the signature ---- */

bool fields_read_signature(FieldReader *reader, bool *is_signed, GError **error)
{
	g_autofree char *last = NULL;
	const char *armor, *end;

	*is_signed = false;
	if (reader->at == reader->end)
		return true;
	armor = armor_at(reader);
	reader->line++;
	if (!armor)
		return fields_bad(reader, "there is text behind it that no signature covers",
				  error);
	last = g_strdup_printf("\n-----END %s-----\n", armor);
	end = g_strstr_len(reader->at, reader->end - reader->at, last);
	if (!end)
		return fields_bad(reader, "the signature is cut short", error);
	if (end + strlen(last) != reader->end)
		return fields_bad(
			reader, "there is text behind the signature that it does not cover", error);
	*is_signed = true;
	return true;
}

/* ---- notes ---- */

/* Where the next text begins at or after `at`: a line "object HEX", then "type commit", then a tag
 * of this prefix. */
static const char *find_start(const char *at, const char *end, const char *second)
{
	const size_t header = strlen("object ") + 40;

	while (at && (size_t)(end - at) > header + strlen(second)) {
		if (strncmp(at, "object ", 7) == 0 &&
		    strncmp(at + header, second, strlen(second)) == 0)
			return at;
		at = memchr(at, '\n', (size_t)(end - at));
		if (at)
			at++;
	}
	return NULL;
}

GPtrArray *fields_split(GBytes *note, const char *tag_prefix, guint *foreign)
{
	GPtrArray *pieces = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
	g_autofree char *second = g_strconcat("\ntype commit\ntag ", tag_prefix, NULL);
	size_t length;
	const char *text = text_of(note, &length);
	const char *end = text + length;
	const char *start = find_start(text, end, second);

	if (foreign)
		*foreign = (start ? start != text : length > 0) ? 1 : 0;
	while (start) {
		const char *next = find_start(start + 1, end, second);
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
