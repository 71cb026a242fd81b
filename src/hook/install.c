#include "hook/install.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/file.h"
#include "config/config.h"
#include "hook/hook.h"

#define CALL            "git migrate hook "
#define PREVIOUS_SUFFIX ".git-migrate-prev"
#define SECTION         "hook.git-migrate-"

void hook_status_free(HookStatus *status)
{
	if (!status)
		return;
	g_free(status->path);
	g_free(status->line);
	g_free(status);
}

const char *hook_state_name(HookState state)
{
	static const char *const names[] = {
		[HOOK_ABSENT] = "not installed",
		[HOOK_STUB] = "installed",
		[HOOK_CHAINED] = "installed, runs the earlier hook first",
		[HOOK_SETTING] = "installed in git's configuration",
		[HOOK_FOREIGN] = "another tool's, does not call git-migrate",
		[HOOK_CALLED] = "another tool's, calls git-migrate",
		[HOOK_LOST] = "lost: another tool has put its file over ours",
	};

	return names[state];
}

/* ---- places ---- */

static char *hooks_folder(GitRepo *repo, GError **error)
{
	const char *const words[] = {"rev-parse", "--git-path", "hooks", NULL};
	g_autofree char *said = git_repo_run(repo, words, error);

	return said ? g_canonicalize_filename(g_strchomp(said), NULL) : NULL;
}

static char *hook_path(GitRepo *repo, const char *name, GError **error)
{
	g_autofree char *folder = hooks_folder(repo, error);

	return folder ? g_build_filename(folder, name, NULL) : NULL;
}

char *hook_previous_path(GitRepo *repo, const char *name, GError **error)
{
	g_autofree char *path = hook_path(repo, name, error);

	return path ? g_strconcat(path, PREVIOUS_SUFFIX, NULL) : NULL;
}

/* ---- what git can ---- */

static bool knows_hook_settings(GitRepo *repo)
{
	const char *const words[] = {"version", NULL};
	g_autofree char *said = git_repo_run(repo, words, NULL);
	unsigned major = 0, minor = 0;

	if (!said || sscanf(said, "git version %u.%u", &major, &minor) != 2)
		return false;
	return major > 2 || (major == 2 && minor >= 54);
}

static bool set_setting(GitRepo *repo, const char *key, const char *value, GError **error)
{
	const char *const words[] = {"config", "--local", key, value, NULL};
	g_autofree char *said = git_repo_run(repo, words, error);

	return said;
}

/* A setting that is not there is as good as unset. */
static void unset_setting(GitRepo *repo, const char *key)
{
	const char *const words[] = {"config", "--local", "--unset-all", key, NULL};
	g_autofree char *said = git_repo_run(repo, words, NULL);

	(void)said;
}

static char *setting_key(const char *name, const char *variable)
{
	return g_strdup_printf(SECTION "%s.%s", name, variable);
}

static bool is_set(GitRepo *repo, const char *name)
{
	g_autofree char *key = setting_key(name, "command");

	return git_repo_config(repo, key) != NULL;
}

/* The stub's two lines as one; git appends the arguments (git-config(1), "hook.<name>.command"). */
static char *setting_command(const Hook *hook)
{
	static const char arguments[] = " \"$@\"\n";
	g_auto(GStrv) lines = g_strsplit(hook->text, "\n", 3);
	g_autofree char *call = g_strndup(lines[2], strlen(lines[2]) - strlen(arguments));

	return g_strjoin("; ", lines[1], call, NULL);
}

static bool write_settings(GitRepo *repo, const Hook *hook, GError **error)
{
	g_autofree char *event = setting_key(hook->name, "event");
	g_autofree char *command = setting_key(hook->name, "command");
	g_autofree char *text = setting_command(hook);

	return set_setting(repo, event, hook->name, error) &&
	       set_setting(repo, command, text, error);
}

/* ---- files ---- */

static bool calls_us(const char *path)
{
	g_autofree char *text = NULL;

	return g_file_get_contents(path, &text, NULL, NULL) && strstr(text, CALL);
}

static bool is_ours(const char *path, const Hook *hook)
{
	g_autofree char *text = NULL;

	return g_file_get_contents(path, &text, NULL, NULL) && strcmp(text, hook->text) == 0;
}

static bool move_file(const char *from, const char *to, GError **error)
{
	return g_rename(from, to) == 0 ||
	       error_set(error, ERR_SYSTEM, "cannot rename '%s' to '%s': %s", from, to,
			 g_strerror(errno));
}

static bool write_stub(const char *path, const Hook *hook, GError **error)
{
	const mode_t executable = 0755;

	if (!file_write(path, hook->text, strlen(hook->text), error))
		return false;
	return g_chmod(path, executable) == 0 ||
	       error_set(error, ERR_SYSTEM, "cannot make '%s' executable: %s", path,
			 g_strerror(errno));
}

