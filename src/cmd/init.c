#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include <stdio.h>

#include "cmd/all.h"
#include "config/config.h"
#include "embed.h"
#include "history/read.h"

static const CommandOption options[] = {
	{.short_name = 'e',
	 .name = "env",
	 .kind = OPTION_TEXT,
	 .argument = "NAME",
	 .help = "write the file of an environment, too"},
	OPTION_END,
};

#define DEFAULT_FOLDER "db/migrations"

/* Where other tools keep migrations. */
static const char *const usual_folders[] = {DEFAULT_FOLDER,
					    "migrations",
					    "db/migrate",
					    "database/migrations",
					    "sql/migrations",
					    "supabase/migrations",
					    "priv/repo/migrations",
					    "schema/migrations",
					    "sql",
					    NULL};

/* The first usual folder in which the last commit has migrations; *count says how many. */
static char *usual_folder(GitRepo *repo, const char *head, guint *count)
{
	for (const char *const *folder = usual_folders; *folder; folder++) {
		g_autoptr(MigrationSet) set = history_read(repo, head, *folder, NULL);

		if (!set || set->all->len == 0)
			continue;
		*count = set->all->len;
		return g_strdup(*folder);
	}
	return NULL;
}

/* The folder that a script of the usual forms stands in, for the caller to free; NULL for any other
 * file. */
static char *folder_of_script(const char *path)
{
	g_autofree char *base = g_path_get_basename(path);
	g_autofree char *folder = g_path_get_dirname(path);

	if (strcmp(base, "up.sql") == 0)
		return g_path_get_dirname(folder);
	if (g_str_has_suffix(base, ".up.sql") || (g_str_has_suffix(base, ".sql") && *base == 'V' &&
						  g_ascii_isdigit(base[1]) && strstr(base, "__")))
		return g_steal_pointer(&folder);
	return NULL;
}

/* The folder of the last commit that has the most scripts of migrations, for the caller to free;
 * NULL when none has any. */
static char *busiest_folder(GitRepo *repo, const char *head)
{
	g_autoptr(GPtrArray) entries = git_repo_list(repo, head, "", NULL);
	g_autoptr(GHashTable) counts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	char *best = NULL;
	guint most = 0;

	for (guint i = 0; entries && i < entries->len; i++) {
		char *folder = folder_of_script(((GitEntry *)g_ptr_array_index(entries, i))->path);
		const guint count =
			folder ? GPOINTER_TO_UINT(g_hash_table_lookup(counts, folder)) + 1 : 0;

		if (count > most) {
			most = count;
			g_free(best);
			best = g_strdup(folder);
		}
		if (folder)
			g_hash_table_insert(counts, folder, GUINT_TO_POINTER(count));
	}
	return best;
}

static bool git_config(GitRepo *repo, const char *flag, const char *key, const char *value,
		       GError **error)
{
	const char *const arguments[] = {"config", flag, key, value, NULL};
	g_autofree char *done = git_repo_run(repo, arguments, error);

	return done;
}

/* `git log` then shows records below the commits that were deployed; notes of other refs stay
 * visible. */
static bool show_notes(GitRepo *repo, GError **error)
{
	static const char refs[] = "refs/notes/migrate/*";
	const char *shown = git_repo_config(repo, "notes.displayref");

	if (shown && strcmp(shown, refs) == 0)
		return true;
	if (!git_config(repo, "--add", "notes.displayRef", refs, error))
		return false;
	printf("git log shows records from now on (git config notes.displayRef)\n");
	return true;
}

static bool write_file(GitRepo *repo, const char *name, const char *text, GError **error)
{
	const int everybody = 0777;
	g_autofree char *path = NULL;
	g_autofree char *above = NULL;

	if (git_repo_is_bare(repo))
		return true;
	path = g_build_filename(git_repo_work_dir(repo), name, NULL);
	above = g_path_get_dirname(path);
	if (g_file_test(path, G_FILE_TEST_EXISTS)) {
		printf("%s is there already\n", name);
		return true;
	}
	if (g_mkdir_with_parents(above, everybody) != 0)
		return error_set(error, ERR_SYSTEM, "cannot make folder '%s'", above);
	if (!file_write(path, text, strlen(text), error))
		return false;
	g_autofree char *word = text_shell_word(name);

	printf("wrote %s: git add %s, and commit it\n", name, word);
	return true;
}

/*
 * Settings are read from commits, so a file written now counts only once it is committed. Until
 * then this clone's own Git setting says where the migrations are.
 */
static bool adopt_folder(GitRepo *repo, const char *folder, guint count, GError **error)
{
	g_autofree char *found = text_count(count, "migration");
	g_autofree char *text = g_strdup_printf("migrations: %s\n", folder);

	printf("found %s in %s\n", found, folder);
	if (strcmp(folder, DEFAULT_FOLDER) == 0)
		return true;
	return git_config(repo, "--local", "migrate.migrations", folder, error) &&
	       write_file(repo, "migrate.yaml", text, error);
}

static char *find_folder(GitRepo *repo, const char *head, guint *count)
{
	g_autofree char *busiest = NULL;
	g_autoptr(MigrationSet) set = NULL;
	char *usual = usual_folder(repo, head, count);

	if (usual)
		return usual;
	busiest = busiest_folder(repo, head);
	set = busiest ? history_read(repo, head, busiest, NULL) : NULL;
	if (!set || set->all->len == 0)
		return NULL;
	*count = set->all->len;
	return g_steal_pointer(&busiest);
}

static bool look_around(GitRepo *repo, bool *has_migrations, GError **error)
{
	g_autofree char *head = git_repo_find_commit(repo, "HEAD");
	g_autofree char *settings = head ? git_repo_path_find(repo, head, "migrate.yaml") : NULL;
	g_autofree char *folder = NULL;
	guint count = 0;

	*has_migrations = settings != NULL;
	if (settings) {
		printf("migrate.yaml is committed: nothing to find out\n");
		return true;
	}
	folder = head ? find_folder(repo, head, &count) : NULL;
	*has_migrations = folder != NULL;
	return !folder || adopt_folder(repo, folder, count, error);
}

static bool run(CommandContext *context, int *status, GError **error)
{
	const char *environment = command_text(context, "env");
	g_autofree char *file =
		environment ? g_strdup_printf("db/environments/%s.yaml", environment) : NULL;
	bool has_migrations;

	(void)status;
	if (!look_around(context->repo, &has_migrations, error) ||
	    !show_notes(context->repo, error))
		return false;
	if (file && !write_file(context->repo, file, template_environment, error))
		return false;
	if (has_migrations)
		puts("next: git migrate status, then git migrate up (environment 'local' needs no "
		     "setup)");
	else
		puts("next: git migrate new NAME, write the SQL, commit it, then git migrate up");
	return true;
}

const Command command_init = {
	.name = "init",
	.summary = "prepare a repository: find its migrations, show records in git log",
	.arguments = "",
	.options = options,
	.needs = NEEDS_REPOSITORY,
	.run = run,
};
