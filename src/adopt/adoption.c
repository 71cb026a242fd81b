#include "adopt/adoption.h"

#include <string.h>

#include "base/error.h"
#include "proof.h"
#include "standing/snapshot.h"

/* The script runs as a migration would. */
static bool run_script(ScratchBuild *build, const char *script, GError **error)
{
	g_autofree char *blob =
		git_repo_write_in_memory(build->repo, error)
			? git_repo_write_blob(build->repo, script, strlen(script), error)
			: NULL;
	g_autoptr(Migration) migration =
		migration_new("the adopting script", LAYOUT_PAIR, "script", blob);

	migration->directives = directives_new();
	return blob && scratch_build_script(build, migration, SCRIPT_UP, error);
}

static void add_differences(const Standing *standing, const SchemaSnapshot *given,
			    const SchemaSnapshot *live, GPtrArray *lines)
{
	g_autoptr(GPtrArray) ignored = ignore_counts_new();
	g_autoptr(GPtrArray) differing = adopt_list_differing(standing, ignored, given, live);

	g_ptr_array_extend_and_steal(lines, g_steal_pointer(&differing));
}

/* Runs the applied migrations, then the script; what fails in the script is a line. *goes_on is
 * false when there is nothing to compare. */
static bool try_script(ScratchBuild *build, const AppliedSet *applied, const char *script,
		       GPtrArray *lines, bool *goes_on, GError **error)
{
	g_autoptr(GPtrArray) none = g_ptr_array_new();
	g_autoptr(GPtrArray) present = NULL;
	g_autoptr(GError) why = NULL;
	bool complete;

	present = adopt_present(build, applied, none, &complete);
	*goes_on = false;
	if (!complete) {
		g_ptr_array_add(lines, g_strdup_printf("commit %.7s lacks a migration that is "
						       "applied",
						       build->commit->oid));
		return true;
	}
	if (!scratch_build_migrations(build, present, NULL, error))
		return false;
	*goes_on = run_script(build, script, &why);
	if (why)
		g_ptr_array_add(lines,
				g_strdup_printf("it fails on the scratch server, line %u: %s",
						error_get_line(why), why->message));
	return true;
}

GPtrArray *adopt_check_script(Standing *standing, const char *script, GError **error)
{
	const Record *last = standing->ledgers.last;
	const char *commit = last ? last->object : standing->target.commit->oid;
	g_autoptr(AppliedSet) applied = ledger_database_applied(standing->session, false, error);
	g_autoptr(ScratchBuild) build =
		applied ? scratch_build_new(standing->repo, commit, standing->session, error)
			: NULL;
	g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(SchemaSnapshot) given = NULL;
	g_autoptr(SchemaSnapshot) live = NULL;
	bool goes_on;

	if (!build || !try_script(build, applied, script, lines, &goes_on, error))
		return NULL;
	if (!goes_on)
		return g_steal_pointer(&lines);
	given = scratch_build_snapshot(build, false, error);
	live = given ? standing_snapshot(standing, SCHEMA_OBJECTS, error) : NULL;
	if (!live)
		return NULL;
	add_differences(standing, given, live, lines);
	return g_steal_pointer(&lines);
}