static bool have_same_bytes(const char *path, const char *other)
{
	g_autofree char *left = NULL;
	g_autofree char *right = NULL;

	return g_file_get_contents(path, &left, NULL, NULL) &&
	       g_file_get_contents(other, &right, NULL, NULL) && strcmp(left, right) == 0;
}

/* Neither of two hooks that were there may be lost. A tool that was installed again wrote what is
 * kept already. */
static bool keep_previous(const char *path, const char *previous, GError **error)
{
	if (!g_file_test(path, G_FILE_TEST_EXISTS) || have_same_bytes(path, previous))
		return true;
	if (!g_file_test(previous, G_FILE_TEST_EXISTS))
		return move_file(path, previous, error);
	error_set(error, ERR_SYSTEM, "'%s' and '%s' both hold a hook that is not ours", path,
		  previous);
	return error_hint(error, "keep one of them: the second one runs before ours");
}

static bool install_stub(const char *path, const char *previous, const Hook *hook, GError **error)
{
	g_autofree char *folder = g_path_get_dirname(path);

	if (is_ours(path, hook))
		return true;
	/* An older text of ours is replaced, anything else is kept. */
	if (!calls_us(path) && !keep_previous(path, previous, error))
		return false;
	if (g_mkdir_with_parents(folder, 0777) != 0)
		return error_set(error, ERR_SYSTEM, "cannot make folder '%s': %s", folder,
				 g_strerror(errno));
	return write_stub(path, hook, error);
}

/* ---- states ---- */

/* Where other tools are told what to run: below the folder above core.hooksPath (husky), or in
 * files at the root. */
static bool is_called_elsewhere(GitRepo *repo, const char *path, const char *name)
{
	static const char *const files[] = {"lefthook.yml", ".lefthook.yml", "lefthook.yaml",
					    ".pre-commit-config.yaml"};
	g_autofree char *folder = g_path_get_dirname(path);
	g_autofree char *above = g_path_get_dirname(folder);
	g_autofree char *husky = g_build_filename(above, name, NULL);
	const char *root = git_repo_work_dir(repo);
	bool found = git_repo_config(repo, "core.hooksPath") && calls_us(husky);

	for (guint i = 0; i < G_N_ELEMENTS(files) && root && !found; i++) {
		g_autofree char *file = g_build_filename(root, files[i], NULL);
		g_autofree char *call = g_strconcat(CALL, name, NULL);
		g_autofree char *text = NULL;

		found = g_file_get_contents(file, &text, NULL, NULL) && strstr(text, call);
	}
	return found;
}

static HookState state_of_file(GitRepo *repo, const char *path, const char *previous,
			       const Hook *hook)
{
	const bool has_previous = g_file_test(previous, G_FILE_TEST_EXISTS);

	if (!g_file_test(path, G_FILE_TEST_EXISTS))
		return HOOK_ABSENT;
	if (is_ours(path, hook))
		return has_previous ? HOOK_CHAINED : HOOK_STUB;
	if (calls_us(path) || is_called_elsewhere(repo, path, hook->name))
		return HOOK_CALLED;
	return has_previous ? HOOK_LOST : HOOK_FOREIGN;
}

static HookStatus *status_of(GitRepo *repo, const Hook *hook, GError **error)
{
	g_autofree char *path = hook_path(repo, hook->name, error);
	g_autofree char *previous = path ? g_strconcat(path, PREVIOUS_SUFFIX, NULL) : NULL;
	HookStatus *status;

	if (!path)
		return NULL;
	status = g_new0(HookStatus, 1);
	status->name = hook->name;
	status->state =
		is_set(repo, hook->name) ? HOOK_SETTING : state_of_file(repo, path, previous, hook);
	status->path = g_steal_pointer(&path);
	return status;
}

static GPtrArray *new_statuses(void)
{
	return g_ptr_array_new_with_free_func((GDestroyNotify)hook_status_free);
}

GPtrArray *hook_statuses(GitRepo *repo, GError **error)
{
	g_autoptr(GPtrArray) statuses = new_statuses();

	for (const Hook *hook = hook_table; hook->name; hook++) {
		HookStatus *status = status_of(repo, hook, error);
		if (!status)
			return NULL;
		g_ptr_array_add(statuses, status);
	}
	return g_steal_pointer(&statuses);
}

/* ---- installing ---- */

/* A deploy host needs the merge, a server what it receives, a developer all the rest. */
static bool is_wanted(const Hook *hook, const HookInstallation *wanted)
{
	if (wanted->server || hook->on_server)
		return wanted->server && hook->on_server;
	return !wanted->deploy || strcmp(hook->name, "post-merge") == 0;
}

static HookStatus *by_hand(GitRepo *repo, const Hook *hook, const char *path)
{
	HookStatus *status = g_new0(HookStatus, 1);

	status->name = hook->name;
	status->state = calls_us(path) || is_called_elsewhere(repo, path, hook->name)
				? HOOK_CALLED
				: HOOK_FOREIGN;
	status->path = g_strdup(path);
	if (status->state == HOOK_FOREIGN)
		status->line = g_strdup_printf(CALL "%s -- \"$@\"", hook->name);
	return status;
}

