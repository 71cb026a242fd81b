#include "sql/classify.h"

#include <jansson.h>
#include <string.h>

#include "base/error.h"
#include "parse.h"

void sql_kind_clear(SqlKind *kind)
{
	g_free(kind->schema);
	g_free(kind->index);
	*kind = (SqlKind){0};
}

static bool is_true(const json_t *node, const char *key)
{
	return json_is_true(json_object_get(node, key));
}

static const char *text_of(const json_t *node, const char *key)
{
	const char *text = json_string_value(json_object_get(node, key));

	return text ? text : "";
}

static void set(SqlKind *kind, SqlClass class, SqlEffect effect, const char *what)
{
	kind->class = class;
	kind->effect = effect;
	kind->what = what;
}

static void outside(SqlKind *kind, SqlEffect effect, const char *what)
{
	set(kind, SQL_NO_TRANSACTION, effect, what);
}

/* ---- by the parser's tree ---- */

static void judge_index(const json_t *node, SqlKind *kind)
{
	const json_t *relation = json_object_get(node, "relation");
	const char *name = text_of(node, "idxname"), *schema = text_of(relation, "schemaname");

	if (!is_true(node, "concurrent"))
		return;
	outside(kind, SQL_EFFECT_INDEX_CREATED, "CREATE INDEX CONCURRENTLY");
	kind->index = *name ? g_strdup(name) : NULL;
	kind->schema = *schema ? g_strdup(schema) : NULL;
	kind->if_not_exists = is_true(node, "if_not_exists");
}

/* The parts of a dropped object's name: [schema,] name. */
static void judge_drop(const json_t *node, SqlKind *kind)
{
	const json_t *first = json_array_get(json_object_get(node, "objects"), 0);
	const json_t *items = json_object_get(json_object_get(first, "List"), "items");
	const size_t count = json_array_size(items);

	if (!is_true(node, "concurrent"))
		return;
	outside(kind, SQL_EFFECT_INDEX_DROPPED, "DROP INDEX CONCURRENTLY");
	for (size_t i = 0; i < count; i++) {
		const json_t *part = json_object_get(json_array_get(items, i), "String");
		const char *text = text_of(part, "str");

		if (!*text)
			text = text_of(part, "sval");
		if (i + 1 == count)
			kind->index = g_strdup(text);
		else if (i + 2 == count)
			kind->schema = g_strdup(text);
	}
}

static bool has_option(const json_t *node, const char *name)
{
	const json_t *options = json_object_get(node, "params");

	for (size_t i = 0; i < json_array_size(options); i++) {
		const json_t *option = json_object_get(json_array_get(options, i), "DefElem");
		if (strcmp(text_of(option, "defname"), name) == 0)
			return true;
	}
	return false;
}

static void judge_reindex(const json_t *node, SqlKind *kind)
{
	const char *what = text_of(node, "kind");

	if (has_option(node, "concurrently"))
		outside(kind, SQL_EFFECT_REPEATABLE, "REINDEX CONCURRENTLY");
	else if (strcmp(what, "REINDEX_OBJECT_SCHEMA") == 0 || strcmp(what, "REINDEX_OBJECT_SYSTEM") == 0 ||
	         strcmp(what, "REINDEX_OBJECT_DATABASE") == 0)
		outside(kind, SQL_EFFECT_REPEATABLE, "REINDEX of a schema or database");
}

static void judge_vacuum(const json_t *node, SqlKind *kind)
{
	if (is_true(node, "is_vacuumcmd"))
		outside(kind, SQL_EFFECT_REPEATABLE, "VACUUM");
}

static void judge_alter_table(const json_t *node, SqlKind *kind)
{
	const json_t *commands = json_object_get(node, "cmds");

	for (size_t i = 0; i < json_array_size(commands); i++) {
		const json_t *command = json_object_get(json_array_get(commands, i), "AlterTableCmd");
		const json_t *def = json_object_get(json_object_get(command, "def"), "PartitionCmd");

		if (strcmp(text_of(command, "subtype"), "AT_DetachPartition") == 0 && is_true(def, "concurrent"))
			outside(kind, SQL_EFFECT_NONE, "DETACH PARTITION CONCURRENTLY");
	}
}

static void judge_cluster(const json_t *node, SqlKind *kind)
{
	if (!json_object_get(node, "relation"))
		outside(kind, SQL_EFFECT_REPEATABLE, "CLUSTER of all tables");
}

static void judge_alter_database(const json_t *node, SqlKind *kind)
{
	const json_t *options = json_object_get(node, "options");

	for (size_t i = 0; i < json_array_size(options); i++)
		if (strcmp(text_of(json_object_get(json_array_get(options, i), "DefElem"), "defname"), "tablespace") == 0)
			outside(kind, SQL_EFFECT_REPEATABLE, "ALTER DATABASE SET TABLESPACE");
}

