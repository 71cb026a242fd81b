/*
 * The text of a record: formatted for signing, and parsed back strictly.
 *
 * The text is a tag object's: four headers, a blank line, the fields below, and the armored
 * signature of a signed ledger. Every field stands on one line, in fixed order; which action has
 * which fields is one table for each released format (src/ledger/format1.c). Whatever deviates by
 * one byte is refused, because bytes after a signature's end are not signed and `git verify-tag`
 * accepts them all the same. A record's id is the SHA-256 of all its bytes, signature included.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "model/record.h"

/* The tag's name: migrate/ENVIRONMENT/SEQUENCE in eight digits. For the caller to free. */
char *ledger_record_tag(const char *environment, gint64 sequence);

/*
 * The tag message of a record, to be handed to git_sign_text(). Line breaks in free texts (error,
 * reason) become spaces. The record must have every field of its action. For the caller to free.
 */
char *ledger_record_message(const Record *record);

/*
 * Parses the whole text; ERR_LEDGER says which line is wrong and why. The result keeps a reference
 * to `raw`; the caller frees it. Of a record in a newer format (is_newer) what can be understood is
 * filled in: who only reads goes on with that, who writes refuses.
 */
Record *ledger_record_parse(GBytes *raw, GError **error);

/*
 * Cuts a note's text into the records that were appended to it: GBytes*, owned. Text that is no
 * record (somebody's own note) is passed over; *foreign (may be NULL) counts such pieces.
 */
GPtrArray *ledger_record_split(GBytes *note, guint *foreign);
