/*
 * Tables of keys: from them come parsing, defaults and the errors about unknown and wrong values.
 *
 * A key's path joins the levels of the file with dots ("options.lock_timeout"). Its value is
 * checked by its type and stored at its offset in the struct that the table is for.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "yaml/doc.h"

typedef enum {
	KEY_TEXT,         /* not empty */
	KEY_PATH,         /* relative, without "..", stored without trailing slash */
	KEY_BOOL,         /* true or false */
	KEY_FLAG_IN_ENUM, /* one of two words: the second sets the enum at the offset to 1 */
	KEY_COUNT,        /* a whole number from 0 */
	KEY_DURATION,     /* with a unit, or a number of `unit_ms` each */
	KEY_LIST,         /* of texts */
	KEY_IGNORE,       /* of groups: kind, name, reason; IgnoreRule* added to an array */
	KEY_CONNECTION,   /* a ConnectionWord with libpq's keyword `words[0]`, as it is written;
			     the target is a Policy */
} KeyType;

typedef struct {
	const char *path;
	KeyType type;
	size_t offset;
	gint64 unit_ms;       /* KEY_DURATION: 0 when a unit is needed */
	const char *words[2]; /* KEY_FLAG_IN_ENUM: the two; KEY_CONNECTION: libpq's keyword */
} Key;

/* One table and the struct that it fills. */
typedef struct {
	const Key *keys;
	guint count;
	void *target;
	bool expand; /* replace ${VARIABLE}; otherwise texts that contain one are taken as they
			stand */
} KeyTable;

/* A document's keys stand in one of these tables. */
typedef struct {
	const KeyTable *tables;
	guint count;
	const char *file;
} KeyReader;

/* Reads a whole document into the targets. ERR_CONFIG with place. */
bool config_read_keys(const KeyReader *reader, const YamlNode *root, GError **error);

/* Whether a connection's value can be what its libpq keyword wants; else what it must be (static).
 */
const char *config_connection_fault(const char *keyword, const char *value);
