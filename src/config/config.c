#include "config/config.h"

#include <string.h>

#include "base/error.h"
#include "config/keys.h"
#include "model/gate.h"
#include "yaml/doc.h"

#define MS                      1
#define SECONDS                 1000
#define DEFAULT_LOCK_TIMEOUT_MS 5000
#define DEFAULT_LOCK_WAIT_MS    60000
#define PROJECT_FILE            "migrate.yaml"

/* ---- migrate.yaml ---- */

static const Key project_keys[] = {
	{"migrations", KEY_PATH, offsetof(Project, migrations), 0, {NULL}},
	{"schema", KEY_PATH, offsetof(Project, schema), 0, {NULL}},
	{"environments", KEY_PATH, offsetof(Project, environments), 0, {NULL}},
	{"seeds", KEY_PATH, offsetof(Project, seeds), 0, {NULL}},
	{"default_environment", KEY_TEXT, offsetof(Project, default_environment), 0, {NULL}},
	{"ignore", KEY_IGNORE, offsetof(Project, ignore), 0, {NULL}},
	{"require_down", KEY_BOOL, offsetof(Project, require_down), 0, {NULL}},
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
	KeyReader reader = {.keys = project_keys,
			    .count = G_N_ELEMENTS(project_keys),
			    .file = file,
			    .expand = false,
			    .target = project};

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
	g_autoptr(GError) why = NULL;
	g_autofree char *blob = git_repo_path_oid(repo, commit, PROJECT_FILE, &why);
	g_autoptr(GBytes) bytes = blob ? git_repo_blob(repo, blob, &why) : NULL;
	const char *text;
	Project *project;
	size_t length;

	if (why) {
		g_propagate_error(error, g_steal_pointer(&why));
		return NULL;
	}
	if (!bytes) {
		project = default_project();
		override_project(repo, project);
		return project;
	}
	text = g_bytes_get_data(bytes, &length);
	return config_parse_project(text, length, PROJECT_FILE, error);
}

/* ---- environments ---- */

#define AT(field) offsetof(Environment, field)
#define CONNECTION(path, keyword)           \
	{                                   \
		path, KEY_CONNECTION, 0, 0, \
		{                           \
			keyword             \
		}                           \
	}
#define OPTION_BOOL(name)                                \
	{                                                \
		"options." #name, KEY_BOOL, AT(name), 0, \
		{                                        \
			NULL                             \
		}                                        \
	}

