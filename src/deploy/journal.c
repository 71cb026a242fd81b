#include "deploy/journal.h"

#include <string.h>

#include "base/error.h"
#include "base/fault.h"
#include "base/text.h"
#include "deploy/failure.h"

typedef struct {
	const RunOptions *options;
	const ReadyScript *script;
	const char *direction;
	GPtrArray *steps; /* LedgerStep* of an earlier run */
} Journal;

/* One statement about to run. */
typedef struct {
	guint number; /* from 1 */
	const SqlStatement *place;
	char *sql;
	char *digest;
	SqlKind kind;
	const LedgerStep *before; /* what an earlier run did with it, or NULL */
} Step;

static void step_clear(Step *step)
{
	g_free(step->sql);
	g_free(step->digest);
	sql_kind_clear(&step->kind);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Step, step_clear)

static PgSession *session_of(const Journal *journal)
{
	return journal->options->context->session;
}

static const LedgerStep *find_before(const Journal *journal, guint number)
{
	for (guint i = 0; i < journal->steps->len; i++) {
		const LedgerStep *step = g_ptr_array_index(journal->steps, i);
		if (step->statement == number)
			return step;
	}
	return NULL;
}

static void step_init(const Journal *journal, guint index, Step *step)
{
	const SqlScript *statements = journal->script->statements;
	GChecksum *digest = g_checksum_new(G_CHECKSUM_SHA256);

	step->number = index + 1;
	step->place = &g_array_index(statements->statements, SqlStatement, index);
	step->sql = sql_statement_text(statements, step->place);
	g_checksum_update(digest, (const guchar *)step->sql, -1);
	g_checksum_update(digest, (const guchar *)statements->text + step->place->data_start,
			  (gssize)step->place->data_length);
	step->digest = g_strdup(g_checksum_get_string(digest));
	g_checksum_free(digest);
	sql_classify(step->sql, &step->kind);
	step->before = find_before(journal, step->number);
}

static bool explain(const Journal *journal, const Step *step, GError **error)
{
	return deploy_explain_failure(session_of(journal), journal->script, step->number, error);
}

/* ---- an ordinary statement and its mark are one transaction ---- */

static bool send(const Journal *journal, const Step *step, PgBatch *batch, guint sql_index,
		 GError **error)
{
	guint failed = 0;

	if (pg_session_send_batch(session_of(journal), batch, error) &&
	    pg_session_finish_batch(session_of(journal), &failed, NULL, error))
		return true;
	return failed == sql_index ? explain(journal, step, error) : false;
}

static bool run_copy(const Journal *journal, const Step *step, GError **error)
{
	const char *text = journal->script->statements->text;

	return (pg_session_execute(session_of(journal), "BEGIN", error) &&
		pg_session_copy_in(session_of(journal), step->sql, text + step->place->data_start,
				   step->place->data_length, error)) ||
	       explain(journal, step, error);
}

static bool run_ordinary(const Journal *journal, const Step *step, GError **error)
{
	const char *id = journal->script->migration->id;
	const guint second = 1;
	g_autoptr(PgBatch) batch = pg_batch_new();
	bool ok;

	if (step->place->is_copy_from_stdin) {
		ok = run_copy(journal, step, error);
	} else {
		pg_batch_add(batch, "BEGIN", 0, NULL);
		pg_batch_add(batch, step->sql, 0, NULL);
		ok = true;
	}
	ledger_batch_step_finish(batch, id, journal->direction, step->number);
	pg_batch_add(batch, "COMMIT", 0, NULL);
	ok = ok && send(journal, step, batch, step->place->is_copy_from_stdin ? G_MAXUINT : second,
			error);
	if (!ok)
		deploy_roll_back(session_of(journal));
	return ok;
}

/* ---- one that the server refuses in a transaction ---- */

static char *index_name(const Step *step)
{
	g_autofree char *name = pg_quote_identifier(step->kind.index);
	g_autofree char *schema = step->kind.schema ? pg_quote_identifier(step->kind.schema) : NULL;

	return schema ? g_strconcat(schema, ".", name, NULL) : g_steal_pointer(&name);
}

static bool drop_invalid(const Journal *journal, const Step *step, GError **error)
{
	g_autofree char *name = index_name(step);
	g_autofree char *sql = g_strconcat("DROP INDEX CONCURRENTLY ", name, NULL);

	observer_say(&journal->options->context->observer, EVENT_NOTE,
		     "dropping index %s, which an earlier try left INVALID", name);
	return pg_session_execute(session_of(journal), sql, error);
}

static bool refuse_invalid(const Journal *journal, const Step *step, const char *when,
			   GError **error)
{
	g_autofree char *name = index_name(step);

	error_set(error, ERR_FAILED, "index %s %s INVALID: it costs writes and answers no query",
		  name, when);
	error_place(error, journal->script->source.file, step->place->line, step->place->column);
	return error_hint(error, "DROP INDEX CONCURRENTLY %s; then run 'git migrate up' again",
			  name);
}

/*
 * Asks the catalog before an index is built or dropped. *done is set when an earlier run did it,
 * although its mark is missing.
 */
static bool look_before(const Journal *journal, const Step *step, bool *done, GError **error)
{
	const bool tried = step->before != NULL;
	bool exists, valid;

	*done = false;
	if (!step->kind.index || (step->kind.effect != SQL_EFFECT_INDEX_CREATED && !tried))
		return true;
	if (!ledger_database_index_state(session_of(journal), step->kind.schema, step->kind.index,
					 &exists, &valid, error))
		return false;
	if (step->kind.effect == SQL_EFFECT_INDEX_DROPPED) {
		*done = tried && !exists;
		return true;
	}
	if (exists && !valid)
		return tried ? drop_invalid(journal, step, error)
			     : refuse_invalid(journal, step, "is", error);
	*done = tried && exists;
	return true;
}

