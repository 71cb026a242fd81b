#include "ledger/database.h"

#include <string.h>

#include "base/error.h"
#include "embed.h"
#include "pg/facts.h"

void ledger_state_clear(LedgerState *state)
{
	g_free(state->database);
	g_free(state->user);
	g_free(state->time);
	g_free(state->ledger);
	g_free(state->environment);
	g_free(state->head);
	*state = (LedgerState){0};
}

void ledger_step_free(LedgerStep *step)
{
	if (!step)
		return;
	g_free(step->digest);
	g_free(step);
}

/* Who may not read the ledger is told what would let him. */
static bool explain_rights(PgSession *session, GError **error)
{
	static const char denied[] = "42501";
	g_auto(GStrv) user = NULL;

	if (strcmp(pg_session_failure(session)->sqlstate, denied) != 0)
		return false;
	user = pg_session_list(session, "SELECT quote_ident(session_user)", NULL, NULL);
	if (!user)
		return false;
	return error_hint(error,
			  "the ledger's owner may let this role read it: GRANT USAGE ON SCHEMA "
			  "git_migrate TO %s; GRANT SELECT ON ALL TABLES IN SCHEMA git_migrate TO "
			  "%s",
			  *user, *user);
}

/* A question to the ledger's own tables. */
static PgResult *ask(PgSession *session, const char *sql, int count, const char *const *values,
		     GError **error)
{
	PgResult *rows = pg_session_query(session, sql, count, values, error);

	if (!rows)
		explain_rights(session, error);
	return rows;
}

#define ISO_UTC(expression) \
	"to_char(" expression " AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"

/* pg_control_system() may be hidden from us: then the identifier is unknown, and that is no error.
 */
static const char where_sql[] =
	"SELECT CASE WHEN has_function_privilege('pg_control_system()', 'execute')"
	" THEN (SELECT system_identifier::text FROM pg_control_system()) ELSE 'unknown' END"
	" || '/' || d.oid || '/' || d.datname, session_user, " ISO_UTC(
		"clock_timestamp()") ","
				     " pg_backend_pid(), pg_is_in_recovery(), "
				     "to_regclass('git_migrate.meta') IS NOT NULL"
				     " FROM pg_database d WHERE d.datname = current_database()";

static const char meta_sql[] =
	"SELECT m.format, m.ledger, m.environment, coalesce(r.sequence, 0), encode(r.id, 'hex')"
	" FROM git_migrate.meta m LEFT JOIN LATERAL"
	" (SELECT sequence, id FROM git_migrate.record ORDER BY sequence DESC LIMIT 1) r ON true";

static bool read_meta(PgSession *session, LedgerState *state, GError **error)
{
	g_autoptr(PgResult) row = ask(session, meta_sql, 0, NULL, error);

	if (!row)
		return false;
	if (pg_result_rows(row) != 1)
		return error_set(error, ERR_LEDGER,
				 "table git_migrate.meta must have one row and has %d",
				 pg_result_rows(row));
	state->format = (int)pg_result_int64(row, 0, 0);
	if (state->format > LEDGER_FORMAT) {
		error_set(error, ERR_LEDGER,
			  "the ledger in this database has format %d, and this program knows %d",
			  state->format, LEDGER_FORMAT);
		return error_hint(error, "install a newer git-migrate");
	}
	state->ledger = g_strdup(pg_result_text(row, 0, 1));
	state->environment = g_strdup(pg_result_text(row, 0, 2));
	state->sequence = pg_result_int64(row, 0, 3);
	state->head = g_strdup(pg_result_text(row, 0, 4));
	return true;
}

bool ledger_database_state(PgSession *session, LedgerState *state, GError **error)
{
	g_autoptr(PgResult) row = ask(session, where_sql, 0, NULL, error);

	if (!row)
		return false;
	state->database = g_strdup(pg_result_text(row, 0, 0));
	state->user = g_strdup(pg_result_text(row, 0, 1));
	state->time = g_strdup(pg_result_text(row, 0, 2));
	state->pooled = pg_result_int64(row, 0, 3) != pg_session_backend_pid(session);
	state->in_recovery = pg_result_bool(row, 0, 4);
	state->present = pg_result_bool(row, 0, 5);
	return !state->present || read_meta(session, state, error);
}

