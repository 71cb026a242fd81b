/* A script that runs statement by statement, with a journal that lets the next run go on at the one
 * that stopped. */
#include <string.h>

#include "base/error.h"
#include "base/fault.h"
#include "base/text.h"
#include "internal.h"
#include "ledger/database.h"
#include "pg/facts.h"
#include "run/failure.h"
#include "run/leftovers.h"

typedef struct {
	const Runner *runner;
	const ReadyScript *script;
	const char *direction;
	GPtrArray *steps; /* LedgerStep* of an earlier run */
} Journal;

/* One statement about to run. */
typedef struct {
	guint number; /* from 1 */
	const SqlStatement *place;
	const SqlKind *kind;
	char *sql;
	char *digest;
	const LedgerStep *before; /* what an earlier run did with it, or NULL */
} Step;

static void step_clear(Step *step)
{
	g_free(step->sql);
	g_free(step->digest);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Step, step_clear)

static PgSession *session_of(const Journal *journal)
{
	return journal->runner->session;
}

static const char *id_of(const Journal *journal)
{
	return journal->script->migration->id;
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
	step->place = ready_script_statement(journal->script, index);
	step->kind = ready_script_kind(journal->script, index);
	step->sql = sql_statement_text(statements, step->place);
	g_checksum_update(digest, (const guchar *)step->sql, -1);
	g_checksum_update(digest, (const guchar *)statements->text + step->place->data_start,
			  (gssize)step->place->data_length);
	step->digest = g_strdup(g_checksum_get_string(digest));
	g_checksum_free(digest);
	step->before = find_before(journal, step->number);
}

static bool explain(const Journal *journal, const Step *step, GError **error)
{
	return run_explain_failure(session_of(journal), journal->script, step->number, error);
}

/* ---- marks ---- */

/* Adds a mark as ourselves, whatever role the script has taken, and the question for the lock.
 * Returns the index of that question in the batch; G_MAXUINT without a journal. */
static guint add_mark(const Journal *journal, const Step *step, PgBatch *batch, bool finished)
{
	const Runner *runner = journal->runner;
	guint guard;

	if (runner->mark == RUN_MARK_NONE)
		return G_MAXUINT;
	const LedgerStepKey key = {.id = id_of(journal),
				   .direction = journal->direction,
				   .statement = step->number,
				   .digest = step->digest,
				   .record = runner->begin->sequence};

	leftovers_batch_be_ourselves(batch);
	guard = pg_batch_length(batch);
	ledger_batch_guard(batch, runner->begin->sequence);
	ledger_batch_step(batch, &key, finished);
	leftovers_batch_be_the_script(batch);
	return guard;
}

/* A mark in a transaction of its own. */
static bool mark(const Journal *journal, const Step *step, bool finished, GError **error)
{
	g_autoptr(PgBatch) batch = pg_batch_new();
	guint failed, guard;

	if (journal->runner->mark == RUN_MARK_NONE)
		return true;
	pg_batch_add(batch, "BEGIN READ WRITE", 0, NULL);
	guard = add_mark(journal, step, batch, finished);
	pg_batch_add(batch, "COMMIT", 0, NULL);
	if (pg_session_run_batch(session_of(journal), batch, &failed, NULL, error))
		return true;
	run_explain_guard(session_of(journal), failed, guard, error);
	run_roll_back(session_of(journal));
	return false;
}

/* ---- an ordinary statement and its mark are one transaction ---- */

static bool run_copy(const Journal *journal, const Step *step, GError **error)
{
	return pg_session_execute(session_of(journal), "BEGIN READ WRITE", error) &&
	       runner_statement(session_of(journal), journal->script, step->number - 1, error);
}

static bool send_ordinary(const Journal *journal, const Step *step, GError **error)
{
	const bool is_copy = step->place->is_copy_from_stdin;
	const guint statement = is_copy ? G_MAXUINT : 1;
	g_autoptr(PgBatch) batch = pg_batch_new();
	guint failed, guard;

	if (is_copy && !run_copy(journal, step, error))
		return false;
	if (!is_copy) {
		pg_batch_add(batch, "BEGIN READ WRITE", 0, NULL);
		pg_batch_add(batch, step->sql, 0, NULL);
	}
	guard = add_mark(journal, step, batch, true);
	pg_batch_add(batch, "COMMIT", 0, NULL);
	if (pg_session_run_batch(session_of(journal), batch, &failed, NULL, error))
		return true;
	return failed == statement ? explain(journal, step, error)
				   : run_explain_guard(session_of(journal), failed, guard, error);
}

static bool run_ordinary(const Journal *journal, const Step *step, GError **error)
{
	if (send_ordinary(journal, step, error))
		return true;
	run_roll_back(session_of(journal));
	return false;
}

