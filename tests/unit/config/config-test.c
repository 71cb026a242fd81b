/* Settings: every key, every way to get one wrong (with its exact message and place), and no secret
 * in any message. */
#include "config/config.h"

#include <string.h>

#include "base/error.h"

#define OK "embedded: true\n"

typedef struct {
	const char *text;
	const char *message;
	unsigned line, column;
} Wrong;

static const Wrong wrong_environments[] = {
	{"", "nothing says where the database is", 1, 1},
	{"# only a comment\n", "nothing says where the database is", 1, 1},
	{"embedded: false\n", "nothing says where the database is", 1, 1},
	{"name: production\n" OK, "'name' is 'production', and the file is the one of 'staging'", 1,
	 7},
	{"embeded: true\n", "unknown key 'embeded'", 1, 1},
	{OK "embedded: true\n", "key 'embedded' stands here a second time (first in line 1)", 2, 1},
	{OK "url: postgresql://h/d\n", "'url' and 'embedded' both say where the database is", 1,
	 11},
	{"service: a\nurl: b\n", "'url' and 'service' both say where the database is", 1, 10},
	{"database: {host: h}\nservice: s\n",
	 "'service' and 'database' both say where the database is", 1, 11},
	{"embedded: yes please\n", "'embedded' must be true or false", 1, 11},
	{"embedded: [true]\n", "'embedded' must be a single value", 1, 11},
	{"embedded: {a: b}\n", "'embedded' must be a single value", 1, 11},
	{"embedded:\n", "'embedded' must be not empty", 1, 10},
	{"- a\n- b\n", "the file must hold keys and values", 1, 1},
	{"just words\n", "the file must hold keys and values", 1, 1},
	{"database: localhost\n", "'database' must be a group of keys", 1, 11},
	{"database:\n  hots: h\n", "unknown key 'database.hots'", 2, 3},
	{"database: {host: h, port: 0}\n", "'database.port' must be a port from 1 to 65535", 1, 27},
	{"database: {host: h, port: 65536}\n", "'database.port' must be a port from 1 to 65535", 1,
	 27},
	{"database: {host: h, port: tcp}\n", "'database.port' must be a port from 1 to 65535", 1,
	 27},
	{"database: {sslmode: on}\n",
	 "'database.sslmode' must be disable, allow, prefer, require, verify-ca or verify-full", 1,
	 21},
	{"database: {connect_timeout: soon}\n",
	 "'database.connect_timeout' must be a number of seconds", 1, 29},
	{"database: {user: [a]}\n", "'database.user' must be a single value", 1, 18},
	{OK "include_dirs: db/schema\n", "'include_dirs' must be a list", 2, 15},
	{OK "include_dirs: [a, {b: c}]\n", "'include_dirs' must be a list of plain texts", 2, 19},
	{OK "exclude_dirs: [a, '']\n", "'exclude_dirs' must be a list of plain texts", 2, 19},
	{OK "source: main\n", "'source' must be a group of keys", 2, 9},
	{OK "promote_from: staging\n", "'promote_from' is the environment itself", 2, 15},
	{OK "overridable: [soke]\n", "'overridable' names 'soke', and there is no such gate", 2,
	 14},
	{OK "source: {commit: abc}\n", "unknown key 'source.commit'", 2, 10},
	{OK "mode: backwards\n", "'mode' must be 'forward' or 'follow'", 2, 7},
	{OK "soak: 24\n", "'soak' must be a duration such as 250ms, 30s, 10min, 24h or 7d", 2, 7},
	{OK "soak: a day\n", "'soak' must be a duration such as 250ms, 30s, 10min, 24h or 7d", 2,
	 7},
	{OK "approvals: -1\n", "'approvals' must be a whole number from 0", 2, 12},
	{OK "approvals: two\n", "'approvals' must be a whole number from 0", 2, 12},
	{OK "approvals: 12345678901\n", "'approvals' must be a whole number from 0", 2, 12},
	{OK "sign: maybe\n", "'sign' must be true or false", 2, 7},
	{OK "signers: ann@example.com\n", "'signers' must be a list", 2, 10},
	{OK "options: {lock_timeout: -5}\n",
	 "'options.lock_timeout' must be a duration such as 250ms, 30s, 10min, 24h or 7d", 2, 25},
	{OK "options: {migration_timeout: 5 minutes}\n",
	 "'options.migration_timeout' must be a duration such as 250ms, 30s, 10min, 24h or 7d", 2,
	 30},
	{OK "options: {transaction: none}\n",
	 "'options.transaction' must be 'migration' or 'deployment'", 2, 24},
	{OK "options: {require_bakup: true}\n", "unknown key 'options.require_bakup'", 2, 11},
	{OK "checks: {connections: many}\n", "'checks.connections' must be a whole number from 0",
	 2, 23},
	{"url: ${MIGRATE_TEST_UNSET}\n", "environment variable 'MIGRATE_TEST_UNSET' is not set", 1,
	 6},
	{"url: ${MIGRATE_TEST_UNSET\n", "'${' without '}'", 1, 6},
	{"url: ${1x}\n", "'${1x}' is no variable", 1, 6},
	{"a: &x 1\n", "anchors (&name) are not supported", 1, 4},
	{"a: *x\n", "aliases (*name) are not supported", 1, 4},
	{"a: !tag 1\n", "tags (!name) are not supported", 1, 4},
	{"a: 1\n---\nb: 2\n", "a second document is not supported", 2, 1},
	{"? [a]\n: b\n", "a key must be plain text", 1, 3},
	{"a: [b\n", "not YAML: did not find expected ',' or ']'", 2, 1},
	{"a: 'b\n", "not YAML: found unexpected end of stream", 2, 1},
	{"\ta: b\n", "not YAML: found character that cannot start any token", 1, 1},
	{"a: {b: {c: {d: {e: {f: {g: {h: {i: {j: {k: {l: {m: {n: {o: {p: {q: {r: "
	 "1}}}}}}}}}}}}}}}}}\n",
	 "too many levels", 1, 65},
};

