#include "inspect/doctor.h"

#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "config/config.h"
#include "connect/connect.h"
#include "git/signing.h"
#include "git/sync.h"
#include "history/read.h"
#include "ledger/record.h"
#include "pg/facts.h"

#define OLDEST_SERVER 130000

typedef struct {
	Standing *standing;
	GPtrArray *checks; /* DoctorCheck* */
} Doctor;

static void tell_error(Doctor *doctor, const char *name, const GError *why)
{
	const char *detail = error_get_detail(why), *file = error_get_file(why);
	g_autofree char *place = file && error_get_line(why)
					 ? g_strdup_printf("%s:%u:%u: ", file, error_get_line(why),
							   error_get_column(why))
					 : g_strdup("");

	doctor_check_add(doctor->checks, name, DOCTOR_FAILED, error_get_hint(why), "%s%s%s%s",
			 place, why->message, detail ? ": " : "", detail ? detail : "");
}

/* ---- repository and settings ---- */

static void examine_repository(Doctor *doctor)
{
	GitRepo *repo = doctor->standing->repo;
	g_autofree char *remote = git_sync_remote(repo);

	doctor_check_add(doctor->checks, "repository", DOCTOR_OK, NULL, "%s%s", git_repo_dir(repo),
			 git_repo_is_bare(repo) ? " (bare)" : "");
	if (git_repo_is_shallow(repo))
		doctor_check_add(
			doctor->checks, "history", DOCTOR_WARNING,
			"git fetch --unshallow (in CI: fetch-depth: 0)",
			"a shallow clone: the order of several pending migrations may be hidden");
	if (remote)
		doctor_check_add(doctor->checks, "remote", DOCTOR_OK, NULL,
				 "records travel by '%s'", remote);
	else
		doctor_check_add(
			doctor->checks, "remote", DOCTOR_WARNING,
			"git remote add origin URL, so that the records outlive this clone",
			"no remote: the notes stay in this clone");
}

static bool examine_settings(Doctor *doctor)
{
	Standing *standing = doctor->standing;
	g_autoptr(GError) why = NULL;
	const Settings *settings;

	if (!standing_need(standing, STANDING_TARGET, &why)) {
		tell_error(doctor, "settings", why);
		return false;
	}
	settings = standing->settings;
	doctor_check_add(doctor->checks, "commit", DOCTOR_OK, NULL, "%.12s%s%s: %s",
			 standing->target.commit->oid, standing->target.ref ? " of " : "",
			 standing->target.ref ? standing->target.ref : "",
			 standing->target.commit->subject);
	doctor_check_add(doctor->checks, "settings", DOCTOR_OK, NULL, "environment '%s' from %s",
			 settings->name, settings->file ? settings->file : "the built-in default");
	return true;
}

static void examine_migrations(Doctor *doctor)
{
	Standing *standing = doctor->standing;
	g_autoptr(GError) why = NULL;
	g_autoptr(MigrationSet) set = history_read(standing->repo, standing->target.commit->oid,
						   standing->project->migrations, &why);

	if (!set)
		tell_error(doctor, "migrations", why);
	else if (set->all->len == 0)
		doctor_check_add(
			doctor->checks, "migrations", DOCTOR_WARNING,
			"git migrate new NAME writes one; migrate.yaml names another folder",
			"none in %s", standing->project->migrations);
	else
		doctor_check_add(doctor->checks, "migrations", DOCTOR_OK, NULL, "%u in %s",
				 set->all->len, standing->project->migrations);
}

/* ---- signing ---- */

/* Signs a text that goes nowhere, and has git verify it. */
static void examine_signing(Doctor *doctor)
{
	Standing *standing = doctor->standing;
	g_autoptr(GError) why = NULL;
	g_autoptr(GBytes) text = NULL;
	g_autoptr(GPtrArray) texts = g_ptr_array_new();
	g_autoptr(GPtrArray) verdicts = NULL;
	const GitVerdict *verdict;

	if (!standing->proposed->sign) {
		doctor_check_add(doctor->checks, "signing", DOCTOR_SKIPPED, NULL,
				 "this environment's records are not signed");
		return;
	}
	text = git_sign_text(standing->repo, standing->target.commit->oid, "migrate/doctor",
			     "a test\n", true, &why);
	if (text) {
		g_ptr_array_add(texts, text);
		verdicts = git_verify_texts(standing->repo, texts, &why);
	}
	if (!verdicts) {
		tell_error(doctor, "signing", why);
		return;
	}
	verdict = g_ptr_array_index(verdicts, 0);
	if (verdict->good)
		doctor_check_add(doctor->checks, "signing", DOCTOR_OK, NULL, "as %s, key %s",
				 verdict->signer ? verdict->signer : "?",
				 verdict->key ? verdict->key : "?");
	else
		doctor_check_add(
			doctor->checks, "signing", DOCTOR_FAILED,
			"list the key in gpg.ssh.allowedSignersFile (ssh), or import it (gpg)",
			"git signs, but does not accept its own signature: %s", verdict->reason);
}

