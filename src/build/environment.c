#include "build/environment.h"

#include "adopt.h"
#include "base/error.h"
#include "base/text.h"
#include "build/build.h"
#include "deploy/deploy.h"
#include "deploy/seed.h"
#include "deploy/snapshot.h"
#include "deploy/switch.h"
#include "deploy/write.h"

/* ---- what must be so before ---- */

static bool refuse_applied(const DeployContext *context, GError **error)
{
	const char *name = context->environment->name;

	error_set(error, ERR_REFUSED, "environment '%s' has %u migrations applied already", name,
		  context->applied->all->len);
	return error_hint(error,
			  "git migrate up --env %s brings it up to date; --from-empty drops an "
			  "embedded database and builds it anew",
			  name);
}

/* `extra` holds SchemaDifference: what the database has and an empty one has not. */
static bool refuse_objects(const DeployContext *context, const GArray *extra, GError **error)
{
	const guint shown = 5;
	const char *name = context->environment->name;
	g_autofree char *count = text_count(extra->len, "object");

	error_set(error, ERR_REFUSED, "the database of '%s' is not empty: it has %s", name, count);
	for (guint i = 0; i < extra->len && i < shown; i++)
		error_detail(error, "%s", g_array_index(extra, SchemaDifference, i).path);
	if (extra->len > shown)
		error_detail(error, "...");
	return error_hint(error, "git migrate baseline --env %s adopts a database as it is", name);
}

static bool check_empty(DeployContext *context, GError **error)
{
	g_autoptr(Scratch) scratch = NULL;
	g_autoptr(SchemaSnapshot) empty = NULL;
	g_autoptr(SchemaSnapshot) live = NULL;
	g_autoptr(GArray) extra = NULL;

	if (context->applied->all->len > 0)
		return refuse_applied(context, error);
	scratch = deploy_scratch_new(context->repo, context->session, error);
	empty = scratch ? schema_snapshot_take(scratch->session, NULL, false, error) : NULL;
	live = empty ? deploy_snapshot_take(context, false, error) : NULL;
	if (!live)
		return false;
	extra = schema_objects_compare(empty->objects, live->objects);
	for (guint i = extra->len; i > 0; i--)
		if (!g_array_index(extra, SchemaDifference, i - 1).right)
			g_array_remove_index(extra, i - 1);
	return extra->len == 0 || refuse_objects(context, extra, error);
}

/* ---- the proof ---- */

static bool prove(DeployContext *context, const GPtrArray *files, const BuildOptions *build,
		  BuildResult *result, GError **error)
{
	const AdoptProof proof = {"the schema of these files", build->accept_drift,
				  result->ignored};
	g_autofree char *written = NULL;
	g_autoptr(SchemaSnapshot) expected = adopt_expected(context, &written, error);
	g_autoptr(SchemaSnapshot) found =
		expected ? build_files_snapshot(context->repo, context->target->oid,
						context->session, files, error)
			 : NULL;

	if (!found)
		return false;
	if (written)
		observer_say(
			&context->observer, EVENT_WARNING,
			"migrations write rows into %s, and schema files hold none: what a new "
			"database needs of them is sample data",
			written);
	if (adopt_prove(context, &proof, expected, found, &result->differences, error))
		return true;
	return error_hint(error,
			  "git migrate check shows the lines; write what is missing into the "
			  "files, or accept the difference: --accept-drift REASON");
}

/* ---- the build ---- */

static bool build_inside(DeployContext *context, const GPtrArray *files, const GPtrArray *items,
			 const char *accepted, GError **error)
{
	const char *reason =
		accepted ? accepted
			 : "built from schema files, which give what these migrations give";

	return build_files(context, files, BUILD_FOR_REAL, error) &&
	       adopt_commit(context, items, reason, error);
}

static bool run(DeployContext *context, const GPtrArray *files, const char *accepted,
		BuildResult *result, GError **error)
{
	g_autoptr(GPtrArray) ready = deploy_ready(context, error);
	g_autoptr(GPtrArray) items = ready ? ready_migrations_items(ready) : NULL;

	if (!items || !deploy_settle_ledgers(context, error) ||
	    !pg_session_execute(context->session, "BEGIN", error))
		return false;
	if (!build_inside(context, files, items, accepted, error)) {
		pg_session_execute(context->session, "ROLLBACK", NULL);
		return false;
	}
	result->files = files->len;
	result->recorded = items->len;
	return true;
}

static bool build_all(DeployContext *context, const BuildOptions *build, BuildResult *result,
		      GError **error)
{
	g_autoptr(GPtrArray) files = NULL;

	if (!deploy_configure(context, error) || !deploy_connect(context, error) ||
	    !deploy_lock(context, error) || !deploy_read_ledgers(context, true, error) ||
	    !deploy_read_plan(context, false, error) || !deploy_order_plan(context, NULL, error) ||
	    !check_empty(context, error))
		return false;
	files = build_list_some_files(context, error);
	return files && prove(context, files, build, result, error) &&
	       run(context, files, build->accept_drift, result, error);
}

DeployContext *build_environment(GitRepo *repo, const DeployOptions *options,
				 const Observer *observer, const BuildOptions *build,
				 BuildResult *result, GError **error)
{
	g_autoptr(DeployContext) context = NULL;

	if (build->from_empty && !deploy_empty(repo, options, observer, error))
		return NULL;
	context = deploy_context_new(repo, options, observer);
	if (!build_all(context, build, result, error))
		return NULL;
	deploy_snapshot_record(context);
	deploy_publish(context, "a database built from schema files");
	if (build->seed && !deploy_seed(context, &result->seeds, error)) {
		g_prefix_error(error, "the database is built; ");
		return NULL;
	}
	return g_steal_pointer(&context);
}
