#include "git/repo.h"

#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "base/borrow.h"
#include "base/error.h"
#include "base/proc.h"
#include "internal.h"

/* ---- errors and ids ---- */

bool git_internal_fail(GError **error, const char *format, ...)
{
	const git_error *why = git_error_last();
	g_autofree char *message = NULL;
	va_list args;

	va_start(args, format);
	message = g_strdup_vprintf(format, args);
	va_end(args);
	error_set(error, ERR_REPOSITORY, "%s", message);
	return why && why->message ? error_detail(error, "%s", why->message) : false;
}

bool git_internal_oid(git_oid *oid, const char *text, GError **error)
{
	if (strlen(text) == GIT_OID_HEXSZ && git_oid_fromstr(oid, text) == 0)
		return true;
	return error_set(error, ERR_REPOSITORY, "'%s' is no object id", text);
}

char *git_internal_text(const git_oid *oid)
{
	char *text = g_malloc(GIT_OID_HEXSZ + 1);

	return git_oid_tostr(text, GIT_OID_HEXSZ + 1, oid);
}

/* ---- asking git ---- */

static bool run_git(const char *const *argv, ProcResult *result, GError **error)
{
	g_auto(GStrv) env = g_environ_setenv(g_get_environ(), "LC_ALL", "C", TRUE);
	const ProcSpec spec = {.argv = argv, .env = (const char *const *)env};

	return proc_run(&spec, result, error);
}

/* The command's own name, behind git's global options: "-C DIR", "--work-tree=DIR". */
static const char *name_of(const char *const *arguments)
{
	while (**arguments == '-' && arguments[1])
		arguments += strcmp(*arguments, "-C") == 0 && arguments[2] ? 2 : 1;
	return *arguments;
}

GBytes *git_repo_run_bytes(const GitRepo *repo, const char *const *arguments, GError **error)
{
	g_autoptr(GPtrArray) argv = g_ptr_array_new();
	g_autofree char *dir = g_strconcat("--git-dir=", repo->dir, NULL);
	g_auto(ProcResult) result = {0};

	borrow_add(argv, "git");
	g_ptr_array_add(argv, dir);
	for (const char *const *each = arguments; *each; each++)
		borrow_add(argv, *each);
	g_ptr_array_add(argv, NULL);
	if (!run_git((const char *const *)argv->pdata, &result, error))
		return NULL;
	if (result.status == 0)
		return g_string_free_to_bytes(g_steal_pointer(&result.out));
	error_set(error, ERR_REPOSITORY, "'git %s' failed", name_of(arguments));
	g_strchomp(result.err->str);
	error_detail(error, "%s", result.err->str);
	return NULL;
}

char *git_repo_run(const GitRepo *repo, const char *const *arguments, GError **error)
{
	g_autoptr(GBytes) said = git_repo_run_bytes(repo, arguments, error);
	size_t length;
	const char *text = said ? g_bytes_get_data(said, &length) : NULL;

	return said ? g_strndup(text ? text : "", text ? length : 0) : NULL;
}

/* ---- opening ---- */

static void start_libgit2(void)
{
	static bool started;
	/* Extensions that change nothing for a reader of objects and refs
	 * (gitrepository-layout(5)). */
	const char *extensions[] = {"worktreeconfig", "relativeworktrees", "preciousobjects"};

	if (started)
		return;
	started = true;
	git_libgit2_init();
	git_libgit2_opts(GIT_OPT_SET_EXTENSIONS, extensions, G_N_ELEMENTS(extensions));
	/* Git was asked before and has judged the owner; libgit2 1.5 does not know
	 * safe.directory=*. */
	git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
}

static bool refuse_place(const ProcResult *said, GError **error)
{
	const bool ownership = strstr(said->err->str, "dubious ownership") != NULL;

	g_strchomp(said->err->str);
	error_set(error, ERR_REPOSITORY,
		  ownership ? "git does not trust this repository: it belongs to somebody else"
			    : "there is no git repository here");
	error_detail(error, "%s", said->err->str);
	return error_hint(
		error, ownership
			       ? "git config --global --add safe.directory FOLDER, if you trust it"
			       : "change into a repository, or make one: git init");
}

static char *absolute(const char *path)
{
	g_autofree char *real = g_canonicalize_filename(path, NULL);

	return g_steal_pointer(&real);
}