/* A file as a command reads it that deploys: settings, policy, and the way to the database. */
typedef struct {
	Settings *settings;
	Policy *policy;
	char **connection;
} Whole;

static void whole_clear(Whole *whole)
{
	settings_free(whole->settings);
	policy_free(whole->policy);
	g_strfreev(whole->connection);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Whole, whole_clear)

static bool parse_whole(const char *text, const char *name, Whole *whole, GError **error)
{
	g_autofree char *file = g_strconcat(name, ".yaml", NULL);

	whole->settings = config_parse_settings(text, strlen(text), file, name, true, error);
	whole->policy =
		whole->settings ? config_parse_policy(text, strlen(text), file, name, error) : NULL;
	whole->connection = whole->policy ? config_expand_connection(whole->policy, error) : NULL;
	return whole->connection;
}

static void test_wrong_environments(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(wrong_environments); i++) {
		const Wrong *wrong = &wrong_environments[i];
		g_autoptr(GError) error = NULL;
		g_auto(Whole) whole = {0};

		g_test_message("%s", wrong->text);
		g_assert_false(parse_whole(wrong->text, "staging", &whole, &error));
		g_assert_error(error, BASE_ERROR, ERR_CONFIG);
		g_assert_cmpstr(error->message, ==, wrong->message);
		g_assert_cmpstr(error_get_file(error), ==, "staging.yaml");
		g_assert_cmpuint(error_get_line(error), ==, wrong->line);
		g_assert_cmpuint(error_get_column(error), ==, wrong->column);
	}
}

