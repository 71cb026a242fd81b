/*
 * Child processes: run a program with bytes for its input, and collect all it says.
 *
 * Input and output go through unlinked temporary files, so no amount of either can block. The child
 * stays in our process group: Ctrl-C reaches it too. A program is named by an argument vector,
 * never by a shell line.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

typedef struct {
	const char *const *argv; /* NULL-terminated; argv[0] is searched for in PATH */
	const char *const *env;  /* the whole environment, or NULL to inherit ours */
	const char *cwd;         /* or NULL to stay here */
	const void *input;       /* bytes for its standard input, or NULL for /dev/null */
	size_t input_length;
	uid_t uid; /* become this user and group first; 0 stays as we are */
	gid_t gid;
} ProcSpec;

typedef struct {
	int status; /* exit status, or 128 + signal */
	GString *out;
	GString *err;
} ProcResult;

/* Frees what it holds; it is all zero afterwards. */
void proc_result_clear(ProcResult *result);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ProcResult, proc_result_clear)

/*
 * Runs the program to its end. Fails (ERR_SYSTEM) only when it could not be started; what it made
 * of it is in result->status. `result` must be zeroed or cleared, and is the caller's to clear.
 */
bool proc_run(const ProcSpec *spec, ProcResult *result, GError **error);

/*
 * Runs the program on our own standard output and error, and with `input` or else our own standard
 * input. *status as in ProcResult. Fails only when it could not be started.
 */
bool proc_run_through(const ProcSpec *spec, int *status, GError **error);

/* Starts the program in a session of its own, with all it says appended to the file `log`, and does
 * not wait for it. */
bool proc_start_detached(const ProcSpec *spec, const char *log, GError **error);

/* The same as proc_run(), and an exit status other than 0 is an error (ERR_SYSTEM) whose detail is
 * what the program said. */
bool proc_run_ok(const ProcSpec *spec, ProcResult *result, GError **error);
