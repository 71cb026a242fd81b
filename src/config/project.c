#include "config/config.h"

#include "base/error.h"
#include "config/keys.h"
#include "yaml/doc.h"

#define PROJECT_FILE "migrate.yaml"

/* ---- migrate.yaml ---- */

static const Key project_keys[] = {
	{.path = "migrations", .type = KEY_PATH, .offset = offsetof(Project, migrations)},
	{.path = "schema", .type = KEY_PATH, .offset = offsetof(Project, schema)},
	{.path = "environments", .type = KEY_PATH, .offset = offsetof(Project, environments)},
	{.path = "seeds", .type = KEY_PATH, .offset = offsetof(Project, seeds)},
	{.path = "default_environment",
	 .type = KEY_TEXT,
	 .offset = offsetof(Project, default_environment)},
	{.path = "ignore", .type = KEY_IGNORE, .offset = offsetof(Project, ignore)},
	{.path = "require_down", .type = KEY_BOOL, .offset = offsetof(Project, require_down)},
};

static Project *default_project(void)
{
	Project *project = g_new0(Project, 1);

	project->migrations = g_strdup("db/migrations");
	project->schema = g_strdup("db/schema");
	project->environments = g_strdup("db/environments");
	project->seeds = g_strdup("db/seeds");
	project->default_environment = g_strdup("local");
	project->ignore = ignore_rules_new();
	project->require_down = true;
	return project;
}

Project *config_parse_project(const char *text, size_t length, const char *file, GError **error)
{
	g_autoptr(YamlDoc) doc = yaml_doc_parse(text, length, file, error);
	g_autoptr(Project) project = default_project();
	const KeyTable table = {project_keys, G_N_ELEMENTS(project_keys), project, false};
	const KeyReader reader = {&table, 1, file};

	if (!doc || !config_read_keys(&reader, yaml_doc_root(doc), error))
		return NULL;
	return g_steal_pointer(&project);
}

/* `git migrate init` notes an existing folder of migrations here, until migrate.yaml is committed.
 */
static void override_project(GitRepo *repo, Project *project)
{
	const char *folder = git_repo_config(repo, "migrate.migrations");

	if (!folder || !*folder || git_repo_config_is_tracked(repo, "migrate.migrations"))
		return;
	g_free(project->migrations);
	project->migrations = g_strdup(folder);
}

Project *config_read_project(GitRepo *repo, const char *commit, GError **error)
{
	g_autofree char *blob = NULL;
	g_autoptr(GBytes) bytes = NULL;
	const char *text;
	Project *project;
	size_t length;

	if (!git_repo_path_oid(repo, commit, PROJECT_FILE, &blob, error))
		return NULL;
	if (!blob) {
		project = default_project();
		override_project(repo, project);
		return project;
	}
	bytes = git_repo_blob(repo, blob, error);
	if (!bytes)
		return NULL;
	text = g_bytes_get_data(bytes, &length);
	return config_parse_project(text, length, PROJECT_FILE, error);
}