static const Wrong wrong_projects[] = {
	{"migrations: /etc\n", "'migrations' must be a path inside the repository, without '..'", 1,
	 13},
	{"migrations: ../other\n",
	 "'migrations' must be a path inside the repository, without '..'", 1, 13},
	{"migrations: db//x\n", "'migrations' must be a path inside the repository, without '..'",
	 1, 13},
	{"schema: [a]\n", "'schema' must be a single value", 1, 9},
	{"migration: db\n", "unknown key 'migration'", 1, 1},
	{"ignore: all\n", "'ignore' must be a list", 1, 9},
	{"ignore: [all]\n", "'ignore' must be a list of groups: kind, name, reason", 1, 10},
	{"ignore:\n- {name: a}\n", "'ignore' has no 'reason'", 2, 3},
	{"ignore:\n- {reason: a}\n", "'ignore' has no 'name'", 2, 3},
	{"ignore:\n- {name: a, reason: ''}\n", "'ignore.reason' must be a text that is not empty",
	 2, 21},
};

static void test_wrong_projects(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(wrong_projects); i++) {
		const Wrong *wrong = &wrong_projects[i];
		g_autoptr(GError) error = NULL;

		g_assert_null(config_parse_project(wrong->text, strlen(wrong->text), "migrate.yaml",
						   &error));
		g_assert_cmpstr(error->message, ==, wrong->message);
		g_assert_cmpuint(error_get_line(error), ==, wrong->line);
		g_assert_cmpuint(error_get_column(error), ==, wrong->column);
	}
}

/* Every wrong file again with a password in front of it: it must not stand in what is said. */
static void test_secrets_stay_secret(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(wrong_environments); i++) {
		g_autofree char *text = g_strconcat("database: {password: s3cret}\n",
						    wrong_environments[i].text, NULL);
		g_autoptr(GError) error = NULL;
		g_auto(Whole) whole = {0};
		g_autofree char *said = NULL;

		parse_whole(text, "staging", &whole, &error);
		said = error ? error_format(error, "error", false) : NULL;

		if (said)
			g_assert_null(strstr(said, "s3cret"));
	}
}

static const char whole[] =
	"name: production\n"
	"database:\n"
	"  host: ${MIGRATE_TEST_HOST}\n"
	"  port: ${MIGRATE_TEST_PORT:-5433}\n"
	"  database: app\n"
	"  user: deploy\n"
	"  password: a$$b$c\n"
	"  sslmode: verify-full\n"
	"  connect_timeout: 10\n"
	"include_dirs: [db/schema]\n"
	"exclude_dirs:\n  - db/schema/00_common/roles.sql\n"
	"source:\n  tags: \"v*\"\n"
	"mode: forward\n"
	"promote_from: staging\n"
	"soak: 24h\n"
	"signers: [release@example.com]\n"
	"approvals: 2\n"
	"options: {migration_timeout: 600, lock_timeout: 1s, require_backup: true,\n"
	"  require_dry_run: true, statement_timeout: 1500, pool_size: 5, verbose: true,\n"
	"  transaction: deployment, lock_wait: 5}\n"
	"checks: {replication_lag: 30s, connections: 100, oldest_transaction: 60s}\n";

static void test_every_key(void)
{
	g_autoptr(GError) error = NULL;
	g_auto(Whole) read = {0};

	g_setenv("MIGRATE_TEST_HOST", "db.example.com", TRUE);
	parse_whole(whole, "production", &read, &error);
	g_assert_no_error(error);
	const Settings *e = read.settings;
	const Policy *p = read.policy;
	g_autofree char *connection = g_strjoinv(" ", read.connection);
	g_assert_cmpstr(connection, ==,
			"host db.example.com port 5433 dbname app user deploy password a$b$c "
			"sslmode verify-full "
			"connect_timeout 10");
	g_assert_cmpstr(e->include_dirs[0], ==, "db/schema");
	g_assert_cmpstr(e->exclude_dirs[0], ==, "db/schema/00_common/roles.sql");
	g_assert_cmpstr(p->source_tags, ==, "v*");
	g_assert_cmpstr(p->promote_from, ==, "staging");
	g_assert_cmpint(p->soak_ms, ==, 86400000);
	g_assert_cmpstr(p->signers[0], ==, "release@example.com");
	g_assert_cmpint(p->approvals, ==, 2);
	g_assert_cmpint(e->migration_timeout_ms, ==, 600000);
	g_assert_cmpint(e->lock_timeout_ms, ==, 1000);
	g_assert_cmpint(e->statement_timeout_ms, ==, 1500);
	g_assert_cmpint(e->lock_wait_ms, ==, 5000);
	g_assert_cmpint(e->transaction, ==, SCOPE_DEPLOYMENT);
	g_assert_true(p->require_backup);
	g_assert_true(p->require_dry_run);
	g_assert_true(e->verbose);
	g_assert_true(p->sign);
	g_assert_cmpint(p->check_replication_lag_ms, ==, 30000);
	g_assert_cmpint(p->check_connections, ==, 100);
	g_assert_cmpint(p->check_oldest_transaction_ms, ==, 60000);
}

