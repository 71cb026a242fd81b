#include "deploy/script.h"

#include "base/error.h"
#include "base/text.h"

void ready_script_free(ReadyScript *script)
{
	if (!script)
		return;
	sql_script_free(script->statements);
	script_clear(&script->source);
	g_free(script->content);
	g_free(script);
}

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

/* Judges one statement; the first that forbids a transaction decides for the whole script. */
static bool judge(DeployContext *context, ReadyScript *script, const SqlStatement *statement,
		  GError **error)
{
	g_autofree char *text = sql_statement_text(script->statements, statement);
	g_auto(SqlKind) kind = {0};

	sql_classify(text, &kind);
	script->has_copy |= statement->is_copy_from_stdin;
	if (kind.class == SQL_TRANSACTION)
		return refuse_control(script, statement, &kind, error);
	if (kind.class == SQL_ORDINARY)
		return true;
	if (context->environment->transaction == SCOPE_DEPLOYMENT)
		return refuse_outside(script, statement, &kind, error);
	if (script->transaction)
		script->why_not = kind.what;
	script->transaction = false;
	return true;
}

ReadyScript *deploy_ready_script(DeployContext *context, const Migration *migration,
				 ScriptRole role, GError **error)
{
	g_autoptr(ReadyScript) script = g_new0(ReadyScript, 1);
	const Directives *directives = migration->directives;
	size_t length;
	const void *bytes;

	script->migration = migration;
	if (!history_read_script(context->repo, migration, role, &script->source, error) ||
	    !script->source.text.present)
		return NULL;
	bytes = g_bytes_get_data(script->source.file_bytes, &length);
	script->content = text_sha256(bytes, length);
	script->transaction =
		!script->source.no_transaction && !(directives && directives->no_transaction);
	script->statements = sql_script_split(script->source.text.text, script->source.text.length,
					      script->source.file, script->source.text.line, error);
	for (guint i = 0; script->statements && i < script->statements->statements->len; i++)
		if (!judge(context, script,
			   &g_array_index(script->statements->statements, SqlStatement, i), error))
			return NULL;
	return script->statements ? g_steal_pointer(&script) : NULL;
}

RecordItem *ready_script_item(const ReadyScript *script)
{
	RecordItem *item = record_item_new(script->migration->id);

	item->path = g_strdup(script->source.file);
	item->blob = g_strdup(script->source.blob);
	item->content = g_strdup(script->content);
	item->transaction = script->transaction;
	return item;
}
