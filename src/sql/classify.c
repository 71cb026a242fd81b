#include "sql/classify.h"

#include <jansson.h>
#include <string.h>

#include "base/error.h"
#include "parse.h"
#include "words.h"

void sql_kind_clear(SqlKind *kind)
{
	g_free(kind->schema);
	g_free(kind->index);
	g_free(kind->temporary);
	g_free(kind->savepoint);
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

static const json_t *find_option(const json_t *options, const char *name)
{
	for (size_t i = 0; i < json_array_size(options); i++) {
		const json_t *option = json_object_get(json_array_get(options, i), "DefElem");

		if (strcmp(text_of(option, "defname"), name) == 0)
			return option;
	}
	return NULL;
}

/* The word of an option's value: a string, or a bare word such as off, which the parser takes for a
 * type's name. */
static const char *option_word(const json_t *value)
{
	const json_t *type = json_object_get(value, "TypeName");
	const json_t *first = json_array_get(json_object_get(type, "names"), 0);

	return text_of(json_object_get(type ? first : value, "String"), "sval");
}

/* An option's truth as the server reads it: without a value it is true. */
static bool option_is_true(const json_t *options, const char *name, bool otherwise)
{
	static const char *const no[] = {"false", "off", "no", "0"};
	const json_t *option = find_option(options, name);
	const json_t *value = json_object_get(option, "arg");
	const json_t *number = json_object_get(value, "Integer");

	if (!option || !value)
		return option ? true : otherwise;
	if (number)
		return json_integer_value(json_object_get(number, "ival")) != 0;
	for (guint i = 0; i < G_N_ELEMENTS(no); i++)
		if (g_ascii_strcasecmp(option_word(value), no[i]) == 0)
			return false;
	return true;
}

static void judge_reindex(const json_t *node, SqlKind *kind)
{
	const char *what = text_of(node, "kind");

	if (option_is_true(json_object_get(node, "params"), "concurrently", false))
		outside(kind, SQL_EFFECT_REPEATABLE, "REINDEX CONCURRENTLY");
	else if (strcmp(what, "REINDEX_OBJECT_SCHEMA") == 0 ||
		 strcmp(what, "REINDEX_OBJECT_SYSTEM") == 0 ||
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
		const json_t *command =
			json_object_get(json_array_get(commands, i), "AlterTableCmd");
		const json_t *def =
			json_object_get(json_object_get(command, "def"), "PartitionCmd");

		if (strcmp(text_of(command, "subtype"), "AT_DetachPartition") == 0 &&
		    is_true(def, "concurrent"))
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
	if (find_option(json_object_get(node, "options"), "tablespace"))
		outside(kind, SQL_EFFECT_REPEATABLE, "ALTER DATABASE SET TABLESPACE");
}

/* Only a subscription that makes a slot on the publisher reaches beyond the transaction. */
static void judge_create_subscription(const json_t *node, SqlKind *kind)
{
	const json_t *options = json_object_get(node, "options");

	if (option_is_true(options, "connect", true) &&
	    option_is_true(options, "create_slot", true))
		outside(kind, SQL_EFFECT_NONE, "CREATE SUBSCRIPTION");
}

/* Other publications are fetched at once, unless told not to. */
static void judge_alter_subscription(const json_t *node, SqlKind *kind)
{
	const char *what = text_of(node, "kind");

	if (strcmp(what, "ALTER_SUBSCRIPTION_REFRESH") == 0 ||
	    (g_str_has_suffix(what, "_PUBLICATION") &&
	     option_is_true(json_object_get(node, "options"), "refresh", true)))
		outside(kind, SQL_EFFECT_REPEATABLE, "ALTER SUBSCRIPTION with a refresh");
}

static void judge_discard(const json_t *node, SqlKind *kind)
{
	kind->effect = SQL_EFFECT_SESSION;
	if (strcmp(text_of(node, "target"), "DISCARD_ALL") == 0)
		outside(kind, SQL_EFFECT_SESSION, "DISCARD ALL");
}

/* ---- what belongs to the session ---- */

/* Any statement of this type changes the session alone. */
static void judge_session(const json_t *node, SqlKind *kind)
{
	(void)node;
	kind->effect = SQL_EFFECT_SESSION;
}

/* SET LOCAL and SET TRANSACTION end with the transaction. */
static void judge_set(const json_t *node, SqlKind *kind)
{
	static const char transaction[] = "TRANSACTION";

	if (!is_true(node, "is_local") && strcmp(text_of(node, "name"), transaction) != 0)
		kind->effect = SQL_EFFECT_SESSION;
}

static void judge_cursor(const json_t *node, SqlKind *kind)
{
	const json_int_t with_hold = 0x0020; /* CURSOR_OPT_HOLD, nodes/parsenodes.h */

	if (json_integer_value(json_object_get(node, "options")) & with_hold)
		kind->effect = SQL_EFFECT_SESSION;
}

static void judge_relation(const json_t *relation, SqlKind *kind)
{
	const char *schema = text_of(relation, "schemaname");

	if (strcmp(text_of(relation, "relpersistence"), "t") != 0 && strcmp(schema, "pg_temp") != 0)
		return;
	kind->effect = SQL_EFFECT_TEMPORARY;
	g_free(kind->temporary);
	kind->temporary = g_strdup(text_of(relation, "relname"));
}

static void judge_create(const json_t *node, SqlKind *kind)
{
	judge_relation(json_object_get(node, "relation"), kind);
}

static void judge_create_sequence(const json_t *node, SqlKind *kind)
{
	judge_relation(json_object_get(node, "sequence"), kind);
}

static void judge_create_view(const json_t *node, SqlKind *kind)
{
	judge_relation(json_object_get(node, "view"), kind);
}

static void judge_create_as(const json_t *node, SqlKind *kind)
{
	judge_relation(json_object_get(json_object_get(node, "into"), "rel"), kind);
}

/* A function's name without its schema. */
static bool calls(const json_t *target, const char *name)
{
	const json_t *value = json_object_get(json_object_get(target, "ResTarget"), "val");
	const json_t *names = json_object_get(json_object_get(value, "FuncCall"), "funcname");
	const json_t *last = json_array_get(names, json_array_size(names) - 1);
	const json_t *text = json_object_get(last, "String");

	return strcmp(text_of(text, "sval"), name) == 0 || strcmp(text_of(text, "str"), name) == 0;
}

/* SELECT set_config(...), and nothing else: SET by another name. */
static void judge_select(const json_t *node, SqlKind *kind)
{
	const json_t *targets = json_object_get(node, "targetList");
	const json_t *into = json_object_get(node, "intoClause");
	bool only_sets = json_array_size(targets) > 0 && !json_object_get(node, "fromClause");

	if (into)
		judge_relation(json_object_get(into, "rel"), kind);
	for (size_t i = 0; i < json_array_size(targets) && only_sets; i++)
		only_sets = calls(json_array_get(targets, i), "set_config");
	if (only_sets)
		kind->effect = SQL_EFFECT_SESSION;
}

static void judge_copy(const json_t *node, SqlKind *kind)
{
	if (!is_true(node, "is_from") && !*text_of(node, "filename"))
		set(kind, SQL_ORDINARY, SQL_EFFECT_ROWS_OUT, "COPY TO stdout");
}

/* Transaction control by the parser's kind. */
static void judge_transaction(const json_t *node, SqlKind *kind)
{
	static const struct {
		const char *kind, *what;
		SqlEffect effect;
	} words[] = {{"TRANS_STMT_BEGIN", "BEGIN", SQL_EFFECT_NONE},
		     {"TRANS_STMT_START", "START TRANSACTION", SQL_EFFECT_NONE},
		     {"TRANS_STMT_COMMIT", "COMMIT", SQL_EFFECT_NONE},
		     {"TRANS_STMT_ROLLBACK", "ROLLBACK", SQL_EFFECT_NONE},
		     {"TRANS_STMT_SAVEPOINT", "SAVEPOINT", SQL_EFFECT_SAVEPOINT},
		     {"TRANS_STMT_RELEASE", "RELEASE SAVEPOINT", SQL_EFFECT_RELEASE},
		     {"TRANS_STMT_ROLLBACK_TO", "ROLLBACK TO SAVEPOINT", SQL_EFFECT_ROLLBACK_TO},
		     {"TRANS_STMT_PREPARE", "PREPARE TRANSACTION", SQL_EFFECT_NONE},
		     {"TRANS_STMT_COMMIT_PREPARED", "COMMIT PREPARED", SQL_EFFECT_NONE},
		     {"TRANS_STMT_ROLLBACK_PREPARED", "ROLLBACK PREPARED", SQL_EFFECT_NONE}};
	const char *found = text_of(node, "kind");
	const char *savepoint = text_of(node, "savepoint_name");

	set(kind, SQL_TRANSACTION, SQL_EFFECT_NONE, "transaction control");
	for (guint i = 0; i < G_N_ELEMENTS(words); i++)
		if (strcmp(words[i].kind, found) == 0)
			set(kind, SQL_TRANSACTION, words[i].effect, words[i].what);
	kind->savepoint = *savepoint ? g_strdup(savepoint) : NULL;
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
	{"DiscardStmt", judge_discard, SQL_EFFECT_NONE, NULL},
	{"TransactionStmt", judge_transaction, SQL_EFFECT_NONE, NULL},
	{"VariableSetStmt", judge_set, SQL_EFFECT_NONE, NULL},
	{"PrepareStmt", judge_session, SQL_EFFECT_NONE, NULL},
	{"DeallocateStmt", judge_session, SQL_EFFECT_NONE, NULL},
	{"ListenStmt", judge_session, SQL_EFFECT_NONE, NULL},
	{"UnlistenStmt", judge_session, SQL_EFFECT_NONE, NULL},
	{"LoadStmt", judge_session, SQL_EFFECT_NONE, NULL},
	{"DeclareCursorStmt", judge_cursor, SQL_EFFECT_NONE, NULL},
	{"ClosePortalStmt", judge_session, SQL_EFFECT_NONE, NULL},
	{"CreateStmt", judge_create, SQL_EFFECT_NONE, NULL},
	{"CreateSeqStmt", judge_create_sequence, SQL_EFFECT_NONE, NULL},
	{"ViewStmt", judge_create_view, SQL_EFFECT_NONE, NULL},
	{"CreateTableAsStmt", judge_create_as, SQL_EFFECT_NONE, NULL},
	{"SelectStmt", judge_select, SQL_EFFECT_NONE, NULL},
	{"CopyStmt", judge_copy, SQL_EFFECT_NONE, NULL},
	{"CreatedbStmt", NULL, SQL_EFFECT_NONE, "CREATE DATABASE"},
	{"DropdbStmt", NULL, SQL_EFFECT_NONE, "DROP DATABASE"},
	{"CreateTableSpaceStmt", NULL, SQL_EFFECT_NONE, "CREATE TABLESPACE"},
	{"DropTableSpaceStmt", NULL, SQL_EFFECT_NONE, "DROP TABLESPACE"},
	{"AlterSystemStmt", NULL, SQL_EFFECT_REPEATABLE, "ALTER SYSTEM"},
	{"CreateSubscriptionStmt", judge_create_subscription, SQL_EFFECT_NONE, NULL},
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

/* ---- what leaves nothing behind ---- */

/* Whether any node below has this type. */
static bool has_node(json_t *node, const char *type)
{
	for (size_t i = 0; i < json_array_size(node); i++)
		if (has_node(json_array_get(node, i), type))
			return true;
	for (void *at = json_object_iter(node); at; at = json_object_iter_next(node, at))
		if (strcmp(json_object_iter_key(at), type) == 0 ||
		    has_node(json_object_iter_value(at), type))
			return true;
	return false;
}

/* Whether an ALTER TABLE goes through rows that are there with expressions which it does not name:
 * those of constraints, indexes and generated columns. */
static bool runs_stored(const json_t *node)
{
	static const char *const subtypes[] = {"AT_AlterColumnType", "AT_ValidateConstraint",
					       "AT_AttachPartition", NULL};
	const json_t *commands = json_object_get(node, "cmds");

	for (size_t i = 0; i < json_array_size(commands); i++) {
		const json_t *command =
			json_object_get(json_array_get(commands, i), "AlterTableCmd");

		if (g_strv_contains(subtypes, text_of(command, "subtype")))
			return true;
	}
	return false;
}

/* DDL that stores expressions and runs none, and DDL that runs those that it names on rows that are
 * there. */
static bool is_quiet(const char *type, json_t *node)
{
	static const char *const never[] = {
		"CreateStmt",        "ViewStmt",         "CreateFunctionStmt",
		"CommentStmt",       "CreateSchemaStmt", "CreateEnumStmt",
		"CompositeTypeStmt", "CreateDomainStmt", "CreateSeqStmt",
		"GrantStmt",         "CreateTrigStmt",   "CreatePolicyStmt",
		"DropStmt",          "RenameStmt",       NULL};
	static const char *const by_expression[] = {"AlterTableStmt", "IndexStmt", NULL};
	static const char *const runs[] = {"FuncCall", "A_Expr", "TypeCast", NULL};

	if (g_strv_contains(never, type))
		return true;
	if (!g_strv_contains(by_expression, type))
		return false;
	for (const char *const *each = runs; *each; each++)
		if (has_node(node, *each))
			return false;
	return !runs_stored(node);
}

/* One text is one statement. Should the parser see more, because it splits otherwise than we do,
 * then the first that is not ordinary decides: none may slip through unseen. */
static void judge_tree(const json_t *tree, SqlKind *kind)
{
	const json_t *statements = json_object_get(tree, "stmts");

	kind->quiet = json_array_size(statements) == 1;

	for (size_t i = 0; i < json_array_size(statements) && kind->class == SQL_ORDINARY; i++) {
		json_t *statement = json_object_get(json_array_get(statements, i), "stmt");
		const char *type;
		json_t *node;

		json_object_foreach(statement, type, node)
		{
			judge_node(type, node, kind);
			kind->quiet &= kind->effect == SQL_EFFECT_NONE && is_quiet(type, node);
		}
	}
}

void sql_classify(const char *statement, SqlKind *kind)
{
	g_auto(Parse) parse = {0};

	sql_parse(statement, &parse);
	*kind = (SqlKind){.class = SQL_ORDINARY, .what = "statement", .effect = SQL_EFFECT_NONE};
	kind->parsed = parse.outcome == PARSE_READ;
	if (kind->parsed)
		judge_tree(parse.tree, kind);
	else
		sql_words_judge(statement, kind);
}

bool sql_parse_check(const char *statement, unsigned *position, GError **error)
{
	g_auto(Parse) parse = {0};

	sql_parse(statement, &parse);
	if (parse.outcome == PARSE_READ || parse.outcome == PARSE_TOO_DEEP)
		return true;
	if (position)
		*position = parse.position;
	return error_set(error, ERR_MIGRATION, "%s",
			 parse.message ? parse.message
				       : "this statement is too long for the parser");
}