static void test_defaults(void)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Settings) e = config_parse_settings(OK, strlen(OK), "x.yaml", "x", true, &error);
	g_autoptr(Policy) p = config_parse_policy(OK, strlen(OK), "x.yaml", "x", &error);
	g_autoptr(Project) project = config_parse_project("", 0, "migrate.yaml", &error);

	g_assert_no_error(error);
	g_assert_true(p->embedded);
	g_assert_true(p->sign);
	g_assert_cmpint(e->lock_timeout_ms, ==, 5000);
	g_assert_cmpint(p->mode, ==, MODE_FORWARD);
	g_assert_cmpint(e->transaction, ==, SCOPE_MIGRATION);
	g_assert_cmpstr(project->migrations, ==, "db/migrations");
	g_assert_cmpstr(project->default_environment, ==, "local");
}

/* Listing environments must work without production's secrets. */
static void test_unexpanded(void)
{
	const char *text =
		"database: {host: '${MIGRATE_TEST_UNSET}', port: '${MIGRATE_TEST_UNSET}'}\n";
	g_autoptr(GError) error = NULL;
	g_autoptr(Policy) policy = config_parse_policy(text, strlen(text), "x.yaml", "x", &error);
	const ConnectionWord *word;

	g_assert_no_error(error);
	word = g_ptr_array_index(policy->connection, 0);
	g_assert_cmpstr(word->value, ==, "${MIGRATE_TEST_UNSET}");
	g_assert_null(config_expand_connection(policy, &error));
	g_assert_cmpstr(error->message, ==, "environment variable 'MIGRATE_TEST_UNSET' is not set");
	g_assert_cmpuint(error_get_line(error), ==, 1);
	g_assert_cmpuint(error_get_column(error), ==, 18);
}

static void test_hints(void)
{
	static const char all_keys[] = "git-migrate-config(5) lists all keys";
	static const struct {
		const char *text, *hint;
	} cases[] = {{"embeded: true\n", "did you mean 'embedded'?"},
		     {"sorce: {branch: main}\n", "did you mean 'source'?"},
		     {"optoins: {snapshot: false}\n", "did you mean 'options'?"},
		     {"options: {snapshto: false}\n", "did you mean 'options.snapshot'?"},
		     {"something_else: {snapshot: false}\n", all_keys},
		     {"options: {snapshot.x: 1}\n", "did you mean 'options.snapshot'?"}};

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		const char *text = cases[i].text;
		g_autoptr(GError) error = NULL;

		g_test_message("%s", text);
		g_assert_null(config_parse_policy(text, strlen(text), "x.yaml", "x", &error));
		g_assert_cmpstr(error_get_hint(error), ==, cases[i].hint);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/config/every wrong environment is told with its place",
			test_wrong_environments);
	g_test_add_func("/config/every wrong project is told with its place", test_wrong_projects);
	g_test_add_func("/config/no message holds a password", test_secrets_stay_secret);
	g_test_add_func("/config/every key is read", test_every_key);
	g_test_add_func("/config/defaults", test_defaults);
	g_test_add_func("/config/variables may stay for listings", test_unexpanded);
	g_test_add_func("/config/a near key is suggested", test_hints);
	return g_test_run();
}
