#include "run/script.h"

#include <string.h>

#include "base/error.h"
#include "base/text.h"

void ready_script_free(ReadyScript *script)
{
	if (!script)
		return;
	sql_script_free(script->statements);
	g_array_unref(script->kinds);
	script_clear(&script->source);
	g_free(script->content);
	g_free(script);
}

const SqlStatement *ready_script_statement(const ReadyScript *script, guint index)
{
	return &g_array_index(script->statements->statements, SqlStatement, index);
}

const SqlKind *ready_script_kind(const ReadyScript *script, guint index)
{
	return &g_array_index(script->kinds, SqlKind, index);
}

guint ready_script_length(const ReadyScript *script)
{
	return script->statements->statements->len;
}

/* ---- judging ---- */

static bool refuse_control(const ReadyScript *script, const SqlStatement *statement,
			   const SqlKind *kind, GError **error)
{
	error_set(error, ERR_MIGRATION, "%s is not allowed in a migration", kind->what);
	error_place(error, script->source.file, statement->line, statement->column);
	if (script->transaction)
		return error_hint(error, "remove it: the migration runs in a transaction of its "
					 "own, with its record");
	return error_hint(
		error,
		"remove it: each statement of this script is committed and recorded by itself");
}

static bool refuse_outside(const ReadyScript *script, const SqlStatement *statement,
			   const SqlKind *kind, GError **error)
{
	error_set(error, ERR_MIGRATION,
		  "%s cannot run in a transaction, and this environment deploys in one "
		  "('transaction: deployment')",
		  kind->what);
	error_place(error, script->source.file, statement->line, statement->column);
	return error_hint(error, "set 'transaction: migration' in the environment's options");
}

static bool refuse_rows(const ReadyScript *script, const SqlStatement *statement, GError **error)
{
	error_set(error, ERR_MIGRATION,
		  "COPY ... TO stdout sends its rows to nobody: there is no client to take them");
	error_place(error, script->source.file, statement->line, statement->column);
	return error_hint(error, "remove it, or keep the rows in a table: CREATE TABLE ... AS");
}

/* ---- savepoints ---- */

/* Those of the script that are open, outermost first. One that another script of the same
 * transaction made must not be named: going back to it would undo that script's record. */
typedef struct {
	GPtrArray *names;          /* char*, borrowed from the kinds */
	const SqlStatement *first; /* that made one, or NULL */
} Savepoints;

static bool refuse_savepoint(const ReadyScript *script, const SqlStatement *statement,
			     const char *name, GError **error)
{
	error_set(error, ERR_MIGRATION, "'%s' is no savepoint of this script that is open here",
		  name);
	return error_place(error, script->source.file, statement->line, statement->column);
}

static bool judge_savepoint(const ReadyScript *script, const SqlStatement *statement,
			    const SqlKind *kind, Savepoints *open, GError **error)
{
	guint at = open->names->len;

	if (!open->first)
		open->first = statement;
	if (kind->effect == SQL_EFFECT_SAVEPOINT) {
		g_ptr_array_add(open->names, kind->savepoint);
		return true;
	}
	while (at > 0 && strcmp(g_ptr_array_index(open->names, at - 1), kind->savepoint) != 0)
		at--;
	if (at == 0)
		return refuse_savepoint(script, statement, kind->savepoint, error);
	g_ptr_array_set_size(open->names, (gint)(kind->effect == SQL_EFFECT_RELEASE ? at - 1 : at));
	return true;
}

static bool refuse_apart(const ReadyScript *script, const Savepoints *open, GError **error)
{
	error_set(error, ERR_MIGRATION,
		  "savepoints need one transaction, and this script runs statement by statement");
	error_place(error, script->source.file, open->first->line, open->first->column);
	return error_hint(error, "put what needs no transaction into a migration of its own");
}

/* ---- statements ---- */

/* Judges one statement; the first that forbids a transaction decides for the whole script. */
static bool judge(ReadyScript *script, const SqlStatement *statement, const SqlKind *kind,
		  TransactionScope scope, Savepoints *open, GError **error)
{
	if (kind->class == SQL_TRANSACTION && kind->savepoint)
		return judge_savepoint(script, statement, kind, open, error);
	if (kind->class == SQL_TRANSACTION)
		return refuse_control(script, statement, kind, error);
	if (kind->effect == SQL_EFFECT_ROWS_OUT)
		return refuse_rows(script, statement, error);
	if (kind->class == SQL_ORDINARY)
		return true;
	if (scope == SCOPE_DEPLOYMENT)
		return refuse_outside(script, statement, kind, error);
	if (script->transaction)
		script->why_not = kind->what;
	script->transaction = false;
	return true;
}

