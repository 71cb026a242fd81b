/*
 * Errors: one value that says what happened, where, why, and what to do about it.
 *
 * It is a GError whose message is lower case and without full stop, and which also carries a detail
 * (more lines of why), a hint (something that the reader can do) and a place (file, line, column).
 * Functions that can fail take a `GError **error` last, leave their outputs untouched on failure,
 * and return false or NULL. Nobody below cmd prints.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

/*
 * Every code with its exit status, the interface of git-migrate(1). A code says who has to act; the
 * message says on what. Codes are added at the end of their group.
 */
#define ERROR_CODES(X)                                                                             \
	X(ERR_FOUND, 1)        /* what the command looks for was found */                          \
	X(ERR_UNKNOWN, 2)      /* could not tell: nothing is called clean that was not compared */ \
	X(ERR_FAILED, 3)       /* a migration failed */                                            \
	X(ERR_INTERRUPTED, 3)  /* a migration was interrupted by its user */                       \
	X(ERR_REFUSED, 4)      /* a gate, a ledger or an edit forbids it */                        \
	X(ERR_LOCKED, 5)       /* another deployer holds the lock */                               \
	X(ERR_CONFIG, 128)     /* a setting is wrong */                                            \
	X(ERR_REPOSITORY, 128) /* git or the repository cannot do it */                            \
	X(ERR_MIGRATION, 128)  /* a migration file, name or directive is wrong */                  \
	X(ERR_CONNECTION, 128) /* the server cannot be reached or used */                          \
	X(ERR_SERVER, 128)     /* the server refused what we asked for ourselves */                \
	X(ERR_LEDGER, 128)     /* a record cannot be read, written or signed */                    \
	X(ERR_SYSTEM, 128)     /* a file, a process or the machine */                              \
	X(ERR_USAGE, 129)      /* the command line */

typedef enum {
#define X(code, status) code,
	ERROR_CODES(X)
#undef X
} ErrorCode;

#define BASE_ERROR (base_error_quark())

/* The domain of our errors. */
GQuark base_error_quark(void);

/*
 * Sets *error, unless error is NULL, and always returns false, so that `return error_set(...)`
 * reads well in a function that returns bool. (In one that returns a pointer: `error_set(...);
 * return NULL;`.)
 */
bool error_set(GError **error, ErrorCode code, const char *format, ...) G_GNUC_PRINTF(3, 4);

/* Add to the error that was just set; each does nothing when `error` or `*error` is NULL, and
 * returns false. */
bool error_detail(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* What the reader can do; a second hint stands below the first. */
bool error_hint(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Line and column count from 1; 0 means unknown. A place that is already set stays: the innermost
 * knows best. */
bool error_place(GError **error, const char *file, unsigned line, unsigned column);

/* What was added, or NULL. They belong to the error. */
const char *error_get_detail(const GError *error);

/* What the reader can do, or NULL. */
const char *error_get_hint(const GError *error);

/* The file of its place, or NULL. */
const char *error_get_file(const GError *error);

/* The line of its place, from 1; 0 unknown. */
unsigned error_get_line(const GError *error);

/* The column of its place, in characters from 1; 0 unknown. */
unsigned error_get_column(const GError *error);

/* True when the error is ours and has this code. */
bool error_is(const GError *error, ErrorCode code);

/* Makes an error of ours with code `from` one with code `to`: whoever knows more says what it
 * means. Nothing happens when `error` or `*error` is NULL or has another code. Returns false. */
bool error_change_code(GError **error, ErrorCode from, ErrorCode to);

/* The exit status that the error asks for; 128 for an error of a library. */
int error_exit_status(const GError *error);

/*
 * The error as people read it, for the caller to free: `LABEL: FILE:LINE:COLUMN: MESSAGE`, the
 * detail indented below, and `hint: ...` last. Ends with a newline. Colour only when asked.
 */
char *error_format(const GError *error, const char *label, bool colour);