static HookStatus *install_one(GitRepo *repo, const Hook *hook, bool by_settings, bool force,
			       GError **error)
{
	g_autofree char *path = hook_path(repo, hook->name, error);
	g_autofree char *previous = path ? g_strconcat(path, PREVIOUS_SUFFIX, NULL) : NULL;
	HookStatus *status;

	if (!path)
		return NULL;
	if (!by_settings && git_repo_config(repo, "core.hooksPath") && !force)
		return by_hand(repo, hook, path);
	if (by_settings ? !write_settings(repo, hook, error)
			: !install_stub(path, previous, hook, error))
		return NULL;
	status = g_new0(HookStatus, 1);
	status->name = hook->name;
	status->state = by_settings ? HOOK_SETTING : state_of_file(repo, path, previous, hook);
	status->path = g_steal_pointer(&path);
	return status;
}

/* An environment that does not exist would never be deployed, and nobody would be told. In an empty
 * repository nothing can be looked up yet. */
static bool check_environments(GitRepo *repo, const char *names, GError **error)
{
	g_autofree char *head = git_repo_find_commit(repo, "HEAD");
	g_autoptr(Project) project = head ? config_read_project(repo, head, error) : NULL;
	g_auto(GStrv) list = g_strsplit_set(names, " ,", -1);

	if (!head)
		return true;
	for (char **name = project ? list : NULL; name && *name; name++) {
		g_autoptr(Policy) environment =
			**name ? config_read_policy(repo, head, project, *name, error) : NULL;
		if (**name && !environment)
			return false;
	}
	return project;
}

static bool write_choices(GitRepo *repo, const HookInstallation *wanted, GError **error)
{
	if (wanted->deploy && !set_setting(repo, "migrate.autoDeploy", wanted->deploy, error))
		return false;
	if (wanted->follow && !set_setting(repo, "migrate.follow", "true", error))
		return false;
	return !wanted->background || set_setting(repo, "migrate.background", "true", error);
}

bool hook_install(GitRepo *repo, const HookInstallation *wanted, GPtrArray **statuses,
		  GError **error)
{
	g_autoptr(GPtrArray) done = new_statuses();
	const bool by_settings = knows_hook_settings(repo);

	if (wanted->deploy && !check_environments(repo, wanted->deploy, error))
		return false;
	for (const Hook *hook = hook_table; hook->name; hook++) {
		HookStatus *status;

		if (!is_wanted(hook, wanted))
			continue;
		status = install_one(repo, hook, by_settings, wanted->force, error);
		if (!status)
			return false;
		g_ptr_array_add(done, status);
	}
	if (!write_choices(repo, wanted, error))
		return false;
	*statuses = g_steal_pointer(&done);
	return true;
}

/* ---- uninstalling ---- */

static bool remove_stub(const HookStatus *status, GError **error)
{
	g_autofree char *previous = g_strconcat(status->path, PREVIOUS_SUFFIX, NULL);

	/* What another tool put over ours is the newer one of the two that are kept. */
	if (status->state == HOOK_LOST && have_same_bytes(status->path, previous))
		return file_remove_tree(previous, error);
	if (status->state != HOOK_STUB && status->state != HOOK_CHAINED)
		return true;
	if (g_unlink(status->path) != 0)
		return error_set(error, ERR_SYSTEM, "cannot remove '%s': %s", status->path,
				 g_strerror(errno));
	return status->state == HOOK_STUB || move_file(previous, status->path, error);
}

static bool remove_settings(GitRepo *repo, const HookStatus *status)
{
	g_autofree char *event = setting_key(status->name, "event");
	g_autofree char *command = setting_key(status->name, "command");

	if (status->state == HOOK_SETTING) {
		unset_setting(repo, event);
		unset_setting(repo, command);
	}
	return true;
}

bool hook_uninstall(GitRepo *repo, GPtrArray **statuses, GError **error)
{
	static const char *const choices[] = {"migrate.autoDeploy", "migrate.background",
					      "migrate.follow"};
	g_autoptr(GPtrArray) all = hook_statuses(repo, error);

	for (guint i = 0; all && i < all->len; i++) {
		const HookStatus *status = g_ptr_array_index(all, i);

		if (!remove_settings(repo, status) || !remove_stub(status, error))
			return false;
	}
	if (!all)
		return false;
	for (guint i = 0; i < G_N_ELEMENTS(choices); i++)
		unset_setting(repo, choices[i]);
	for (guint i = all->len; i > 0; i--) {
		const HookState state = ((HookStatus *)g_ptr_array_index(all, i - 1))->state;
		if (state != HOOK_STUB && state != HOOK_CHAINED && state != HOOK_SETTING)
			g_ptr_array_remove_index(all, i - 1);
	}
	*statuses = g_steal_pointer(&all);
	return true;
}
