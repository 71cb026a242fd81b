#include "config/config.h"

#include <string.h>

#include "base/error.h"
#include "config/keys.h"
#include "model/gate.h"
#include "yaml/doc.h"

#define MS      1
#define SECONDS 1000

/* ---- the keys ---- */

#define SETTING(field) offsetof(Settings, field)
#define POLICY(field)  offsetof(Policy, field)
#define CONNECTION(at, keyword)                                             \
	{                                                                   \
		.path = (at), .type = KEY_CONNECTION, .words = {(keyword) } \
	}
#define OPTION_BOOL(AT, name)                                                  \
	{                                                                      \
		.path = "options." #name, .type = KEY_BOOL, .offset = AT(name) \
	}

static const Key settings_keys[] = {
	{.path = "name", .type = KEY_TEXT, .offset = SETTING(name)},
	{.path = "include_dirs", .type = KEY_LIST, .offset = SETTING(include_dirs)},
	{.path = "exclude_dirs", .type = KEY_LIST, .offset = SETTING(exclude_dirs)},
	{.path = "options.transaction",
	 .type = KEY_FLAG_IN_ENUM,
	 .offset = SETTING(transaction),
	 .words = {"migration", "deployment"}},
	{.path = "options.migration_timeout",
	 .type = KEY_DURATION,
	 .offset = SETTING(migration_timeout_ms),
	 .unit_ms = SECONDS},
	{.path = "options.statement_timeout",
	 .type = KEY_DURATION,
	 .offset = SETTING(statement_timeout_ms),
	 .unit_ms = MS},
	{.path = "options.lock_timeout",
	 .type = KEY_DURATION,
	 .offset = SETTING(lock_timeout_ms),
	 .unit_ms = MS},
	{.path = "options.lock_wait",
	 .type = KEY_DURATION,
	 .offset = SETTING(lock_wait_ms),
	 .unit_ms = SECONDS},
	OPTION_BOOL(SETTING, snapshot),
	OPTION_BOOL(SETTING, dry_run_first),
	OPTION_BOOL(SETTING, verbose),
	OPTION_BOOL(SETTING, skip_indexes),
	OPTION_BOOL(SETTING, skip_slow_indexes),
	OPTION_BOOL(SETTING, parallel_build),
	{.path = "options.pool_size", .type = KEY_COUNT, .offset = SETTING(pool_size)},
	{.path = "options.max_overflow", .type = KEY_COUNT, .offset = SETTING(max_overflow)},
};

static const Key policy_keys[] = {
	CONNECTION("url", "dbname"),
	CONNECTION("service", "service"),
	{.path = "embedded", .type = KEY_BOOL, .offset = POLICY(embedded)},
	CONNECTION("database.host", "host"),
	CONNECTION("database.port", "port"),
	CONNECTION("database.database", "dbname"),
	CONNECTION("database.user", "user"),
	CONNECTION("database.password", "password"),
	CONNECTION("database.sslmode", "sslmode"),
	CONNECTION("database.connect_timeout", "connect_timeout"),
	{.path = "source.branch", .type = KEY_TEXT, .offset = POLICY(source_branch)},
	{.path = "source.tags", .type = KEY_TEXT, .offset = POLICY(source_tags)},
	{.path = "mode",
	 .type = KEY_FLAG_IN_ENUM,
	 .offset = POLICY(mode),
	 .words = {"forward", "follow"}},
	{.path = "promote_from", .type = KEY_TEXT, .offset = POLICY(promote_from)},
	{.path = "soak", .type = KEY_DURATION, .offset = POLICY(soak_ms)},
	{.path = "signers", .type = KEY_LIST, .offset = POLICY(signers)},
	{.path = "approvers", .type = KEY_LIST, .offset = POLICY(approvers)},
	{.path = "approvals", .type = KEY_COUNT, .offset = POLICY(approvals)},
	{.path = "overridable", .type = KEY_LIST, .offset = POLICY(overridable)},
	{.path = "sign", .type = KEY_BOOL, .offset = POLICY(sign)},
	OPTION_BOOL(POLICY, require_approval),
	OPTION_BOOL(POLICY, require_backup),
	OPTION_BOOL(POLICY, require_dry_run),
	OPTION_BOOL(POLICY, backup_before_migration),
	OPTION_BOOL(POLICY, allow_drop_tables),
	OPTION_BOOL(POLICY, allow_drop_columns),
	{.path = "checks.replication_lag",
	 .type = KEY_DURATION,
	 .offset = POLICY(check_replication_lag_ms),
	 .unit_ms = SECONDS},
	{.path = "checks.connections", .type = KEY_COUNT, .offset = POLICY(check_connections)},
	{.path = "checks.oldest_transaction",
	 .type = KEY_DURATION,
	 .offset = POLICY(check_oldest_transaction_ms),
	 .unit_ms = SECONDS},
};