static void judge_alter_subscription(const json_t *node, SqlKind *kind)
{
	if (strstr(text_of(node, "kind"), "REFRESH"))
		outside(kind, SQL_EFFECT_REPEATABLE, "ALTER SUBSCRIPTION REFRESH");
}

/* Transaction control by the parser's kind. */
static void judge_transaction(const json_t *node, SqlKind *kind)
{
	static const struct {
		const char *kind, *what;
	} words[] = {{"TRANS_STMT_BEGIN", "BEGIN"},
	             {"TRANS_STMT_START", "START TRANSACTION"},
	             {"TRANS_STMT_COMMIT", "COMMIT"},
	             {"TRANS_STMT_ROLLBACK", "ROLLBACK"},
	             {"TRANS_STMT_SAVEPOINT", "SAVEPOINT"},
	             {"TRANS_STMT_RELEASE", "RELEASE SAVEPOINT"},
	             {"TRANS_STMT_ROLLBACK_TO", "ROLLBACK TO SAVEPOINT"},
	             {"TRANS_STMT_PREPARE", "PREPARE TRANSACTION"},
	             {"TRANS_STMT_COMMIT_PREPARED", "COMMIT PREPARED"},
	             {"TRANS_STMT_ROLLBACK_PREPARED", "ROLLBACK PREPARED"}};
	const char *found = text_of(node, "kind");

	set(kind, SQL_TRANSACTION, SQL_EFFECT_NONE, "transaction control");
	for (guint i = 0; i < G_N_ELEMENTS(words); i++)
		if (strcmp(words[i].kind, found) == 0)
			kind->what = words[i].what;
}

/* Node types that need a closer look, or are what they are; all others may run in a transaction. */
static const struct {
	const char *node;
	void (*judge)(const json_t *node, SqlKind *kind);
	SqlEffect effect;
	const char *what;
} rules[] = {
        {"IndexStmt", judge_index, SQL_EFFECT_NONE, NULL},
        {"DropStmt", judge_drop, SQL_EFFECT_NONE, NULL},
        {"ReindexStmt", judge_reindex, SQL_EFFECT_NONE, NULL},
        {"VacuumStmt", judge_vacuum, SQL_EFFECT_NONE, NULL},
        {"AlterTableStmt", judge_alter_table, SQL_EFFECT_NONE, NULL},
        {"ClusterStmt", judge_cluster, SQL_EFFECT_NONE, NULL},
        {"AlterDatabaseStmt", judge_alter_database, SQL_EFFECT_NONE, NULL},
        {"AlterSubscriptionStmt", judge_alter_subscription, SQL_EFFECT_NONE, NULL},
        {"TransactionStmt", judge_transaction, SQL_EFFECT_NONE, NULL},
        {"CreatedbStmt", NULL, SQL_EFFECT_NONE, "CREATE DATABASE"},
        {"DropdbStmt", NULL, SQL_EFFECT_NONE, "DROP DATABASE"},
        {"CreateTableSpaceStmt", NULL, SQL_EFFECT_NONE, "CREATE TABLESPACE"},
        {"DropTableSpaceStmt", NULL, SQL_EFFECT_NONE, "DROP TABLESPACE"},
        {"AlterSystemStmt", NULL, SQL_EFFECT_REPEATABLE, "ALTER SYSTEM"},
        {"CreateSubscriptionStmt", NULL, SQL_EFFECT_NONE, "CREATE SUBSCRIPTION"},
        {"DropSubscriptionStmt", NULL, SQL_EFFECT_NONE, "DROP SUBSCRIPTION"},
};

static void judge_node(const char *type, const json_t *node, SqlKind *kind)
{
	for (guint i = 0; i < G_N_ELEMENTS(rules); i++) {
		if (strcmp(rules[i].node, type) != 0)
			continue;
		if (rules[i].judge)
			rules[i].judge(node, kind);
		else
			outside(kind, rules[i].effect, rules[i].what);
	}
}

static bool judge_tree(const json_t *tree, SqlKind *kind)
{
	json_t *statement = json_object_get(json_array_get(json_object_get(tree, "stmts"), 0), "stmt");
	const char *type;
	json_t *node;

	if (!json_is_object(statement))
		return false;
	json_object_foreach(statement, type, node)
		judge_node(type, node, kind);
	return true;
}

/* ---- by first words, for what the parser does not know ---- */