/* ---- one that the server refuses in a transaction ---- */

static char *index_name(const Step *step)
{
	g_autofree char *name = pg_quote_identifier(step->kind->index);
	g_autofree char *schema =
		step->kind->schema ? pg_quote_identifier(step->kind->schema) : NULL;

	return schema ? g_strconcat(schema, ".", name, NULL) : g_steal_pointer(&name);
}

static bool drop_invalid(const Journal *journal, const Step *step, GError **error)
{
	g_autofree char *name = index_name(step);
	g_autofree char *sql = g_strconcat("DROP INDEX CONCURRENTLY ", name, NULL);

	observer_say(journal->runner->observer, EVENT_NOTE,
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
	const SqlKind *kind = step->kind;
	const bool tried = step->before != NULL;
	bool exists, valid;

	*done = false;
	if (!kind->index || (kind->effect != SQL_EFFECT_INDEX_CREATED && !tried))
		return true;
	if (!pg_session_index_state(session_of(journal), kind->schema, kind->index, &exists, &valid,
				    error))
		return false;
	if (kind->effect == SQL_EFFECT_INDEX_DROPPED) {
		*done = tried && !exists;
		return true;
	}
	if (exists && !valid)
		return tried ? drop_invalid(journal, step, error)
			     : refuse_invalid(journal, step, "is", error);
	*done = tried && exists;
	return true;
}

/*
 * Waiting for writers and old snapshots counts as a lock wait: a timeout there leaves an INVALID
 * index, so there is none, unless the script's own directive wants one. The script's settings come
 * back behind the statement.
 */
static bool run_without_timeouts(const Journal *journal, const Step *step, GError **error)
{
	PgSession *session = session_of(journal);
	g_autoptr(PgResult) before = pg_session_query(
		session,
		"SELECT current_setting('lock_timeout'), current_setting('statement_timeout'),"
		" set_config('lock_timeout', '0', false),"
		" set_config('statement_timeout', '0', false)",
		0, NULL, error);
	const char *values[] = {before ? pg_result_text(before, 0, 0) : NULL,
				before ? pg_result_text(before, 0, 1) : NULL};
	g_autoptr(PgResult) after = NULL;

	if (!before)
		return false;
	if (!pg_session_execute(session, step->sql, error))
		return explain(journal, step, error);
	after = pg_session_query(session,
				 "SELECT set_config('lock_timeout', $1, false),"
				 " set_config('statement_timeout', $2, false)",
				 G_N_ELEMENTS(values), values, error);
	return after;
}

static bool run_alone(const Journal *journal, const Step *step, GError **error)
{
	const Directives *directives = journal->script->migration->directives;
	const bool has_own = directives && directives->lock_timeout_ms >= 0;
	const bool ok = has_own ? pg_session_execute(session_of(journal), step->sql, error) ||
					  explain(journal, step, error)
				: run_without_timeouts(journal, step, error);

	return ok && fault_point("statement", error);
}

/* After a failed build: what it left, and what to do about it. */
static void look_after_failure(const Journal *journal, const Step *step, GError **error)
{
	const SqlKind *kind = step->kind;
	PgSession *session = session_of(journal);
	g_autofree char *name = NULL;
	bool exists, valid;

	if (kind->effect != SQL_EFFECT_INDEX_CREATED || !kind->index ||
	    !pg_session_is_alive(session))
		return;
	pg_session_set_interruptible(session, false);
	pg_session_set_deadline(session, 0);
	if (!pg_session_index_state(session, kind->schema, kind->index, &exists, &valid, NULL) ||
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
	const SqlKind *kind = step->kind;
	bool exists, valid;

	if (kind->effect != SQL_EFFECT_INDEX_CREATED || !kind->index)
		return true;
	if (!pg_session_index_state(session_of(journal), kind->schema, kind->index, &exists, &valid,
				    error))
		return false;
	return !exists || valid || refuse_invalid(journal, step, "was left", error);
}

static bool run_outside(const Journal *journal, const Step *step, GError **error)
{
	bool done;

	if (!mark(journal, step, false, error) || !look_before(journal, step, &done, error))
		return false;
	if (!done && !run_alone(journal, step, error)) {
		look_after_failure(journal, step, error);
		return false;
	}
	return check_built(journal, step, error) && mark(journal, step, true, error);
}

/* ---- what an earlier run finished ---- */

static bool refuse_edited(const Journal *journal, const Step *step, GError **error)
{
	error_set(error, ERR_REFUSED, "statement %u of '%s' was edited after it ran", step->number,
		  id_of(journal));
	error_place(error, journal->script->source.file, step->place->line, step->place->column);
	return error_hint(error, "put it back as it was; only what did not run yet may change");
}

/* Whether what did not run yet names a relation. */
static bool is_still_needed(const Journal *journal, const char *name)
{
	const SqlScript *statements = journal->script->statements;
	g_autofree char *quoted = g_regex_escape_string(name, -1);
	g_autofree char *pattern = g_strdup_printf("\\b%s\\b", quoted);
	g_autoptr(GRegex) regex = g_regex_new(pattern, G_REGEX_CASELESS, 0, NULL);

	for (guint i = 0; regex && i < ready_script_length(journal->script); i++) {
		const LedgerStep *before = find_before(journal, i + 1);
		g_autofree char *sql =
			sql_statement_text(statements, ready_script_statement(journal->script, i));

		if (!(before && before->finished) && g_regex_match(regex, sql, 0, NULL))
			return true;
	}
	return false;
}

static bool refuse_temporary(const Journal *journal, const Step *step, GError **error)
{
	error_set(error, ERR_REFUSED,
		  "'%s' cannot go on: its statement %u made the temporary relation '%s', which "
		  "ended with the session of the earlier run",
		  id_of(journal), step->number, step->kind->temporary);
	error_place(error, journal->script->source.file, step->place->line, step->place->column);
	return error_hint(error,
			  "write the statements that did not run yet so that they do without it");
}

/* What belonged to the earlier run's session is done again, or missed. */
static bool take_up(const Journal *journal, const Step *step, GError **error)
{
	if (strcmp(step->before->digest, step->digest) != 0)
		return refuse_edited(journal, step, error);
	if (step->kind->effect == SQL_EFFECT_TEMPORARY &&
	    is_still_needed(journal, step->kind->temporary))
		return refuse_temporary(journal, step, error);
	if (step->kind->effect != SQL_EFFECT_SESSION)
		return true;
	return pg_session_execute(session_of(journal), step->sql, error) ||
	       explain(journal, step, error);
}

/* ---- the script ---- */

static bool run_step(const Journal *journal, guint index, GError **error)
{
	g_auto(Step) step = {0};
	const Event event = {.kind = EVENT_STATEMENT,
			     .id = id_of(journal),
			     .number = index + 1,
			     .total = ready_script_length(journal->script)};

	step_init(journal, index, &step);
	if (step.before && step.before->finished)
		return take_up(journal, &step, error);
	observer_tell(journal->runner->observer, &event);
	return step.kind->class == SQL_NO_TRANSACTION ? run_outside(journal, &step, error)
						      : run_ordinary(journal, &step, error);
}

/* The journal must belong to this text: a script shortened below what already ran is another
 * script. */
static bool fits(const Journal *journal, GError **error)
{
	const guint count = ready_script_length(journal->script);
	const LedgerStep *last =
		journal->steps->len ? g_ptr_array_index(journal->steps, journal->steps->len - 1)
				    : NULL;

	if (!last || last->statement <= count)
		return true;
	error_set(error, ERR_REFUSED, "'%s' has %u statements, and statement %u of it ran already",
		  id_of(journal), count, last->statement);
	return error_hint(error,
			  "put the script back as it was; only what did not run yet may change");
}

/* How many statements are done: those of this run, and what an earlier one had finished. */
static guint count_done(const Journal *journal, guint failed)
{
	const LedgerStep *before;
	guint done = failed;

	while ((before = find_before(journal, done + 1)) && before->finished)
		done++;
	return done;
}

/* What stays of a script that failed. On a scratch database nothing does. */
static bool explain_progress(const Journal *journal, guint failed, GError **error)
{
	const guint done = count_done(journal, failed);

	if (journal->runner->mark == RUN_MARK_NONE)
		return false;
	if (done == 0)
		return error_detail(error, "no statement of this script is done");
	return error_detail(
		error,
		"the first %u of %u statements are done and stay; the next run goes on after them",
		done, ready_script_length(journal->script));
}

static GPtrArray *read_steps(const Journal *journal, GError **error)
{
	if (journal->runner->mark == RUN_MARK_NONE)
		return g_ptr_array_new();
	return ledger_database_journal(session_of(journal), id_of(journal), journal->direction,
				       error);
}

bool run_journal(const Runner *runner, const ReadyScript *script, GError **error)
{
	Journal journal = {.runner = runner,
			   .script = script,
			   .direction = runner->direction == RUN_UP ? "up" : "down"};
	g_autoptr(GPtrArray) steps = read_steps(&journal, error);

	if (!steps)
		return false;
	journal.steps = steps;
	if (!fits(&journal, error))
		return false;
	for (guint i = 0; i < ready_script_length(script); i++)
		if (!run_step(&journal, i, error))
			return explain_progress(&journal, i, error);
	return true;
}