bool ledger_database_create(PgSession *session, const char *environment, GError **error)
{
	const char *meta = "INSERT INTO git_migrate.meta (format, environment) VALUES ($1, $2)";
	g_autofree char *format = g_strdup_printf("%d", LEDGER_FORMAT);
	const char *values[] = {format, environment};
	g_autoptr(PgResult) done = NULL;

	if (!pg_session_execute(session, "BEGIN", error))
		return false;
	if (pg_session_execute(session, sql_ledger_schema, error) &&
	    (done = pg_session_query(session, meta, 2, values, error)) &&
	    pg_session_execute(session, "COMMIT", error))
		return true;
	pg_session_execute(session, "ROLLBACK", NULL);
	g_prefix_error(error, "cannot make the ledger (schema git_migrate): ");
	return error_hint(
		error, "the database's user needs CREATE on the database for its first deployment");
}

GPtrArray *ledger_database_links(PgSession *session, GError **error)
{
	/* A restore says so within its first lines: two kilobytes hold them. */
	const char *sql =
		"SELECT sequence, encode(id, 'hex'),"
		" position('\\012action restore\\012'::bytea IN substring(raw FOR 2048)) > 0"
		" FROM git_migrate.record ORDER BY sequence";
	g_autoptr(PgResult) rows = ask(session, sql, 0, NULL, error);
	GPtrArray *links;

	if (!rows)
		return NULL;
	links = g_ptr_array_new_with_free_func((GDestroyNotify)ledger_link_free);
	for (int i = 0; i < pg_result_rows(rows); i++)
		g_ptr_array_add(links, ledger_link_new(pg_result_int64(rows, i, 0),
						       pg_result_text(rows, i, 1),
						       pg_result_bool(rows, i, 2)));
	return links;
}

GPtrArray *ledger_database_texts(PgSession *session, gint64 from_sequence, GError **error)
{
	const char *sql =
		"SELECT raw FROM git_migrate.record WHERE sequence >= $1 ORDER BY sequence";
	g_autofree char *from = g_strdup_printf("%" G_GINT64_FORMAT, from_sequence);
	const char *values[] = {from};
	g_autoptr(PgResult) rows = ask(session, sql, 1, values, error);
	GPtrArray *texts;

	if (!rows)
		return NULL;
	texts = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
	for (int i = 0; i < pg_result_rows(rows); i++)
		g_ptr_array_add(texts, pg_result_bytes(rows, i, 0));
	return texts;
}

bool ledger_database_other_release(PgSession *session, const char *ref, const char *release,
				   const char *commit, gint64 *sequence, GError **error)
{
	/* The headers and the first fields are within four kilobytes. */
	const char *sql =
		"SELECT coalesce(min(sequence), 0) FROM git_migrate.record,"
		" LATERAL (SELECT substring(raw FOR 4096) AS head) AS h"
		" WHERE position(convert_to(E'\\nref ' || $1 || E'\\n', 'UTF8') IN head) > 0"
		" AND CASE WHEN $2::text IS NULL"
		" THEN NOT starts_with(encode(head, 'escape'), 'object ' || $3)"
		" ELSE position(convert_to(E'\\nrelease ' || $2 || E'\\n', 'UTF8') IN head) = 0 "
		"END";
	const char *values[] = {ref, release, commit};
	g_autoptr(PgResult) row = ask(session, sql, 3, values, error);

	if (!row)
		return false;
	*sequence = pg_result_int64(row, 0, 0);
	return true;
}

AppliedSet *ledger_database_applied(PgSession *session, bool whole, GError **error)
{
	const char *brief =
		"SELECT id, blob, position, record FROM git_migrate.applied ORDER BY position";
	const char *full = "SELECT id, blob, position, record, content, path, commit,"
			   " " ISO_UTC("applied_at") ", applied_by, execution_time_ms"
						     " FROM git_migrate.applied ORDER BY position";
	g_autoptr(PgResult) rows = ask(session, whole ? full : brief, 0, NULL, error);
	AppliedSet *set;

	if (!rows)
		return NULL;
	set = applied_set_new();
	for (int i = 0; i < pg_result_rows(rows); i++) {
		Applied *applied = g_new0(Applied, 1);

		applied->id = g_strdup(pg_result_text(rows, i, 0));
		applied->blob = g_strdup(pg_result_text(rows, i, 1));
		applied->position = pg_result_int64(rows, i, 2);
		applied->record = pg_result_int64(rows, i, 3);
		if (whole) {
			applied->content = g_strdup(pg_result_text(rows, i, 4));
			applied->path = g_strdup(pg_result_text(rows, i, 5));
			applied->commit = g_strdup(pg_result_text(rows, i, 6));
			applied->applied_at = g_strdup(pg_result_text(rows, i, 7));
			applied->applied_by = g_strdup(pg_result_text(rows, i, 8));
			applied->duration_ms = pg_result_int64(rows, i, 9);
		}
		applied_set_add(set, applied);
	}
	return set;
}