static const Key environment_keys[] = {
	{"name", KEY_TEXT, AT(name), 0, {NULL}},
	CONNECTION("url", "dbname"),
	CONNECTION("service", "service"),
	{"embedded", KEY_BOOL, AT(embedded), 0, {NULL}},
	CONNECTION("database.host", "host"),
	CONNECTION("database.port", "port"),
	CONNECTION("database.database", "dbname"),
	CONNECTION("database.user", "user"),
	CONNECTION("database.password", "password"),
	CONNECTION("database.sslmode", "sslmode"),
	CONNECTION("database.connect_timeout", "connect_timeout"),
	{"include_dirs", KEY_LIST, AT(include_dirs), 0, {NULL}},
	{"exclude_dirs", KEY_LIST, AT(exclude_dirs), 0, {NULL}},
	{"source.branch", KEY_TEXT, AT(source_branch), 0, {NULL}},
	{"source.tags", KEY_TEXT, AT(source_tags), 0, {NULL}},
	{"mode", KEY_FLAG_IN_ENUM, AT(mode), 0, {"forward", "follow"}},
	{"promote_from", KEY_TEXT, AT(promote_from), 0, {NULL}},
	{"soak", KEY_DURATION, AT(soak_ms), 0, {NULL}},
	{"signers", KEY_LIST, AT(signers), 0, {NULL}},
	{"approvers", KEY_LIST, AT(approvers), 0, {NULL}},
	{"approvals", KEY_COUNT, AT(approvals), 0, {NULL}},
	{"overridable", KEY_LIST, AT(overridable), 0, {NULL}},
	{"sign", KEY_BOOL, AT(sign), 0, {NULL}},
	{"options.transaction", KEY_FLAG_IN_ENUM, AT(transaction), 0, {"migration", "deployment"}},
	{"options.migration_timeout", KEY_DURATION, AT(migration_timeout_ms), SECONDS, {NULL}},
	{"options.statement_timeout", KEY_DURATION, AT(statement_timeout_ms), MS, {NULL}},
	{"options.lock_timeout", KEY_DURATION, AT(lock_timeout_ms), MS, {NULL}},
	{"options.lock_wait", KEY_DURATION, AT(lock_wait_ms), SECONDS, {NULL}},
	OPTION_BOOL(require_backup),
	OPTION_BOOL(require_dry_run),
	OPTION_BOOL(require_approval),
	OPTION_BOOL(dry_run_first),
	OPTION_BOOL(snapshot),
	OPTION_BOOL(verbose),
	OPTION_BOOL(skip_indexes),
	OPTION_BOOL(skip_slow_indexes),
	OPTION_BOOL(parallel_build),
	OPTION_BOOL(allow_drop_tables),
	OPTION_BOOL(allow_drop_columns),
	OPTION_BOOL(backup_before_migration),
	{"options.pool_size", KEY_COUNT, AT(pool_size), 0, {NULL}},
	{"options.max_overflow", KEY_COUNT, AT(max_overflow), 0, {NULL}},
	{"checks.replication_lag", KEY_DURATION, AT(check_replication_lag_ms), SECONDS, {NULL}},
	{"checks.connections", KEY_COUNT, AT(check_connections), 0, {NULL}},
	{"checks.oldest_transaction",
	 KEY_DURATION,
	 AT(check_oldest_transaction_ms),
	 SECONDS,
	 {NULL}},
};

static Environment *default_environment(void)
{
	Environment *environment = g_new0(Environment, 1);

	environment->connection = g_new0(char *, 1);
	environment->include_dirs = g_new0(char *, 1);
	environment->exclude_dirs = g_new0(char *, 1);
	environment->signers = g_new0(char *, 1);
	environment->approvers = g_new0(char *, 1);
	environment->overridable = g_new0(char *, 1);
	environment->sign = true;
	environment->snapshot = true;
	environment->lock_timeout_ms = DEFAULT_LOCK_TIMEOUT_MS;
	environment->lock_wait_ms = DEFAULT_LOCK_WAIT_MS;
	return environment;
}

/* A developer's own database. */
Environment *config_built_in(const char *name)
{
	Environment *environment;

	if (strcmp(name, "local") != 0)
		return NULL;
	environment = default_environment();
	environment->name = g_strdup("local");
	environment->embedded = true;
	environment->mode = MODE_FOLLOW;
	environment->sign = false;
	return environment;
}

static bool refuse_at(const YamlDoc *doc, const char *key, GError **error)
{
	const YamlNode *node = yaml_node_get(yaml_doc_root(doc), key);

	return error_place(error, yaml_doc_file(doc), node ? node->line : 1,
			   node ? node->column : 1);
}

/* Exactly one way to the database. */
static bool check_target(const YamlDoc *doc, const Environment *environment, GError **error)
{
	static const char *const ways[] = {"url", "service", "database", "embedded"};
	const char *first = NULL;

	for (guint i = 0; i < G_N_ELEMENTS(ways); i++) {
		if (!yaml_node_get(yaml_doc_root(doc), ways[i]))
			continue;
		if (strcmp(ways[i], "embedded") == 0 && !environment->embedded)
			continue;
		if (first) {
			error_set(error, ERR_CONFIG, "'%s' and '%s' both say where the database is",
				  first, ways[i]);
			refuse_at(doc, ways[i], error);
			return error_hint(error, "keep one of them");
		}
		first = ways[i];
	}
	if (first)
		return true;
	error_set(error, ERR_CONFIG, "nothing says where the database is");
	refuse_at(doc, "name", error);
	return error_hint(
		error,
		"add one of: url, service, database (host, port, database, user), embedded: true");
}

