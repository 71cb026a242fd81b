#include <string.h>

#include "base/error.h"
#include "history/read.h"
#include "lineup/lineup.h"
#include "plan/plan.h"

void lineup_order_free(LineupOrder *order)
{
	if (!order)
		return;
	g_clear_pointer(&order->migrations, g_ptr_array_unref);
	g_clear_pointer(&order->landings, g_hash_table_unref);
	g_clear_pointer(&order->landings_found, g_hash_table_unref);
	g_free(order);
}

const GitLanding *lineup_order_landing(const LineupOrder *order, const Migration *migration)
{
	return order->landings ? g_hash_table_lookup(order->landings, migration->up.path) : NULL;
}

/* ---- directives ---- */

static bool read_directives(GitRepo *repo, const Lineup *lineup, GError **error)
{
	const GPtrArray *pending = lineup->plan->pending;

	for (guint i = 0; i < pending->len; i++) {
		const Migration *found = g_ptr_array_index(pending, i);

		if (!history_read_directives(repo, migration_set_get(lineup->set, found->id),
					     error))
			return false;
	}
	return true;
}

static bool is_present(const char *id, const MigrationSet *set, const AppliedSet *applied)
{
	return migration_set_get(set, id) || applied_set_get(applied, id);
}

/* A baseline may stand for an id that is neither in the set nor applied: then the directives of
 * the whole set tell. */
static void read_required(GitRepo *repo, const Plan *plan, const MigrationSet *set,
			  const AppliedSet *applied)
{
	bool unknown = false;

	for (guint i = 0; i < plan->pending->len && !unknown; i++) {
		const Migration *migration = g_ptr_array_index(plan->pending, i);
		const GPtrArray *requires = migration->directives->requires;

		for (guint j = 0; j < requires->len && !unknown; j++)
			unknown = !is_present(g_ptr_array_index(requires, j), set, applied);
	}
	for (guint i = 0; i < set->all->len && unknown; i++)
		history_read_directives(repo, g_ptr_array_index(set->all, i), NULL);
}

/* A database that has only a part of what a baseline replaces can run neither. */
static bool refuse_partly(const Plan *plan, const char *environment, GError **error)
{
	const PlanPartly *partly;

	if (plan->partly->len == 0)
		return true;
	partly = g_ptr_array_index(plan->partly, 0);
	error_set(
		error, ERR_REFUSED,
		"'%s' has %u of the %u migrations that '%s' replaces: '%s' is not applied, or was "
		"with another text",
		environment, partly->present, partly->all, partly->migration->id, partly->absent);
	error_place(error, partly->migration->up.path, 0, 0);
	return error_hint(error,
			  "deploy the commit before the squash first: git migrate up --env %s --at "
			  "COMMIT",
			  environment);
}

/* ---- landings ---- */

/* The up paths of the pending ones, relative to the migrations folder; borrowed from the set. */
static const char **pending_paths(const Lineup *lineup)
{
	const GPtrArray *pending = lineup->plan->pending;
	const char **paths = g_new0(const char *, pending->len + 1);
	const size_t prefix = strlen(lineup->set->folder) + 1;

	for (guint i = 0; i < pending->len; i++)
		paths[i] = ((const Migration *)g_ptr_array_index(pending, i))->up.path + prefix;
	return paths;
}

/* Whether a deployed commit is in this clone: another clone may have deployed one that was never
 * pushed. */
static bool is_known(GitRepo *repo, const char *commit)
{
	g_autofree char *oid = git_repo_find_commit(repo, commit);

	return oid;
}

/* What is pending although the boundary has it (a deployment stopped, was told to, or was undone)
 * came before all that landed since; which of several came first is told further back. */
static bool place_older(GitRepo *repo, const Lineup *lineup, GHashTable *found, GError **error)
{
	g_autoptr(GPtrArray) paths = g_ptr_array_new();
	g_autoptr(GHashTable) older = NULL;
	GHashTableIter each;
	gpointer path, landing;

	g_hash_table_iter_init(&each, found);
	while (g_hash_table_iter_next(&each, &path, &landing))
		if (!((GitLanding *)landing)->commit)
			g_ptr_array_add(paths, path);
	if (paths->len < 2)
		return true;
	g_ptr_array_add(paths, NULL);
	older = git_walk_landings(repo, lineup->set->commit, NULL, lineup->set->folder,
				  (const char *const *)paths->pdata, NULL, error);
	if (!older)
		return false;
	g_hash_table_iter_init(&each, older);
	while (g_hash_table_iter_next(&each, &path, &landing)) {
		g_hash_table_iter_steal(&each);
		g_hash_table_replace(found, path, landing);
	}
	return true;
}

static bool read_landings(GitRepo *repo, const Lineup *lineup, const char *boundary,
			  LineupOrder *order, GError **error)
{
	const char *folder = lineup->set->folder;
	g_autofree const char **paths = pending_paths(lineup);
	GHashTable *found;

	if (boundary && !is_known(repo, boundary))
		boundary = NULL;
	found = git_walk_landings(repo, lineup->set->commit, boundary, folder, paths,
				  &order->off_chain, error);
	if (!found)
		return false;
	order->landings_found = found;
	if (!place_older(repo, lineup, found, error))
		return false;
	order->landings = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	for (guint i = 0; paths[i]; i++)
		g_hash_table_insert(order->landings, g_strconcat(folder, "/", paths[i], NULL),
				    g_hash_table_lookup(found, paths[i]));
	return true;
}

/* Landing distances by whole path, for plan_order(). */
static GHashTable *landing_distances(const LineupOrder *order)
{
	GHashTable *distances = g_hash_table_new(g_str_hash, g_str_equal);
	GHashTableIter each;
	gpointer path, landing;

	if (!order->landings)
		return distances;
	g_hash_table_iter_init(&each, order->landings);
	while (g_hash_table_iter_next(&each, &path, &landing))
		if (landing)
			g_hash_table_insert(distances, path,
					    GUINT_TO_POINTER(((GitLanding *)landing)->distance));
	return distances;
}

/* ---- the order ---- */

LineupOrder *lineup_order_new(GitRepo *repo, const Lineup *lineup, const char *environment,
			      const char *boundary, GError **error)
{
	g_autoptr(LineupOrder) order = g_new0(LineupOrder, 1);
	g_autoptr(GHashTable) distances = NULL;

	if (!refuse_partly(lineup->plan, environment, error) ||
	    !read_directives(repo, lineup, error))
		return NULL;
	if (lineup->plan->pending->len > 1 && !read_landings(repo, lineup, boundary, order, error))
		return NULL;
	read_required(repo, lineup->plan, lineup->set, lineup->applied);
	distances = landing_distances(order);
	order->migrations =
		plan_order(lineup->plan, lineup->set, lineup->applied, distances, error);
	return order->migrations ? g_steal_pointer(&order) : NULL;
}