bool ledger_database_add_record(PgSession *session, const Record *record, GError **error)
{
	const char *sql = "INSERT INTO git_migrate.record (sequence, id, raw)"
			  " VALUES ($1, decode($2, 'hex'), $3)";
	g_autofree char *sequence = g_strdup_printf("%" G_GINT64_FORMAT, record->sequence);
	const char *values[] = {sequence, record->id, NULL};
	size_t length;
	const void *bytes = g_bytes_get_data(record->raw, &length);
	g_autoptr(PgResult) done =
		pg_session_query_bytes(session, sql, 3, values, 2, bytes, length, error);

	if (done)
		return true;
	g_prefix_error(error, "cannot write record %" G_GINT64_FORMAT ": ", record->sequence);
	return false;
}

void ledger_batch_apply(PgBatch *batch, const LedgerApply *apply)
{
	/* now() is the time at which the transaction began. */
	static const char insert[] =
		"INSERT INTO git_migrate.applied"
		" (id, blob, content, path, commit, record, execution_time_ms)"
		" VALUES ($1, $2, $3, $4, $5, $6, coalesce($7::bigint,"
		" (extract(epoch FROM clock_timestamp() - now()) * 1000)::bigint))";
	static const char replace[] =
		" ON CONFLICT (id) DO UPDATE SET blob = excluded.blob,"
		" content = excluded.content, path = excluded.path, commit = excluded.commit,"
		" record = excluded.record, applied_at = excluded.applied_at,"
		" applied_by = excluded.applied_by,"
		" execution_time_ms = excluded.execution_time_ms, position = DEFAULT";
	g_autofree char *sql = g_strconcat(insert, apply->repeatable ? replace : NULL, NULL);
	g_autofree char *record = g_strdup_printf("%" G_GINT64_FORMAT, apply->record);
	g_autofree char *duration = g_strdup_printf("%" G_GINT64_FORMAT, apply->duration_ms);
	const char *values[] = {apply->id,
				apply->blob,
				apply->content,
				apply->path,
				apply->commit,
				record,
				apply->duration_ms < 0 ? NULL : duration};

	pg_batch_add(batch, sql, G_N_ELEMENTS(values), values);
}

bool ledger_database_accept(PgSession *session, const LedgerApply *apply, GError **error)
{
	const char *sql = "UPDATE git_migrate.applied SET blob = $2, content = $3, path = $4,"
			  " commit = $5 WHERE id = $1";
	const char *values[] = {apply->id, apply->blob, apply->content, apply->path, apply->commit};
	g_autoptr(PgResult) done = ask(session, sql, G_N_ELEMENTS(values), values, error);

	return done;
}

void ledger_batch_revert(PgBatch *batch, const char *id)
{
	const char *values[] = {id};

	pg_batch_add(batch,
		     "DELETE FROM git_migrate.applied WHERE id = $1"
		     " RETURNING " ISO_UTC("clock_timestamp()"),
		     1, values);
}

char *ledger_reverted_at(const PgResult *reverted)
{
	return pg_result_rows(reverted) ? g_strdup(pg_result_text(reverted, 0, 0)) : NULL;
}

void ledger_batch_guard(PgBatch *batch, gint64 sequence)
{
	/* The text is no number, and no constant that the planner could try to read beforehand. */
	const char *sql =
		"SELECT set_config('statement_timeout', '0', true),"
		" CASE WHEN pg_try_advisory_lock(" LEDGER_LOCK_CLASS ", 1)"
		" AND (SELECT max(sequence) FROM git_migrate.record) = $1 THEN 0"
		" ELSE ('the deployers'' lock is lost, process ' || pg_backend_pid())::integer"
		" END";
	g_autofree char *number = g_strdup_printf("%" G_GINT64_FORMAT, sequence);
	const char *values[] = {number};

	pg_batch_add(batch, sql, 1, values);
}

