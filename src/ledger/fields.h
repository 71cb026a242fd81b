/*
 * The form that all signed texts share: a tag object's headers, a first line that names the kind,
 * one field per line in fixed order, and an armored signature that ends the text. Records and
 * approvals are tables of such fields.
 *
 * Whatever deviates by one byte is refused, because bytes after a signature's end are not signed
 * and `git verify-tag` accepts them all the same.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

#define TEXT_MAX (64u << 20) /* bytes; a larger text is refused */

typedef enum {
	FIELD_WORDS,  /* one line, not empty */
	FIELD_MAYBE,  /* one line, or "none" */
	FIELD_QUOTED, /* free text in double quotes, or "none" */
	FIELD_DIGEST, /* sha256: and 64 digits */
	FIELD_MAYBE_DIGEST,
	FIELD_NUMBER, /* from 1 */
	FIELD_CHOICE, /* one of `words` */
} FieldKind;

typedef struct {
	const char *name;
	unsigned variants; /* bit N: texts of variant N have this field */
	FieldKind kind;
	size_t offset; /* in the struct that the table is for: char *, gint64 or an enum */
	const char *(*word)(guint choice);
	guint words;
} Field;

#define EVERY_VARIANT (~0u)

typedef struct {
	const Field *fields;
	guint count;
	size_t variant; /* offset of the enum that says which variant the text is, itself a field */
	bool has_variants;
} FieldTable;

/* Appends the fields of the struct's variant, a line each; line breaks in free texts become spaces.
 */
void fields_append(GString *out, const FieldTable *table, const void *value);

typedef struct {
	const char *what; /* "a record", for errors */
	const char *at;
	const char *end;
	unsigned line;
} FieldReader;

/* A reader of the whole text; ERR_LEDGER when it is empty, too large, or not plain UTF-8 (what it
 * says is printed to terminals). */
bool fields_open(FieldReader *reader, GBytes *raw, const char *what, GError **error);

/* ERR_LEDGER with the line; always false. */
bool fields_bad(const FieldReader *reader, const char *why, GError **error);

/* The next line must be NAME, a space and a value, which the caller frees. */
bool fields_next(FieldReader *reader, const char *name, char **value, GError **error);

/* The tag's headers, the blank line, and the line that names the kind of text. */
typedef struct {
	char *object;
	char *tag;
	char *tagger;
	gint64 format; /* the number behind the kind */
} FieldHeaders;

/* Reads them; the last line must be `kind` ("git-migrate record"), a space and a number. The texts
 * are the caller's, also after a failure. */
bool fields_read_headers(FieldReader *reader, const char *kind, FieldHeaders *headers,
			 GError **error);

/*
 * Reads what can be understood of a text in a newer format: the fields of the table that stand on
 * any of its lines, in any order; everything else is passed over, up to the signature.
 */
void fields_read_known(FieldReader *reader, const FieldTable *table, void *value);

/* Reads the fields of the struct's variant, each in its place. */
bool fields_read(FieldReader *reader, const FieldTable *table, void *value, GError **error);

/* As many lines "NAME VALUE" as stand there; the values, NULL-terminated. With `digests` each must
 * be sha256: and 64 digits, and the digits are kept. */
char **fields_read_list(FieldReader *reader, const char *name, bool digests, GError **error);

/* A whole number without sign or leading zero. */
bool fields_parse_number(const char *text, gint64 *number);

/* The digits of "sha256:...", inside the text, or NULL. */
const char *fields_digest_of(const char *text);

/* Exactly one armored block up to the very end of the text, or nothing at all. */
bool fields_read_signature(FieldReader *reader, bool *is_signed, GError **error);

/*
 * Cuts a note's text into the signed texts that were appended to it, by the beginning of their
 * tags' names
 * ("migrate/"): GBytes*, owned. Text that is none (somebody's own note) is passed over; *foreign
 * (may be NULL) counts it.
 */
GPtrArray *fields_split(GBytes *note, const char *tag_prefix, guint *foreign);