/* A gate that does not exist would never be passed over, and a typing error would be found in an
 * emergency. */
static bool check_gates(const YamlDoc *doc, const Environment *environment, GError **error)
{
	for (char **each = environment->overridable; *each; each++) {
		GateKind kind;

		if (gate_kind_parse(*each, &kind))
			continue;
		error_set(error, ERR_CONFIG, "'overridable' names '%s', and there is no such gate",
			  *each);
		refuse_at(doc, "overridable", error);
		return error_hint(
			error, "the gates are: release, promotion, soak, drift, order, approvals");
	}
	return true;
}

static bool check_whole(const YamlDoc *doc, const Environment *environment, const char *name,
			GError **error)
{
	if (environment->name && strcmp(environment->name, name) != 0) {
		error_set(error, ERR_CONFIG, "'name' is '%s', and the file is the one of '%s'",
			  environment->name, name);
		return refuse_at(doc, "name", error);
	}
	if (environment->promote_from && strcmp(environment->promote_from, name) == 0) {
		error_set(error, ERR_CONFIG, "'promote_from' is the environment itself");
		return refuse_at(doc, "promote_from", error);
	}
	return check_gates(doc, environment, error) && check_target(doc, environment, error);
}

static char **finish_connection(GPtrArray *connection)
{
	g_ptr_array_add(connection, NULL);
	return (char **)g_ptr_array_free(connection, FALSE);
}

Environment *config_parse_environment(const char *text, size_t length, const char *file,
				      const char *name, bool expand, GError **error)
{
	g_autoptr(YamlDoc) doc = yaml_doc_parse(text, length, file, error);
	g_autoptr(Environment) environment = default_environment();
	g_autoptr(GPtrArray) connection = g_ptr_array_new_with_free_func(g_free);
	KeyReader reader = {.keys = environment_keys,
			    .count = G_N_ELEMENTS(environment_keys),
			    .file = file,
			    .expand = expand,
			    .target = environment,
			    .connection = connection};

	if (!doc || !config_read_keys(&reader, yaml_doc_root(doc), error) ||
	    !check_whole(doc, environment, name, error))
		return NULL;
	g_strfreev(environment->connection);
	environment->connection = finish_connection(g_steal_pointer(&connection));
	if (!environment->name)
		environment->name = g_strdup(name);
	environment->file = g_strdup(file);
	return g_steal_pointer(&environment);
}

/* ---- from a commit ---- */

static bool is_environment_name(const char *name)
{
	return *name && *name != '.' && *name != '-' &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") ==
		       strlen(name) &&
	       !strstr(name, "..") && !g_str_has_suffix(name, ".lock") && strlen(name) <= 63;
}

char **config_list_environments(GitRepo *repo, const char *commit, const Project *project,
				GError **error)
{
	static const char suffix[] = ".yaml";
	g_autoptr(GPtrArray) entries = git_repo_list(repo, commit, project->environments, error);
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	bool has_local = false;

	if (!entries)
		return NULL;
	for (guint i = 0; i < entries->len; i++) {
		const char *path = ((GitEntry *)g_ptr_array_index(entries, i))->path;
		g_autofree char *name = NULL;

		if (!g_str_has_suffix(path, suffix))
			continue;
		name = g_strndup(path, strlen(path) - strlen(suffix));
		has_local |= strcmp(name, "local") == 0;
		if (is_environment_name(name))
			g_ptr_array_add(names, g_steal_pointer(&name));
	}
	if (!has_local)
		g_ptr_array_insert(names, 0, g_strdup("local"));
	g_ptr_array_add(names, NULL);
	return (char **)g_ptr_array_free(g_steal_pointer(&names), FALSE);
}