static const struct {
	const char *words; /* the first words of the statement */
	const char *and;   /* and this one anywhere behind them, or NULL */
	SqlClass class;
	SqlEffect effect;
	const char *what;
} phrases[] = {
        {"BEGIN", NULL, SQL_TRANSACTION, SQL_EFFECT_NONE, "BEGIN"},
        {"START TRANSACTION", NULL, SQL_TRANSACTION, SQL_EFFECT_NONE, "START TRANSACTION"},
        {"COMMIT", NULL, SQL_TRANSACTION, SQL_EFFECT_NONE, "COMMIT"},
        {"END", NULL, SQL_TRANSACTION, SQL_EFFECT_NONE, "COMMIT"},
        {"ROLLBACK", NULL, SQL_TRANSACTION, SQL_EFFECT_NONE, "ROLLBACK"},
        {"ABORT", NULL, SQL_TRANSACTION, SQL_EFFECT_NONE, "ROLLBACK"},
        {"SAVEPOINT", NULL, SQL_TRANSACTION, SQL_EFFECT_NONE, "SAVEPOINT"},
        {"RELEASE", NULL, SQL_TRANSACTION, SQL_EFFECT_NONE, "RELEASE SAVEPOINT"},
        {"PREPARE TRANSACTION", NULL, SQL_TRANSACTION, SQL_EFFECT_NONE, "PREPARE TRANSACTION"},
        {"CREATE INDEX CONCURRENTLY", NULL, SQL_NO_TRANSACTION, SQL_EFFECT_NONE, "CREATE INDEX CONCURRENTLY"},
        {"CREATE UNIQUE INDEX CONCURRENTLY", NULL, SQL_NO_TRANSACTION, SQL_EFFECT_NONE, "CREATE INDEX CONCURRENTLY"},
        {"DROP INDEX CONCURRENTLY", NULL, SQL_NO_TRANSACTION, SQL_EFFECT_NONE, "DROP INDEX CONCURRENTLY"},
        {"REINDEX", "CONCURRENTLY", SQL_NO_TRANSACTION, SQL_EFFECT_REPEATABLE, "REINDEX CONCURRENTLY"},
        {"VACUUM", NULL, SQL_NO_TRANSACTION, SQL_EFFECT_REPEATABLE, "VACUUM"},
        {"REPACK", NULL, SQL_NO_TRANSACTION, SQL_EFFECT_REPEATABLE, "REPACK"},
        {"CREATE DATABASE", NULL, SQL_NO_TRANSACTION, SQL_EFFECT_NONE, "CREATE DATABASE"},
        {"DROP DATABASE", NULL, SQL_NO_TRANSACTION, SQL_EFFECT_NONE, "DROP DATABASE"},
        {"CREATE TABLESPACE", NULL, SQL_NO_TRANSACTION, SQL_EFFECT_NONE, "CREATE TABLESPACE"},
        {"ALTER SYSTEM", NULL, SQL_NO_TRANSACTION, SQL_EFFECT_REPEATABLE, "ALTER SYSTEM"},
        {"CREATE SUBSCRIPTION", NULL, SQL_NO_TRANSACTION, SQL_EFFECT_NONE, "CREATE SUBSCRIPTION"},
        {"ALTER TABLE", "DETACH PARTITION CONCURRENTLY", SQL_NO_TRANSACTION, SQL_EFFECT_NONE,
         "DETACH PARTITION CONCURRENTLY"},
};

/* The first words in upper case with single spaces between them; enough of them for any phrase. */
static char *first_words(const char *statement)
{
	const size_t enough = 400;
	g_autofree char *start = g_strndup(statement, enough);
	g_autofree char *upper = g_ascii_strup(start, -1);
	g_auto(GStrv) word = g_strsplit_set(upper, " \t\r\n\f\v;(", -1);
	GString *text = g_string_new(NULL);

	for (char **each = word; *each; each++)
		if (**each)
			g_string_append_printf(text, "%s ", *each);
	return g_string_free(text, FALSE);
}

static void judge_words(const char *statement, SqlKind *kind)
{
	g_autofree char *words = first_words(statement);

	for (guint i = 0; i < G_N_ELEMENTS(phrases); i++) {
		const size_t length = strlen(phrases[i].words);

		if (strncmp(words, phrases[i].words, length) == 0 && words[length] == ' ' &&
		    (!phrases[i].and || strstr(words, phrases[i].and)))
			set(kind, phrases[i].class, phrases[i].effect, phrases[i].what);
	}
}

void sql_classify(const char *statement, SqlKind *kind)
{
	json_t *tree = sql_parse_tree(statement, NULL, NULL);

	*kind = (SqlKind){.class = SQL_ORDINARY, .what = "statement", .effect = SQL_EFFECT_NONE};
	kind->parsed = tree && judge_tree(tree, kind);
	if (!kind->parsed)
		judge_words(statement, kind);
	json_decref(tree);
}

bool sql_parse_check(const char *statement, unsigned *position, GError **error)
{
	g_autofree char *message = NULL;
	json_t *tree = sql_parse_tree(statement, position, &message);
	const bool ok = tree != NULL;

	json_decref(tree);
	return ok || error_set(error, ERR_MIGRATION, "%s", message ? message : "the parser cannot read this");
}
