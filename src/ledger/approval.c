#include "ledger/approval.h"

#include <string.h>

#include "base/text.h"
#include "fields.h"

#define KIND       "git-migrate approval"
#define TAG_PREFIX "migrate-approval/"
#define TAG_DIGITS 16

#define AT(member) offsetof(Approval, member)

static const Field fields[] = {
	{.name = "environment",
	 .variants = EVERY_VARIANT,
	 .kind = FIELD_WORDS,
	 .offset = AT(environment)},
	{.name = "plan", .variants = EVERY_VARIANT, .kind = FIELD_DIGEST, .offset = AT(plan)},
	{.name = "time", .variants = EVERY_VARIANT, .kind = FIELD_WORDS, .offset = AT(time)},
	{.name = "expires", .variants = EVERY_VARIANT, .kind = FIELD_WORDS, .offset = AT(expires)},
	{.name = "comment", .variants = EVERY_VARIANT, .kind = FIELD_QUOTED, .offset = AT(comment)},
};

/* The released forms of an approval's text by the number in its first line, from 1; written is the
 * last. */
static const FieldTable formats[] = {{fields, G_N_ELEMENTS(fields), 0, false}};

void approval_free(Approval *approval)
{
	if (!approval)
		return;
	g_free(approval->object);
	g_free(approval->tag);
	g_free(approval->tagger);
	g_free(approval->environment);
	g_free(approval->plan);
	g_free(approval->time);
	g_free(approval->expires);
	g_free(approval->comment);
	g_free(approval->id);
	g_clear_pointer(&approval->raw, g_bytes_unref);
	g_free(approval);
}

char *ledger_approval_tag(const Approval *approval)
{
	return g_strdup_printf(TAG_PREFIX "%s/%.*s", approval->environment, TAG_DIGITS,
			       approval->plan);
}

char *ledger_approval_message(const Approval *approval)
{
	const guint newest = G_N_ELEMENTS(formats);
	GString *out = g_string_new(NULL);

	g_string_append_printf(out, KIND " %u\n", newest);
	fields_append(out, &formats[newest - 1], approval);
	return g_string_free(out, FALSE);
}

/* An approval of a newer version may bind more than this one could check: it does not count. */
static bool read_headers(FieldReader *reader, Approval *approval, const FieldTable **table,
			 GError **error)
{
	FieldHeaders headers = {0};
	const bool ok = fields_read_headers(reader, KIND, &headers, error);

	approval->object = headers.object;
	approval->tag = headers.tag;
	approval->tagger = headers.tagger;
	if (!ok)
		return false;
	if (headers.format > (gint64)G_N_ELEMENTS(formats))
		return fields_bad(reader, "it was written by a newer version", error);
	*table = &formats[headers.format - 1];
	return true;
}

static bool is_consistent(const FieldReader *reader, const Approval *approval, GError **error)
{
	g_autofree char *tag = ledger_approval_tag(approval);

	return strcmp(tag, approval->tag) == 0 ||
	       fields_bad(reader, "the tag's name is not that of its environment and plan", error);
}

Approval *ledger_approval_parse(GBytes *raw, GError **error)
{
	g_autoptr(Approval) approval = g_new0(Approval, 1);
	const FieldTable *table = NULL;
	FieldReader reader;
	size_t length;
	const void *text = g_bytes_get_data(raw, &length);

	if (!fields_open(&reader, raw, "an approval", error) ||
	    !read_headers(&reader, approval, &table, error) ||
	    !fields_read(&reader, table, approval, error) ||
	    !fields_read_signature(&reader, &approval->is_signed, error) ||
	    !is_consistent(&reader, approval, error))
		return NULL;
	approval->raw = g_bytes_ref(raw);
	approval->id = text_sha256(text, length);
	return g_steal_pointer(&approval);
}

GPtrArray *ledger_approval_split(GBytes *note)
{
	return fields_split(note, TAG_PREFIX, NULL);
}