/* A file as it is read: both halves are always made, because a fault in one is a fault of the file.
 */
typedef struct {
	Settings *settings;
	Policy *policy;
} Halves;

static void halves_clear(Halves *halves)
{
	settings_free(halves->settings);
	policy_free(halves->policy);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Halves, halves_clear)

/* A developer's own database. */
Policy *config_built_in_policy(const char *name)
{
	Policy *policy;

	if (strcmp(name, "local") != 0)
		return NULL;
	policy = policy_new();
	policy->environment = g_strdup(name);
	policy->embedded = true;
	policy->mode = MODE_FOLLOW;
	policy->sign = false;
	return policy;
}

static bool refuse_at(const YamlDoc *doc, const char *key, GError **error)
{
	const YamlNode *node = yaml_node_get(yaml_doc_root(doc), key);

	return error_place(error, yaml_doc_file(doc), node ? node->line : 1,
			   node ? node->column : 1);
}

/* Exactly one way to the database. */
static bool check_target(const YamlDoc *doc, const Policy *policy, GError **error)
{
	static const char *const ways[] = {"url", "service", "database", "embedded"};
	const char *first = NULL;

	for (guint i = 0; i < G_N_ELEMENTS(ways); i++) {
		if (!yaml_node_get(yaml_doc_root(doc), ways[i]))
			continue;
		if (strcmp(ways[i], "embedded") == 0 && !policy->embedded)
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
static bool check_gates(const YamlDoc *doc, const Policy *policy, GError **error)
{
	g_autofree char *known = gate_kind_list();

	for (char **each = policy->overridable; *each; each++) {
		GateKind kind;

		if (gate_kind_parse(*each, &kind))
			continue;
		error_set(error, ERR_CONFIG, "'overridable' names '%s', and there is no such gate",
			  *each);
		refuse_at(doc, "overridable", error);
		return error_hint(error, "the gates are: %s", known);
	}
	return true;
}

static bool check_whole(const YamlDoc *doc, const Halves *halves, const char *name, GError **error)
{
	const char *written = halves->settings->name;
	const char *from = halves->policy->promote_from;

	if (written && strcmp(written, name) != 0) {
		error_set(error, ERR_CONFIG, "'name' is '%s', and the file is the one of '%s'",
			  written, name);
		return refuse_at(doc, "name", error);
	}
	if (from && strcmp(from, name) == 0) {
		error_set(error, ERR_CONFIG, "'promote_from' is the environment itself");
		return refuse_at(doc, "promote_from", error);
	}
	return check_gates(doc, halves->policy, error) && check_target(doc, halves->policy, error);
}

static bool parse(const char *text, size_t length, const char *file, const char *name, bool expand,
		  Halves *halves, GError **error)
{
	g_autoptr(YamlDoc) doc = yaml_doc_parse(text, length, file, error);
	const KeyTable tables[] = {
		{settings_keys, G_N_ELEMENTS(settings_keys), halves->settings, expand},
		{policy_keys, G_N_ELEMENTS(policy_keys), halves->policy, false}};
	const KeyReader reader = {tables, G_N_ELEMENTS(tables), file};

	if (!doc || !config_read_keys(&reader, yaml_doc_root(doc), error) ||
	    !check_whole(doc, halves, name, error))
		return false;
	if (!halves->settings->name)
		halves->settings->name = g_strdup(name);
	halves->settings->file = g_strdup(file);
	halves->policy->environment = g_strdup(name);
	halves->policy->file = g_strdup(file);
	return true;
}

Settings *config_parse_settings(const char *text, size_t length, const char *file, const char *name,
				bool expand, GError **error)
{
	g_auto(Halves) halves = {settings_new(), policy_new()};

	return parse(text, length, file, name, expand, &halves, error)
		       ? g_steal_pointer(&halves.settings)
		       : NULL;
}

Policy *config_parse_policy(const char *text, size_t length, const char *file, const char *name,
			    GError **error)
{
	g_auto(Halves) halves = {settings_new(), policy_new()};

	return parse(text, length, file, name, false, &halves, error)
		       ? g_steal_pointer(&halves.policy)
		       : NULL;
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

/* An environment's file in a commit. */
typedef struct {
	char *path;
	char *blob;    /* NULL: there is none, and the environment is built in */
	GBytes *bytes; /* with the blob */
} EnvironmentFile;

static void environment_file_clear(EnvironmentFile *file)
{
	g_free(file->path);
	g_free(file->blob);
	g_clear_pointer(&file->bytes, g_bytes_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(EnvironmentFile, environment_file_clear)

static bool read_file(GitRepo *repo, const char *commit, const Project *project, const char *name,
		      EnvironmentFile *file, GError **error)
{
	if (!is_environment_name(name)) {
		error_set(error, ERR_CONFIG, "'%s' cannot be an environment's name", name);
		return error_hint(error, "use letters, digits, '.', '_' and '-'");
	}
	file->path = g_strdup_printf("%s/%s.yaml", project->environments, name);
	if (!git_repo_path_oid(repo, commit, file->path, &file->blob, error))
		return false;
	if (file->blob)
		return (file->bytes = git_repo_blob(repo, file->blob, error));
	return strcmp(name, "local") == 0 ||
	       unknown_environment(repo, commit, project, name, error);
}

/* Both halves of the file, or of the built-in environment. */
static bool read_halves(GitRepo *repo, const char *commit, const Project *project, const char *name,
			bool expand, Halves *halves, GError **error)
{
	g_auto(EnvironmentFile) file = {0};
	const char *text;
	size_t length;

	if (!name)
		name = project->default_environment;
	if (!read_file(repo, commit, project, name, &file, error))
		return false;
	if (!file.bytes) {
		halves->settings->name = g_strdup(name);
		policy_free(halves->policy);
		halves->policy = config_built_in_policy(name);
		return true;
	}
	text = g_bytes_get_data(file.bytes, &length);
	if (!parse(text ? text : "", length, file.path, name, expand, halves, error))
		return false;
	halves->settings->blob = g_steal_pointer(&file.blob);
	return true;
}

bool config_read_environment(GitRepo *repo, const char *commit, const Project *project,
			     const char *name, bool expand, Settings **settings, Policy **policy,
			     GError **error)
{
	g_auto(Halves) halves = {settings_new(), policy_new()};

	if (!read_halves(repo, commit, project, name, expand, &halves, error))
		return false;
	*settings = g_steal_pointer(&halves.settings);
	*policy = g_steal_pointer(&halves.policy);
	return true;
}

Settings *config_read_settings(GitRepo *repo, const char *commit, const Project *project,
			       const char *name, bool expand, GError **error)
{
	g_auto(Halves) halves = {settings_new(), policy_new()};

	return read_halves(repo, commit, project, name, expand, &halves, error)
		       ? g_steal_pointer(&halves.settings)
		       : NULL;
}

Policy *config_read_policy(GitRepo *repo, const char *commit, const Project *project,
			   const char *name, GError **error)
{
	g_auto(Halves) halves = {settings_new(), policy_new()};

	return read_halves(repo, commit, project, name, false, &halves, error)
		       ? g_steal_pointer(&halves.policy)
		       : NULL;
}

char **config_list_private(GitRepo *repo, const char *commit, const Project *project,
			   GError **error)
{
	g_auto(GStrv) names = config_list_environments(repo, commit, project, error);
	g_autoptr(GPtrArray) own = g_ptr_array_new_with_free_func(g_free);

	if (!names)
		return NULL;
	for (char **name = names; *name; name++) {
		g_autoptr(Policy) policy = config_read_policy(repo, commit, project, *name, NULL);

		/* A file that cannot be read is not for us to judge: only what is known to be
		 * private stays. */
		if (policy && policy_is_private(policy))
			g_ptr_array_add(own, g_strdup(*name));
	}
	g_ptr_array_add(own, NULL);
	return (char **)g_ptr_array_free(g_steal_pointer(&own), FALSE);
}