/* Waiting for writers and old snapshots counts as a lock wait: a timeout there leaves an INVALID
 * index, so there is none. */
static bool run_alone(const Journal *journal, const Step *step, GError **error)
{
	PgSession *session = session_of(journal);
	const bool has_own = journal->script->migration->directives &&
			     journal->script->migration->directives->lock_timeout_ms >= 0;

	if (!has_own &&
	    !pg_session_execute(session, "SET lock_timeout = 0; SET statement_timeout = 0", error))
		return false;
	if (!pg_session_execute(session, step->sql, error))
		return explain(journal, step, error);
	return fault_point("statement", error);
}

/* After a failed build: what it left, and what to do about it. */
static void look_after_failure(const Journal *journal, const Step *step, GError **error)
{
	g_autofree char *name = NULL;
	bool exists, valid;

	if (step->kind.effect != SQL_EFFECT_INDEX_CREATED || !step->kind.index ||
	    !pg_session_is_alive(session_of(journal)))
		return;
	pg_session_set_interruptible(session_of(journal), false);
	pg_session_set_deadline(session_of(journal), 0);
	if (!ledger_database_index_state(session_of(journal), step->kind.schema, step->kind.index,
					 &exists, &valid, NULL) ||
	    !exists || valid)
		return;
	name = index_name(step);
	error_detail(error, "index %s was left INVALID", name);
	error_hint(error,
		   "the next 'git migrate up' drops and builds it again; or DROP INDEX "
		   "CONCURRENTLY %s",
		   name);
}

static bool check_built(const Journal *journal, const Step *step, GError **error)
{
	bool exists, valid;

	if (step->kind.effect != SQL_EFFECT_INDEX_CREATED || !step->kind.index)
		return true;
	if (!ledger_database_index_state(session_of(journal), step->kind.schema, step->kind.index,
					 &exists, &valid, error))
		return false;
	return !exists || valid || refuse_invalid(journal, step, "was left", error);
}

static bool mark_finished(const Journal *journal, const Step *step, GError **error)
{
	g_autoptr(PgBatch) batch = pg_batch_new();
	guint failed;

	ledger_batch_step_finish(batch, journal->script->migration->id, journal->direction,
				 step->number);
	return pg_session_send_batch(session_of(journal), batch, error) &&
	       pg_session_finish_batch(session_of(journal), &failed, NULL, error);
}

static bool run_outside(const Journal *journal, const Step *step, GError **error)
{
	bool done;

	if (!look_before(journal, step, &done, error))
		return false;
	if (!done && !run_alone(journal, step, error)) {
		look_after_failure(journal, step, error);
		return false;
	}
	return check_built(journal, step, error) && mark_finished(journal, step, error);
}

/* ---- the script ---- */

static bool refuse_edited(const Journal *journal, const Step *step, GError **error)
{
	error_set(error, ERR_REFUSED, "statement %u of '%s' was edited after it ran", step->number,
		  journal->script->migration->id);
	error_place(error, journal->script->source.file, step->place->line, step->place->column);
	return error_hint(error, "put it back as it was; only what did not run yet may change");
}

static bool run_step(const Journal *journal, guint index, GError **error)
{
	const RunOptions *options = journal->options;
	g_auto(Step) step = {0};
	const Event event = {.kind = EVENT_STATEMENT,
			     .id = journal->script->migration->id,
			     .number = index + 1,
			     .total = journal->script->statements->statements->len};

	step_init(journal, index, &step);
	if (step.before && step.before->finished)
		return strcmp(step.before->digest, step.digest) == 0 ||
		       refuse_edited(journal, &step, error);
	if (options->context->observer.event)
		options->context->observer.event(&event, options->context->observer.data);
	if (!ledger_database_step_begin(session_of(journal), event.id, journal->direction,
					step.number, step.digest, options->begin->sequence, error))
		return false;
	return step.kind.class == SQL_NO_TRANSACTION ? run_outside(journal, &step, error)
						     : run_ordinary(journal, &step, error);
}

/* The journal must belong to this text: a script shortened below what already ran is another
 * script. */
static bool fits(const Journal *journal, GError **error)
{
	const guint count = journal->script->statements->statements->len;
	const LedgerStep *last =
		journal->steps->len ? g_ptr_array_index(journal->steps, journal->steps->len - 1)
				    : NULL;

	if (!last || last->statement <= count)
		return true;
	error_set(error, ERR_REFUSED, "'%s' has %u statements, and statement %u of it ran already",
		  journal->script->migration->id, count, last->statement);
	return error_hint(error,
			  "put the script back as it was; only what did not run yet may change");
}

static bool explain_progress(const ReadyScript *script, guint done, GError **error)
{
	if (done == 0)
		return error_detail(error, "no statement of this script is done");
	return error_detail(
		error,
		"the first %u of %u statements are done and stay; the next run goes on after them",
		done, script->statements->statements->len);
}

bool deploy_run_journal(const RunOptions *options, const ReadyScript *script, GError **error)
{
	Journal journal = {options, script, options->direction == RUN_UP ? "up" : "down", NULL};
	g_autoptr(GPtrArray) steps = ledger_database_journal(
		options->context->session, script->migration->id, journal.direction, error);

	if (!steps)
		return false;
	journal.steps = steps;
	if (!fits(&journal, error))
		return false;
	for (guint i = 0; i < script->statements->statements->len; i++) {
		if (run_step(&journal, i, error))
			continue;
		return explain_progress(script, i, error);
	}
	return true;
}
