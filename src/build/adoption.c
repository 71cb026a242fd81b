#include "build/adoption.h"

#include <string.h>

#include "adopt.h"
#include "base/error.h"
#include "build/build.h"
#include "deploy/snapshot.h"

/* The script runs as a migration would. */
static bool run_script(DeployContext *built, const char *script, GError **error)
{
	g_autofree char *blob =
		git_repo_write_in_memory(built->repo, error)
			? git_repo_write_blob(built->repo, script, strlen(script), error)
			: NULL;
	g_autoptr(Migration) migration =
		migration_new("the adopting script", LAYOUT_PAIR, "script", blob);

	migration->directives = directives_new();
	return blob && build_script(built, migration, SCRIPT_UP, error);
}

static void add_failure(GPtrArray *lines, const GError *why)
{
	g_ptr_array_add(lines, g_strdup_printf("it fails on the scratch server, line %u: %s",
					       error_get_line(why), why->message));
}

static void add_differences(const DeployContext *context, const SchemaSnapshot *given,
			    const SchemaSnapshot *live, GPtrArray *lines)
{
	g_autoptr(GPtrArray) ignored = ignore_counts_new();
	g_autoptr(GPtrArray) differing = adopt_list_differing(context, ignored, given, live);

	g_ptr_array_extend_and_steal(lines, g_steal_pointer(&differing));
}

GPtrArray *build_adoption_check(DeployContext *context, const char *script, GError **error)
{
	const char *commit = context->last ? context->last->object : context->target->oid;
	g_autoptr(AppliedSet) applied = ledger_database_applied(context->session, false, error);
	g_autoptr(Scratch) scratch =
		applied ? deploy_scratch_new(context->repo, context->session, error) : NULL;
	g_autoptr(DeployContext) built =
		scratch ? build_context(context->repo, commit, scratch, error) : NULL;
	g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GPtrArray) none = g_ptr_array_new();
	g_autoptr(SchemaSnapshot) given = NULL;
	g_autoptr(SchemaSnapshot) live = NULL;
	g_autoptr(GError) why = NULL;

	if (!built)
		return NULL;
	if (!adopt_choose(built, applied, none)) {
		g_ptr_array_add(lines, g_strdup_printf("commit %.7s lacks a migration that is "
						       "applied",
						       commit));
		return g_steal_pointer(&lines);
	}
	if (!build_migrations(built, NULL, error))
		return NULL;
	if (!run_script(built, script, &why)) {
		add_failure(lines, why);
		return g_steal_pointer(&lines);
	}
	given = schema_snapshot_take(built->session, NULL, false, error);
	live = given ? deploy_snapshot_take(context, false, error) : NULL;
	if (!live)
		return NULL;
	add_differences(context, given, live, lines);
	return g_steal_pointer(&lines);
}