static bool judge_all(ReadyScript *script, TransactionScope scope, GError **error)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	Savepoints open = {.names = names};

	script->quiet = true;
	for (guint i = 0; i < ready_script_length(script); i++) {
		const SqlStatement *statement = ready_script_statement(script, i);
		g_autofree char *text = sql_statement_text(script->statements, statement);
		SqlKind kind = {0};

		sql_classify(text, &kind);
		g_array_append_val(script->kinds, kind);
		script->quiet &= kind.quiet;
		if (!judge(script, statement, ready_script_kind(script, i), scope, &open, error))
			return false;
	}
	return !open.first || script->transaction || refuse_apart(script, &open, error);
}

/* ---- reading ---- */

static ReadyScript *script_new(const Migration *migration)
{
	ReadyScript *script = g_new0(ReadyScript, 1);

	script->migration = migration;
	script->kinds = g_array_new(FALSE, FALSE, sizeof(SqlKind));
	g_array_set_clear_func(script->kinds, (GDestroyNotify)sql_kind_clear);
	return script;
}

bool ready_script_read(GitRepo *repo, const Migration *migration, ScriptRole role,
		       TransactionScope scope, ReadyScript **script, GError **error)
{
	g_autoptr(ReadyScript) ready = script_new(migration);
	const Directives *directives = migration->directives;
	const Script *source = &ready->source;
	size_t length;
	const void *bytes;

	*script = NULL;
	if (!history_read_script(repo, migration, role, &ready->source, error))
		return false;
	if (!source->text.present)
		return true;
	bytes = g_bytes_get_data(source->file_bytes, &length);
	ready->content = text_sha256(bytes, length);
	ready->transaction = !source->no_transaction && !(directives && directives->no_transaction);
	ready->statements = sql_script_split(source->text.text, source->text.length, source->file,
					     source->text.line, error);
	if (!ready->statements || !judge_all(ready, scope, error))
		return false;
	*script = g_steal_pointer(&ready);
	return true;
}

void ready_migration_free(ReadyMigration *ready)
{
	if (!ready)
		return;
	ready_script_free(ready->script);
	ready_script_free(ready->verify);
	g_free(ready);
}

ReadyMigration *ready_migration_read(GitRepo *repo, const Migration *migration, ScriptRole role,
				     TransactionScope scope, GError **error)
{
	g_autoptr(ReadyMigration) ready = g_new0(ReadyMigration, 1);

	ready->migration = migration;
	if (!ready_script_read(repo, migration, role, scope, &ready->script, error))
		return NULL;
	if (role == SCRIPT_UP &&
	    !ready_script_read(repo, migration, SCRIPT_VERIFY, scope, &ready->verify, error))
		return NULL;
	return g_steal_pointer(&ready);
}

GPtrArray *ready_migrations_read(GitRepo *repo, const GPtrArray *migrations, TransactionScope scope,
				 GError **error)
{
	g_autoptr(GPtrArray) all =
		g_ptr_array_new_with_free_func((GDestroyNotify)ready_migration_free);

	for (guint i = 0; i < migrations->len; i++) {
		const Migration *migration = g_ptr_array_index(migrations, i);
		ReadyMigration *ready =
			ready_migration_read(repo, migration, SCRIPT_UP, scope, error);

		if (!ready) {
			g_prefix_error(error, "migration '%s': ", migration->id);
			return NULL;
		}
		g_ptr_array_add(all, ready);
	}
	return g_steal_pointer(&all);
}

/* ---- as items ---- */

RecordItem *ready_script_item(const ReadyScript *script)
{
	RecordItem *item = record_item_new(script->migration->id);

	item->path = g_strdup(script->source.file);
	item->blob = g_strdup(script->source.blob);
	item->content = g_strdup(script->content);
	item->transaction = script->transaction;
	return item;
}

GPtrArray *ready_migrations_items(const GPtrArray *ready)
{
	GPtrArray *items = g_ptr_array_new_with_free_func((GDestroyNotify)record_item_free);

	for (guint i = 0; i < ready->len; i++) {
		const ReadyMigration *one = g_ptr_array_index(ready, i);

		g_ptr_array_add(items, ready_script_item(one->script));
	}
	return items;
}
