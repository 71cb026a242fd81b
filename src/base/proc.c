#include "base/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"

void proc_result_clear(ProcResult *result)
{
	if (result->out)
		g_string_free(result->out, TRUE);
	if (result->err)
		g_string_free(result->err, TRUE);
	*result = (ProcResult){0};
}

/* An open file without a name. */
static int open_unnamed(GError **error)
{
	g_autofree char *path = NULL;
	int fd = g_file_open_tmp("git-migrate-XXXXXX", &path, error);

	if (fd >= 0)
		unlink(path);
	return fd;
}

static bool write_all(int fd, const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t n = write(fd, bytes, length);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		bytes += n;
		length -= (size_t)n;
	}
	return true;
}

static int open_input(const ProcSpec *spec, GError **error)
{
	int fd;

	if (!spec->input)
		return open("/dev/null", O_RDONLY | O_CLOEXEC);
	fd = open_unnamed(error);
	if (fd < 0)
		return -1;
	if (write_all(fd, spec->input, spec->input_length) && lseek(fd, 0, SEEK_SET) == 0)
		return fd;
	error_set(error, ERR_SYSTEM, "cannot write a temporary file: %s", g_strerror(errno));
	close(fd);
	return -1;
}

static GString *read_from_start(int fd)
{
	GString *text = g_string_new(NULL);
	char buffer[65536];
	ssize_t n;

	if (lseek(fd, 0, SEEK_SET) != 0)
		return text;
	while ((n = read(fd, buffer, sizeof buffer)) > 0 || (n < 0 && errno == EINTR))
		if (n > 0)
			g_string_append_len(text, buffer, n);
	return text;
}

/* Runs in the child between fork and exec: only async-signal-safe calls. */
static void become_user(gpointer data)
{
	const ProcSpec *spec = data;

	if (spec->uid == 0)
		return;
	if (setgroups(0, NULL) != 0 || setgid(spec->gid) != 0 || setuid(spec->uid) != 0)
		_exit(126);
}

static int wait_for(GPid pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return 127;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Only GLib's spawn takes strings that it will not change as `char **`. */
static char **unconst(const char *const *strings)
{
	union {
		const char *const *in;
		char **out;
	} cast = {strings};

	return cast.out;
}

static bool spawn_with(const ProcSpec *spec, const int fd[3], int *status, GError **error)
{
	const GSpawnFlags flags = G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD |
				  (fd[0] < 0 ? G_SPAWN_CHILD_INHERITS_STDIN : 0);
	g_autoptr(GError) why = NULL;
	GSpawnChildSetupFunc setup = spec->uid ? become_user : NULL;
	ProcSpec copy = *spec;
	GPid pid;

	if (!g_spawn_async_with_fds(spec->cwd, unconst(spec->argv), unconst(spec->env), flags,
				    setup, &copy, &pid, fd[0], fd[1], fd[2], &why)) {
		error_set(error, ERR_SYSTEM, "cannot run '%s'", spec->argv[0]);
		return error_detail(error, "%s", why->message);
	}
	*status = wait_for(pid);
	return true;
}

bool proc_run(const ProcSpec *spec, ProcResult *result, GError **error)
{
	int fd[3] = {-1, -1, -1};
	bool ok = false;

	fd[0] = open_input(spec, error);
	if (fd[0] >= 0)
		fd[1] = open_unnamed(error);
	if (fd[1] >= 0)
		fd[2] = open_unnamed(error);
	if (fd[2] >= 0 && spawn_with(spec, fd, &result->status, error)) {
		result->out = read_from_start(fd[1]);
		result->err = read_from_start(fd[2]);
		ok = true;
	}
	for (int i = 0; i < 3; i++)
		if (fd[i] >= 0)
			close(fd[i]);
	return ok;
}

bool proc_run_through(const ProcSpec *spec, int *status, GError **error)
{
	int fd[3] = {-1, -1, -1};
	bool ok;

	if (spec->input && (fd[0] = open_input(spec, error)) < 0)
		return false;
	ok = spawn_with(spec, fd, status, error);
	if (fd[0] >= 0)
		close(fd[0]);
	return ok;
}

/* In the child: away from the terminal and the process group, whose end must not be ours. */
static void leave_session(gpointer data)
{
	(void)data;
	setsid();
}

bool proc_start_detached(const ProcSpec *spec, const char *log, GError **error)
{
	const int fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	g_autoptr(GError) why = NULL;
	bool ok;

	if (fd < 0)
		return error_set(error, ERR_SYSTEM, "cannot write '%s': %s", log,
				 g_strerror(errno));
	ok = g_spawn_async_with_fds(spec->cwd, unconst(spec->argv), unconst(spec->env),
				    G_SPAWN_SEARCH_PATH, leave_session, NULL, NULL, -1, fd, fd,
				    &why);
	close(fd);
	if (!ok) {
		error_set(error, ERR_SYSTEM, "cannot run '%s'", spec->argv[0]);
		error_detail(error, "%s", why->message);
	}
	return ok;
}

bool proc_run_ok(const ProcSpec *spec, ProcResult *result, GError **error)
{
	const char *said;

	if (!proc_run(spec, result, error))
		return false;
	if (result->status == 0)
		return true;
	said = result->err->len ? result->err->str : result->out->str;
	error_set(error, ERR_SYSTEM, "'%s%s%s' failed with status %d", spec->argv[0],
		  spec->argv[1] ? " " : "", spec->argv[1] ? spec->argv[1] : "", result->status);
	if (*said) {
		g_autofree char *text = g_strchomp(g_strdup(said));
		error_detail(error, "%s", text);
	}
	return false;
}