static bool fill_places(GitRepo *repo, char **line, GError **error)
{
	if (g_strv_length(line) < 5)
		return error_set(error, ERR_REPOSITORY,
				 "git rev-parse answered in an unknown form");
	repo->dir = g_strdup(line[0]);
	repo->common_dir = absolute(line[1]);
	repo->bare = strcmp(line[2], "true") == 0;
	repo->shallow = strcmp(line[3], "true") == 0;
	if (strcmp(line[4], "sha1") == 0)
		return true;
	error_set(error, ERR_REPOSITORY,
		  "this repository has %s objects, and libgit2 " LIBGIT2_VERSION
		  " reads only SHA-1 ones",
		  line[4]);
	return error_hint(error, "use a clone with --object-format=sha1 for deployments");
}

/* One question to git: it decides whether there is a repository, and whether its owner is trusted.
 */
static bool ask_places(GitRepo *repo, GError **error)
{
	const char *const argv[] = {"git",
				    "rev-parse",
				    "--absolute-git-dir",
				    "--git-common-dir",
				    "--is-bare-repository",
				    "--is-shallow-repository",
				    "--show-object-format",
				    NULL};
	g_auto(ProcResult) said = {0};
	g_auto(GStrv) line = NULL;

	if (!run_git(argv, &said, error))
		return false;
	if (said.status != 0)
		return refuse_place(&said, error);
	line = g_strsplit(said.out->str, "\n", -1);
	return fill_places(repo, line, error);
}

static bool open_handle(GitRepo *repo, GError **error)
{
	const git_error *why;

	start_libgit2();
	if (git_repository_open_ext(&repo->handle, repo->dir, GIT_REPOSITORY_OPEN_NO_SEARCH,
				    NULL) == 0)
		return true;
	why = git_error_last();
	if (why && strstr(why->message, "refstorage")) {
		error_set(error, ERR_REPOSITORY,
			  "this repository keeps its refs as a reftable, which "
			  "libgit2 " LIBGIT2_VERSION " cannot read");
		return error_hint(error, "git refs migrate --ref-format=files");
	}
	git_internal_fail(error, "cannot open the repository in '%s'", repo->dir);
	return error_hint(
		error,
		"git-migrate needs a repository with SHA-1 objects and the files ref format");
}

bool git_internal_may_write(const GitRepo *repo, GError **error)
{
	return !repo->quarantined ||
	       error_set(error, ERR_REPOSITORY,
			 "nothing may be written while a push is being judged");
}

/* The objects of a push that is being judged lie apart (git-receive-pack(1), "QUARANTINE
 * ENVIRONMENT"). */
static bool see_quarantine(GitRepo *repo, GError **error)
{
	const char *folder = g_getenv("GIT_QUARANTINE_PATH");
	git_odb *database = NULL;
	int failed;

	if (!folder)
		return true;
	repo->quarantined = true;
	failed = git_repository_odb(&database, repo->handle);
	if (!failed)
		failed = git_odb_add_disk_alternate(database, folder);
	git_odb_free(database);
	return !failed || git_internal_fail(error, "cannot see what was pushed in '%s'", folder);
}

/* libgit2 takes the folder around the Git directory for the work tree, which holds unless that was
 * put elsewhere (git-init(1), --separate-git-dir) or GIT_WORK_TREE is set: then git is asked, which
 * says nothing from within the Git directory. */
static void find_work_dir(GitRepo *repo)
{
	static const char *const argv[] = {"git", "rev-parse", "--show-toplevel", NULL};
	const char *guess = git_repository_workdir(repo->handle);
	g_autofree char *link = guess ? g_build_filename(guess, ".git", NULL) : NULL;
	g_auto(ProcResult) said = {0};

	if (repo->bare || !guess)
		return;
	if (!g_getenv("GIT_WORK_TREE") && g_file_test(link, G_FILE_TEST_EXISTS))
		repo->work_dir = g_strdup(guess);
	else if (run_git(argv, &said, NULL) && said.status == 0)
		repo->work_dir = g_strndup(said.out->str, strcspn(said.out->str, "\n"));
	if (repo->work_dir && strlen(repo->work_dir) > 1 && g_str_has_suffix(repo->work_dir, "/"))
		repo->work_dir[strlen(repo->work_dir) - 1] = '\0';
}

GitRepo *git_repo_open(GError **error)
{
	g_autoptr(GitRepo) repo = g_new0(GitRepo, 1);

	if (!ask_places(repo, error) || !open_handle(repo, error) || !see_quarantine(repo, error))
		return NULL;
	find_work_dir(repo);
	return g_steal_pointer(&repo);
}

