#include "adopt/build.h"

#include "base/error.h"
#include "base/text.h"
#include "deploy/switch.h"
#include "proof.h"
#include "run/script.h"
#include "scratch/files.h"
#include "standing/snapshot.h"
#include "standing/write.h"

/* ---- what must be so before ---- */

static bool refuse_applied(const Standing *standing, GError **error)
{
	const char *name = standing_name(standing);

	error_set(error, ERR_REFUSED, "environment '%s' has %u migrations applied already", name,
		  standing->lineup->applied->all->len);
	return error_hint(error,
			  "git migrate up --env %s brings it up to date; --from-empty drops an "
			  "embedded database and builds it anew",
			  name);
}

/* `extra` holds SchemaDifference: what the database has and an empty one has not. */
static bool refuse_objects(const Standing *standing, const GArray *extra, GError **error)
{
	const guint shown = 5;
	const char *name = standing_name(standing);
	g_autofree char *count = text_count(extra->len, "object");

	error_set(error, ERR_REFUSED, "the database of '%s' is not empty: it has %s", name, count);
	for (guint i = 0; i < extra->len && i < shown; i++)
		error_detail(error, "%s", g_array_index(extra, SchemaDifference, i).path);
	if (extra->len > shown)
		error_detail(error, "...");
	return error_hint(error, "git migrate baseline --env %s adopts a database as it is", name);
}

static bool check_empty(Standing *standing, GError **error)
{
	g_autoptr(Scratch) scratch = NULL;
	g_autoptr(SchemaSnapshot) empty = NULL;
	g_autoptr(SchemaSnapshot) live = NULL;
	g_autoptr(GArray) extra = NULL;

	if (standing->lineup->applied->all->len > 0)
		return refuse_applied(standing, error);
	scratch = scratch_new(standing->repo, standing->session, error);
	empty = scratch ? schema_snapshot_take(scratch->session, NULL, SCHEMA_OBJECTS, error)
			: NULL;
	live = empty ? standing_snapshot(standing, SCHEMA_OBJECTS, error) : NULL;
	if (!live)
		return false;
	extra = schema_objects_compare(empty->objects, live->objects);
	for (guint i = extra->len; i > 0; i--)
		if (!g_array_index(extra, SchemaDifference, i - 1).right)
			g_array_remove_index(extra, i - 1);
	return extra->len == 0 || refuse_objects(standing, extra, error);
}

/* ---- the proof ---- */

static bool prove(Standing *standing, const GPtrArray *files, const BuildOptions *build,
		  BuildResult *result, GError **error)
{
	const GPtrArray *order = standing->order->migrations;
	const AdoptProof proof = {.whose = "the schema of these files",
				  .chosen = order,
				  .accept_drift = build->accept_drift,
				  .ignored = result->ignored};
	g_autofree char *written = NULL;
	g_autoptr(SchemaSnapshot) expected = adopt_expected(standing, order, &written, error);
	g_autoptr(SchemaSnapshot) found =
		expected ? files_snapshot(standing->repo, standing->session, files, false, error)
			 : NULL;

	if (!found)
		return false;
	if (written)
		observer_say(&standing->observer, EVENT_WARNING,
			     "migrations write rows into %s, and schema files hold none: what a "
			     "new database needs of them is sample data",
			     written);
	if (adopt_prove(standing, &proof, expected, found, &result->differences, error))
		return true;
	return error_hint(error,
			  "git migrate check shows the lines; write what is missing into the "
			  "files, or accept the difference: --accept-drift REASON");
}

/* ---- the build ---- */

static bool build_inside(Standing *standing, const GPtrArray *files, const GPtrArray *ready,
			 const char *accepted, GError **error)
{
	const char *reason =
		accepted ? accepted
			 : "built from schema files, which give what these migrations give";

	return files_run(standing->repo, standing->session, files, FILES_FOR_REAL, error) &&
	       adopt_commit(standing, ready, reason, NULL, error);
}

static bool run(Standing *standing, const GPtrArray *files, const char *accepted,
		BuildResult *result, GError **error)
{
	g_autoptr(GPtrArray) ready =
		ready_migrations_read(standing->repo, standing->order->migrations,
				      standing->settings->transaction, error);

	standing->options.allow_existing = true;
	if (!ready || !standing_need(standing, STANDING_SETTLED, error) ||
	    !pg_session_execute(standing->session, "BEGIN", error))
		return false;
	if (!build_inside(standing, files, ready, accepted, error)) {
		pg_session_execute(standing->session, "ROLLBACK", NULL);
		return false;
	}
	standing_look_again(standing);
	result->files = files->len;
	result->recorded = ready->len;
	return true;
}

static bool build_all(Standing *standing, const BuildOptions *build, BuildResult *result,
		      GError **error)
{
	g_autoptr(GPtrArray) files = NULL;

	if (!check_empty(standing, error))
		return false;
	files = files_list_some(standing->repo, standing->target.commit->oid, standing->project,
				standing->settings, error);
	return files && prove(standing, files, build, result, error) &&
	       run(standing, files, build->accept_drift, result, error);
}

Standing *adopt_build(GitRepo *repo, const StandingOptions *options, const Observer *observer,
		      const BuildOptions *build, BuildResult *result, GError **error)
{
	const unsigned needs = STANDING_READ_ALL | STANDING_LOCK | STANDING_LINEUP | STANDING_ORDER;
	g_autoptr(Standing) standing = NULL;

	if (build->from_empty && !deploy_empty(repo, options, observer, error))
		return NULL;
	standing = standing_open(repo, options, observer, needs, error);
	if (!standing || !build_all(standing, build, result, error))
		return NULL;
	standing_publish(standing, "a database built from schema files");
	if (build->seed && !deploy_seed(standing, &result->seeds, error)) {
		g_prefix_error(error, "the database is built; ");
		return NULL;
	}
	return g_steal_pointer(&standing);
}
