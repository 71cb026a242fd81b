#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include <stdio.h>

#include "cmd/all.h"
#include "config/config.h"
#include "embed.h"
#include "history/read.h"

static const CommandOption options[] = {
	{.name = "verify", .kind = OPTION_FLAG, .help = "write a verify script too"},
	OPTION_END,
};

/* Letters, digits and underscores: a name that is safe in every shell and file system. */
static char *slug(const char *name)
{
	g_autofree char *lower = g_utf8_strdown(name, -1);
	GString *text = g_string_new(NULL);

	for (char *c = lower; *c; c = g_utf8_next_char(c)) {
		const gunichar letter = g_utf8_get_char(c);
		if (g_unichar_isalnum(letter))
			g_string_append_unichar(text, letter);
		else if (text->len && text->str[text->len - 1] != '_')
			g_string_append_c(text, '_');
	}
	if (text->len && text->str[text->len - 1] == '_')
		g_string_truncate(text, text->len - 1);
	return g_string_free(text, FALSE);
}

/* YYYYMMDDHHMMSS in UTC; SOURCE_DATE_EPOCH (reproducible-builds.org) fixes it. */
static char *timestamp(void)
{
	const char *fixed = g_getenv("SOURCE_DATE_EPOCH");
	g_autoptr(GDateTime) now =
		fixed ? g_date_time_new_from_unix_utc(g_ascii_strtoll(fixed, NULL, 10))
		      : g_date_time_new_now_utc();

	return g_date_time_format(now, "%Y%m%d%H%M%S");
}

typedef struct {
	const char *folder; /* below the work tree */
	const char *work_tree;
	bool verify;
} Place;

static bool write_script(const Place *place, const char *name, const char *text, GError **error)
{
	g_autofree char *path = g_build_filename(place->work_tree, place->folder, name, NULL);
	g_autofree char *above = g_path_get_dirname(path);
	const int everybody = 0777;

	if (g_file_test(path, G_FILE_TEST_EXISTS))
		return error_set(error, ERR_SYSTEM, "'%s/%s' exists already", place->folder, name);
	if (g_mkdir_with_parents(above, everybody) != 0)
		return error_set(error, ERR_SYSTEM, "cannot make folder '%s'", above);
	if (!file_write(path, text, strlen(text), error))
		return false;
	printf("%s/%s\n", place->folder, name);
	return true;
}

static bool write_named(const Place *place, const char *format, const char *stem, const char *text,
			GError **error)
{
	g_auto(GStrv) around = g_strsplit(format, "*", 2);
	g_autofree char *name = g_strconcat(around[0], stem, around[1], NULL);

	return write_script(place, name, text, error);
}

static bool write_pair(const Place *place, const char *stem, GError **error)
{
	return write_named(place, "*.up.sql", stem, template_migration_up, error) &&
	       write_named(place, "*.down.sql", stem, template_migration_down, error) &&
	       (!place->verify ||
		write_named(place, "*.verify.sql", stem, template_migration_verify, error));
}

static bool write_folder(const Place *place, const char *stem, GError **error)
{
	return write_named(place, "*/up.sql", stem, template_migration_up, error) &&
	       write_named(place, "*/down.sql", stem, template_migration_down, error) &&
	       (!place->verify ||
		write_named(place, "*/verify.sql", stem, template_migration_verify, error));
}

static bool write_single(const Place *place, const char *stem, GError **error)
{
	g_autofree char *text = g_strconcat("-- migrate:up\n", template_migration_up,
					    "\n-- migrate:down\n", template_migration_down, NULL);

	return write_named(place, "*.sql", stem, text, error);
}

/* The next whole version behind the highest that the commit has, as wide as that one is written. */
static char *next_version(const MigrationSet *set)
{
	guint64 highest = 0;
	size_t width = 1;

	for (guint i = 0; set && i < set->all->len; i++) {
		const Migration *migration = g_ptr_array_index(set->all, i);
		const char *slash = strrchr(migration->id, '/');
		const char *digits = (slash ? slash + 1 : migration->id) + 1;
		const guint64 version = g_ascii_strtoull(digits, NULL, 10);

		if (!migration->repeatable && version >= highest) {
			highest = version;
			width = strspn(digits, "0123456789");
		}
	}
	return g_strdup_printf("%0*" G_GUINT64_FORMAT, (int)width, highest + 1);
}

static bool write_flyway(const Place *place, const MigrationSet *set, const char *name,
			 GError **error)
{
	g_autofree char *version = next_version(set);
	g_autofree char *up = g_strdup_printf("V%s__%s.sql", version, name);
	g_autofree char *down = g_strdup_printf("V%s__rollback_%s.sql", version, name);

	if (place->verify)
		return error_set(error, ERR_USAGE, "this layout has no verify scripts");
	return write_script(place, up, template_migration_up, error) &&
	       write_script(place, down, template_migration_down, error);
}

static bool write_scripts(const Place *place, const MigrationSet *set, const char *name,
			  GError **error)
{
	g_autofree char *now = timestamp();
	g_autofree char *stem = g_strconcat(now, "_", name, NULL);

	switch (set ? set->layout : LAYOUT_NONE) {
	case LAYOUT_FLYWAY:
		return write_flyway(place, set, name, error);
	case LAYOUT_FOLDER:
		return write_folder(place, stem, error);
	case LAYOUT_SINGLE:
		return write_single(place, stem, error);
	case LAYOUT_NONE:
	case LAYOUT_PAIR:
		break;
	}
	return write_pair(place, stem, error);
}

/* Settings and layout come from the last commit; in a repository without any, the defaults hold. */
static bool read_place(CommandContext *context, Project **project, MigrationSet **set,
		       GError **error)
{
	g_autofree char *head = git_repo_find_commit(context->repo, "HEAD");

	if (!head) {
		*project = config_parse_project("", 0, "migrate.yaml", error);
		return *project;
	}
	*project = config_read_project(context->repo, head, error);
	*set = *project ? history_read(context->repo, head, (*project)->migrations, error) : NULL;
	return *set;
}

static bool run(CommandContext *context, int *status, GError **error)
{
	g_autofree char *words = g_strjoinv(" ", context->arguments);
	g_autofree char *name = slug(words);
	g_autoptr(Project) project = NULL;
	g_autoptr(MigrationSet) set = NULL;

	(void)status;
	if (git_repo_is_bare(context->repo))
		return error_set(error, ERR_REPOSITORY,
				 "a bare repository has no work tree to write migrations into");
	if (!*name)
		return error_set(error, ERR_USAGE, "a migration's name needs a letter or a digit");
	if (!read_place(context, &project, &set, error))
		return false;
	const Place place = {project->migrations, git_repo_work_dir(context->repo),
			     command_flag(context, "verify")};
	return write_scripts(&place, set, name, error);
}

const Command command_new = {
	.name = "new",
	.summary = "write the files of a new migration",
	.arguments = "WORD...",
	.arguments_min = 1,
	.arguments_max = G_MAXUINT,
	.options = options,
	.needs = NEEDS_REPOSITORY,
	.run = run,
};