void git_repo_free(GitRepo *repo)
{
	if (!repo)
		return;
	git_repository_free(repo->handle);
	g_free(repo->dir);
	g_free(repo->common_dir);
	g_free(repo->work_dir);
	g_clear_pointer(&repo->config, g_hash_table_unref);
	g_clear_pointer(&repo->origins, g_hash_table_unref);
	g_free(repo);
}

const char *git_repo_dir(const GitRepo *repo)
{
	return repo->dir;
}

const char *git_repo_common_dir(const GitRepo *repo)
{
	return repo->common_dir;
}

const char *git_repo_work_dir(const GitRepo *repo)
{
	return repo->work_dir;
}

bool git_repo_is_bare(const GitRepo *repo)
{
	return repo->bare;
}

bool git_repo_is_shallow(const GitRepo *repo)
{
	return repo->shallow;
}

/* ---- settings ---- */

/* Reads ORIGIN NUL KEY LF VALUE NUL ...; a key without value is "true". */
static void parse_config(GitRepo *repo, const GString *text)
{
	const char *at = text->str, *end = text->str + text->len;

	while (at < end) {
		const char *origin = at;
		const char *entry = origin + strlen(origin) + 1;
		const char *newline;
		g_autofree char *key = NULL;

		if (entry >= end)
			return;
		newline = strchr(entry, '\n');
		key = newline ? g_strndup(entry, (gsize)(newline - entry)) : g_strdup(entry);
		g_hash_table_replace(repo->origins, g_strdup(key), g_strdup(origin));
		g_hash_table_replace(repo->config, g_steal_pointer(&key),
				     g_strdup(newline ? newline + 1 : "true"));
		at = entry + strlen(entry) + 1;
	}
}

/* Through git, because libgit2 does not know GIT_CONFIG_COUNT (`git -c`), GIT_CONFIG_GLOBAL or
 * config.worktree. */
static void load_config(GitRepo *repo)
{
	g_autofree char *dir = g_strconcat("--git-dir=", repo->dir, NULL);
	const char *const argv[] = {"git", dir, "config", "-z", "--show-origin", "--list", NULL};
	g_auto(ProcResult) said = {0};

	repo->config = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	repo->origins = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	if (run_git(argv, &said, NULL) && said.status == 0)
		parse_config(repo, said.out);
}

/* Section and variable names are spelled in lower case by git; the subsection between the dots
 * keeps its case. */
static char *canonical_key(const char *key)
{
	char *copy = g_strdup(key);
	char *first = strchr(copy, '.'), *last = strrchr(copy, '.');

	for (char *c = copy; *c; c++)
		if (!first || c <= first || c >= last)
			*c = g_ascii_tolower(*c);
	return copy;
}

const char *git_repo_config(GitRepo *repo, const char *key)
{
	g_autofree char *canonical = canonical_key(key);

	if (!repo->config)
		load_config(repo);
	return g_hash_table_lookup(repo->config, canonical);
}

bool git_repo_config_bool(GitRepo *repo, const char *key, bool otherwise)
{
	static const char *const words[][2] = {
		{"false", "true"}, {"no", "yes"}, {"off", "on"}, {"", "1"}};
	const char *value = git_repo_config(repo, key);
	gint64 number;

	if (!value)
		return otherwise;
	for (guint i = 0; i < G_N_ELEMENTS(words); i++)
		for (guint j = 0; j < G_N_ELEMENTS(words[i]); j++)
			if (g_ascii_strcasecmp(value, words[i][j]) == 0)
				return j == 1;
	return g_ascii_string_to_signed(value, 10, G_MININT32, G_MAXINT32, &number, NULL)
		       ? number != 0
		       : otherwise;
}

bool git_repo_config_is_tracked(GitRepo *repo, const char *key)
{
	g_autofree char *canonical = canonical_key(key);
	g_autofree char *file = NULL;
	g_autofree char *inside = NULL;
	g_autofree char *git_inside = NULL;
	const char *origin;

	if (!git_repo_config(repo, key) || !repo->work_dir)
		return false;
	origin = g_hash_table_lookup(repo->origins, canonical);
	if (!origin || !g_str_has_prefix(origin, "file:"))
		return false;
	file = g_canonicalize_filename(origin + strlen("file:"), NULL);
	inside = g_strconcat(repo->work_dir, "/", NULL);
	git_inside = g_strconcat(repo->common_dir, "/", NULL);
	return g_str_has_prefix(file, inside) && !g_str_has_prefix(file, git_inside);
}