static bool unknown_environment(GitRepo *repo, const char *commit, const Project *project,
				const char *name, GError **error)
{
	g_auto(GStrv) known = config_list_environments(repo, commit, project, NULL);
	g_autofree char *list = known ? g_strjoinv(", ", known) : g_strdup("local");

	error_set(error, ERR_CONFIG, "there is no environment '%s' in commit %.12s", name, commit);
	error_detail(error, "it has: %s", list);
	return error_hint(error, "git migrate init --env %s writes %s/%s.yaml; commit it", name,
			  project->environments, name);
}

/* A clone's own way to the database: from Git's configuration, never from a file that a pull could
 * bring. */
static bool override_target(GitRepo *repo, Environment *environment, GError **error)
{
	static const struct {
		const char *variable, *keyword;
	} settings[] = {{"url", "dbname"}, {"service", "service"}};

	for (guint i = 0; i < G_N_ELEMENTS(settings); i++) {
		g_autofree char *key =
			g_strdup_printf("migrate.%s.%s", environment->name, settings[i].variable);
		const char *value = git_repo_config(repo, key);

		if (!value)
			continue;
		if (git_repo_config_is_tracked(repo, key)) {
			error_set(error, ERR_CONFIG,
				  "git setting '%s' comes from a file inside the work tree", key);
			return error_hint(error, "set it for this clone: git config %s ...", key);
		}
		g_strfreev(environment->connection);
		environment->connection = g_new0(char *, 3);
		environment->connection[0] = g_strdup(settings[i].keyword);
		environment->connection[1] = g_strdup(value);
		environment->embedded = false;
	}
	return true;
}

Environment *config_read_environment(GitRepo *repo, const char *commit, const Project *project,
				     const char *name, bool expand, GError **error)
{
	g_autofree char *file = g_strdup_printf("%s/%s.yaml", project->environments, name);
	g_autoptr(Environment) environment = NULL;
	g_autoptr(GBytes) bytes = NULL;
	g_autofree char *blob = NULL;
	g_autoptr(GError) why = NULL;
	const char *text;
	size_t length;

	if (!is_environment_name(name)) {
		error_set(error, ERR_CONFIG, "'%s' cannot be an environment's name", name);
		error_hint(error, "use letters, digits, '.', '_' and '-'");
		return NULL;
	}
	blob = git_repo_path_oid(repo, commit, file, &why);
	bytes = blob ? git_repo_blob(repo, blob, &why) : NULL;
	if (why) {
		g_propagate_error(error, g_steal_pointer(&why));
		return NULL;
	}
	if (!blob && strcmp(name, "local") != 0) {
		unknown_environment(repo, commit, project, name, error);
		return NULL;
	}
	text = bytes ? g_bytes_get_data(bytes, &length) : NULL;
	environment = text ? config_parse_environment(text, length, file, name, expand, error)
			   : config_built_in(name);
	if (!environment || !override_target(repo, environment, error))
		return NULL;
	environment->file_blob = g_steal_pointer(&blob);
	return g_steal_pointer(&environment);
}

char **config_list_private(GitRepo *repo, const char *commit, const Project *project,
			   GError **error)
{
	g_auto(GStrv) names = config_list_environments(repo, commit, project, error);
	g_autoptr(GPtrArray) own = g_ptr_array_new_with_free_func(g_free);

	if (!names)
		return NULL;
	for (char **name = names; *name; name++) {
		g_autoptr(Environment) environment =
			config_read_environment(repo, commit, project, *name, false, NULL);

		/* A file that cannot be read is not for us to judge: only what is known to be
		 * private stays. */
		if (environment && environment_is_private(environment))
			g_ptr_array_add(own, g_strdup(*name));
	}
	g_ptr_array_add(own, NULL);
	return (char **)g_ptr_array_free(g_steal_pointer(&own), FALSE);
}

char *config_feeding_branch(GitRepo *repo, const char *commit, const Project *project,
			    const Environment *environment)
{
	g_autoptr(Environment) before = NULL;

	if (environment->source_branch)
		return g_strdup(environment->source_branch);
	if (!environment->promote_from)
		return NULL;
	before = config_read_environment(repo, commit, project, environment->promote_from, false,
					 NULL);
	return before ? g_strdup(before->source_branch) : NULL;
}