void ledger_batch_clear_journal(PgBatch *batch, const char *id, const char *direction)
{
	const char *values[] = {id, direction};

	pg_batch_add(batch,
		     "DELETE FROM git_migrate.journal WHERE migration = $1 AND direction = $2", 2,
		     values);
}

GPtrArray *ledger_database_journal(PgSession *session, const char *id, const char *direction,
				   GError **error)
{
	const char *sql =
		"SELECT statement, digest, finished_at IS NOT NULL FROM git_migrate.journal"
		" WHERE migration = $1 AND direction = $2 ORDER BY statement";
	const char *values[] = {id, direction};
	g_autoptr(PgResult) rows = ask(session, sql, 2, values, error);
	GPtrArray *steps;

	if (!rows)
		return NULL;
	steps = g_ptr_array_new_with_free_func((GDestroyNotify)ledger_step_free);
	for (int i = 0; i < pg_result_rows(rows); i++) {
		LedgerStep *step = g_new0(LedgerStep, 1);

		step->statement = (guint)pg_result_int64(rows, i, 0);
		step->digest = g_strdup(pg_result_text(rows, i, 1));
		step->finished = pg_result_bool(rows, i, 2);
		g_ptr_array_add(steps, step);
	}
	return steps;
}

void ledger_batch_step(PgBatch *batch, const LedgerStepKey *key, bool finished)
{
	const char *sql =
		"INSERT INTO git_migrate.journal"
		" (migration, direction, statement, digest, record, finished_at)"
		" VALUES ($1, $2, $3, $4, $5, CASE WHEN $6::boolean THEN clock_timestamp() END)"
		" ON CONFLICT (migration, direction, statement)"
		" DO UPDATE SET digest = excluded.digest, record = excluded.record,"
		" started_at = CASE WHEN $6::boolean THEN journal.started_at"
		" ELSE excluded.started_at END, finished_at = excluded.finished_at";
	g_autofree char *number = g_strdup_printf("%u", key->statement);
	g_autofree char *sequence = g_strdup_printf("%" G_GINT64_FORMAT, key->record);
	const char *values[] = {key->id,     key->direction, number,
				key->digest, sequence,       finished ? "true" : "false"};

	pg_batch_add(batch, sql, G_N_ELEMENTS(values), values);
}

char **ledger_database_partial(PgSession *session, GError **error)
{
	return pg_session_list(session,
			       "SELECT DISTINCT migration || E'\\t' || direction FROM "
			       "git_migrate.journal ORDER BY 1",
			       NULL, error);
}

/* The try-variant is polled by an idle session: a deployer blocked inside pg_advisory_lock() would
 * hold a snapshot, for which another's CREATE INDEX CONCURRENTLY waits for ever. */
bool ledger_database_try_lock(PgSession *session, bool *locked, GError **error)
{
	const char *sql = "SELECT pg_try_advisory_lock(" LEDGER_LOCK_CLASS ", 1)";
	g_autoptr(PgResult) row = ask(session, sql, 0, NULL, error);

	if (!row)
		return false;
	*locked = pg_result_bool(row, 0, 0);
	return true;
}

bool ledger_database_lock_holder(PgSession *session, char **holder, GError **error)
{
	const char *sql =
		"SELECT format('%s (server process %s, connected since %s%s)',"
		" coalesce(nullif(a.application_name, ''), a.usename, 'somebody'), l.pid,"
		" to_char(a.backend_start, 'YYYY-MM-DD HH24:MI:SS'),"
		" coalesce(' from ' || host(a.client_addr), ''))"
		" FROM pg_locks l LEFT JOIN pg_stat_activity a USING (pid)"
		" WHERE l.locktype = 'advisory' AND l.granted AND l.classid = " LEDGER_LOCK_CLASS
		" AND l.objid = 1 AND l.objsubid = 2"
		" AND l.database = (SELECT oid FROM pg_database WHERE datname = "
		"current_database())";
	g_autoptr(PgResult) rows = ask(session, sql, 0, NULL, error);

	if (!rows)
		return false;
	*holder = pg_result_rows(rows) ? g_strdup(pg_result_text(rows, 0, 0)) : NULL;
	return true;
}