/* ---- the database ---- */

static void examine_server(Doctor *doctor, PgSession *session)
{
	const int version = pg_session_server_version(session), major = version / 10000;

	if (version < OLDEST_SERVER)
		doctor_check_add(doctor->checks, "server", DOCTOR_FAILED, "upgrade it",
				 "PostgreSQL %d.%d is older than 13", major, version % 10000);
	else
		doctor_check_add(doctor->checks, "server", DOCTOR_OK, NULL, "PostgreSQL %d.%d",
				 major, version % 10000);
}

static void examine_rights(Doctor *doctor, PgSession *session, const LedgerState *state)
{
	g_autofree char *user = NULL;
	bool may = false;
	const bool known = pg_session_may_create(session, &may, &user, NULL);

	if (state->in_recovery)
		doctor_check_add(doctor->checks, "rights", DOCTOR_FAILED, "connect to the primary",
				 "a read-only standby");
	else if (known && !state->present && !may)
		doctor_check_add(doctor->checks, "rights", DOCTOR_FAILED,
				 "GRANT CREATE ON DATABASE ... TO ...",
				 "user '%s' may not make schema git_migrate", user);
	else if (known)
		doctor_check_add(doctor->checks, "rights", DOCTOR_OK, NULL, "as user '%s'", user);
}

static void examine_ledger(Doctor *doctor, const LedgerState *state)
{
	const char *name = standing_name(doctor->standing);

	if (!state->present)
		doctor_check_add(doctor->checks, "ledger", DOCTOR_OK, NULL,
				 "none yet: the first deployment makes it");
	else if (strcmp(state->environment, name) != 0)
		doctor_check_add(doctor->checks, "ledger", DOCTOR_FAILED,
				 "check where this environment connects to",
				 "this is the database of environment '%s'", state->environment);
	else
		doctor_check_add(doctor->checks, "ledger", DOCTOR_OK, NULL,
				 "%" G_GINT64_FORMAT " is its last record", state->sequence);
}

static void examine_lock(Doctor *doctor, PgSession *session)
{
	g_autofree char *holder = NULL;
	const bool known = ledger_database_lock_holder(session, &holder, NULL);
	g_auto(GStrv) invalid = pg_session_invalid_indexes(session, NULL);

	if (holder)
		doctor_check_add(doctor->checks, "lock", DOCTOR_WARNING, "wait for it",
				 "held by %s", holder);
	else if (known)
		doctor_check_add(doctor->checks, "lock", DOCTOR_OK, NULL, "free");
	for (char **index = invalid; index && *index; index++) {
		g_autofree char *hint = g_strdup_printf(
			"DROP INDEX CONCURRENTLY %s, or REINDEX INDEX CONCURRENTLY", *index);
		doctor_check_add(doctor->checks, "indexes", DOCTOR_WARNING, hint,
				 "%s is INVALID: it costs writes and answers no query", *index);
	}
}

static void examine_database(Doctor *doctor)
{
	Standing *standing = doctor->standing;
	g_autoptr(GError) why = NULL;
	g_auto(GStrv) settings = connect_settings(standing->repo, standing->proposed, &why);
	g_autofree char *where =
		settings ? pg_settings_describe((const char *const *)settings) : NULL;
	g_autoptr(PgSession) session =
		settings ? connect_open(standing->repo, standing->proposed, "doctor", &why) : NULL;
	g_auto(LedgerState) state = {0};

	if (!session || !ledger_database_state(session, &state, &why)) {
		tell_error(doctor, "connection", why);
		return;
	}
	doctor_check_add(doctor->checks, "connection", DOCTOR_OK, NULL, "%s%s", where,
			 connect_is_embedded(standing->repo, standing->proposed) ? " (embedded)"
										 : "");
	if (state.pooled && connect_is_shared(standing->repo, standing->proposed, session))
		doctor_check_add(
			doctor->checks, "pooler", DOCTOR_FAILED,
			"connect to PostgreSQL itself, or to a pool in session mode",
			"a transaction pooler: the server process changes between statements");
	else
		doctor_check_add(doctor->checks, "pooler", DOCTOR_OK, NULL,
				 "none, or in session mode");
	examine_server(doctor, session);
	examine_rights(doctor, session, &state);
	examine_ledger(doctor, &state);
	examine_lock(doctor, session);
}

void inspect_doctor(Standing *standing, GPtrArray *checks)
{
	Doctor doctor = {standing, checks};

	examine_repository(&doctor);
	if (!examine_settings(&doctor))
		return;
	examine_migrations(&doctor);
	examine_signing(&doctor);
	examine_database(&doctor);
}
