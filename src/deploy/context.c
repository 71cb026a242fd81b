#include "deploy/context.h"

#include <string.h>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/text.h"
#include "config/config.h"
#include "deploy/plan.h"
#include "deploy/policy.h"
#include "deploy/target.h"
#include "git/walk.h"
#include "history/edit.h"
#include "history/read.h"
#include "ledger/record.h"
#include "ledger/replay.h"
#include "plan/plan.h"

DeployContext *deploy_context_new(GitRepo *repo, const DeployOptions *options,
				  const Observer *observer)
{
	DeployContext *context = g_new0(DeployContext, 1);

	context->repo = repo;
	context->options = *options;
	if (observer)
		context->observer = *observer;
	context->written = g_ptr_array_new_with_free_func((GDestroyNotify)record_free);
	context->policies = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
						  (GDestroyNotify)environment_free);
	context->gates = g_ptr_array_new_with_free_func((GDestroyNotify)gate_free);
	context->approvals = g_ptr_array_new_with_free_func(g_free);
	context->overrides = g_ptr_array_new();
	return context;
}

void deploy_context_free(DeployContext *context)
{
	if (!context)
		return;
	project_free(context->project);
	environment_free(context->environment);
	g_free(context->ref);
	g_free(context->release);
	git_revision_free(context->target);
	pg_session_free(context->session);
	ledger_state_clear(&context->ledger);
	ledger_sync_clear(&context->sync);
	ledger_comparison_free(context->comparison);
	g_clear_pointer(&context->links, g_ptr_array_unref);
	ledger_notes_free(context->notes);
	record_free(context->last);
	g_free(context->head_commit);
	plan_free(context->plan);
	migration_set_free(context->set);
	applied_set_free(context->applied);
	g_clear_pointer(&context->landings, g_hash_table_unref);
	g_clear_pointer(&context->landings_found, g_hash_table_unref);
	g_strfreev(context->partial);
	g_ptr_array_unref(context->written);
	g_hash_table_unref(context->policies);
	g_ptr_array_unref(context->gates);
	g_ptr_array_unref(context->approvals);
	g_ptr_array_unref(context->overrides);
	g_free(context->policy_name);
	g_free(context->schema_tree);
	g_free(context->order_tree);
	g_free(context->access_tree);
	g_free(context->plan_digest);
	g_free(context->witness);
	g_free(context);
}

/* ---- configure ---- */

/* The newest tag that matches the pattern, by version order; NULL with an error when none does. */
static char *newest_tag(GitRepo *repo, const char *pattern, GError **error)
{
	static const char prefix[] = "refs/tags/";
	g_auto(GStrv) tags = git_ref_list(repo, prefix, error);
	const char *newest = NULL;

	if (!tags)
		return NULL;
	for (char **tag = tags; *tag; tag++)
		if (g_pattern_match_simple(pattern, *tag + strlen(prefix)) &&
		    (!newest || text_compare_versions(*tag, newest) > 0))
			newest = *tag;
	if (newest)
		return g_strdup(newest);
	error_set(error, ERR_REPOSITORY,
		  "no tag matches '%s', from which this environment is deployed", pattern);
	error_hint(error, "make a release: git tag -s v1.0 (or name a commit with --at)");
	return NULL;
}

/* The local branch, or the one that was last fetched when this clone has no branch of that name. */
static char *branch_ref(GitRepo *repo, const char *branch, GError **error)
{
	g_autofree char *local = g_strconcat("refs/heads/", branch, NULL);
	g_autofree char *remote = g_strconcat("refs/remotes/origin/", branch, NULL);
	g_autofree char *at_local = git_ref_read(repo, local, NULL);
	g_autofree char *at_remote = git_ref_read(repo, remote, NULL);

	if (at_local)
		return g_steal_pointer(&local);
	if (at_remote)
		return g_steal_pointer(&remote);
	error_set(error, ERR_REPOSITORY,
		  "there is no branch '%s', from which this environment is deployed", branch);
	return NULL;
}

/* The full name of the ref that a revision names, or NULL for anything else. */
static char *full_name(GitRepo *repo, const char *revision)
{
	static const char *const patterns[] = {"%s", "refs/tags/%s", "refs/heads/%s",
					       "refs/remotes/%s"};

	for (guint i = 0; i < G_N_ELEMENTS(patterns); i++) {
		g_auto(GStrv) around = g_strsplit(patterns[i], "%s", 2);
		g_autofree char *name = g_strconcat(around[0], revision, around[1], NULL);
		g_autofree char *oid =
			g_str_has_prefix(name, "refs/") ? git_ref_read(repo, name, NULL) : NULL;
		if (oid)
			return g_steal_pointer(&name);
	}
	return NULL;
}

static char *head_ref(GitRepo *repo)
{
	g_autofree char *branch = git_repo_branch(repo);

	return branch ? g_strconcat("refs/heads/", branch, NULL) : NULL;
}

/* Sets context->ref (may stay NULL) and returns the revision to deploy. */
static char *find_source(DeployContext *context, const Environment *environment, GError **error)
{
	if (context->options.at) {
		context->ref = full_name(context->repo, context->options.at);
		return g_strdup(context->options.at);
	}
	if (environment->source_tags)
		context->ref = newest_tag(context->repo, environment->source_tags, error);
	else if (environment->source_branch)
		context->ref = branch_ref(context->repo, environment->source_branch, error);
	else {
		context->ref = head_ref(context->repo);
		return g_strdup("HEAD");
	}
	return g_strdup(context->ref);
}

/* The id of the tag object when a tag is deployed; a lightweight tag has none. */
static char *release_of(DeployContext *context)
{
	g_autofree char *oid = NULL;

	if (!context->ref || !g_str_has_prefix(context->ref, "refs/tags/"))
		return NULL;
	oid = git_ref_read(context->repo, context->ref, NULL);
	return g_strcmp0(oid, context->target->oid) == 0 ? NULL : g_steal_pointer(&oid);
}

/* Project and environment as a commit has them. `*name` is the environment asked for, or the
 * project's default. */
static Environment *read_settings(DeployContext *context, const char *commit, bool expand,
				  Project **project, GError **error)
{
	g_autoptr(Project) found = config_read_project(context->repo, commit, error);
	Environment *environment;

	if (!found)
		return NULL;
	environment =
		config_read_environment(context->repo, commit, found,
					context->options.environment ? context->options.environment
								     : found->default_environment,
					expand, error);
	if (environment)
		*project = g_steal_pointer(&found);
	return environment;
}

bool deploy_configure(DeployContext *context, GError **error)
{
	g_autoptr(Project) here = NULL;
	g_autoptr(Environment) source = NULL;
	g_autofree char *revision = NULL;
	const char *first = context->options.at ? context->options.at : "HEAD";
	g_autoptr(GitRevision) start = git_repo_commit(context->repo, first, error);

	if (!start)
		return false;
	source = read_settings(context, start->oid, false, &here, error);
	if (!source)
		return false;
	revision = find_source(context, source, error);
	if (!revision)
		return false;
	context->target = git_repo_commit(context->repo, revision, error);
	if (!context->target)
		return false;
	context->release = release_of(context);
	context->environment = read_settings(context, context->target->oid,
					     !context->options.offline, &context->project, error);
	return context->environment;
}

/* ---- connect and lock ---- */

static bool refuse_pooler(DeployContext *context, GError **error)
{
	error_set(error, ERR_CONNECTION, "environment '%s' is reached through a transaction pooler",
		  context->environment->name);
	error_detail(error, "the server process changed between two statements, so a session lock "
			    "and session settings "
			    "would not hold");
	return error_hint(
		error,
		"connect to PostgreSQL itself (usually port 5432), or to a pool in session mode");
}

bool deploy_connect(DeployContext *context, GError **error)
{
	context->session = deploy_target_connect(context->repo, context->environment,
						 context->options.command, error);
	if (!context->session ||
	    !ledger_database_state(context->session, &context->ledger, error)) {
		g_prefix_error(error, "environment '%s': ", context->environment->name);
		return false;
	}
	if (context->ledger.pooled &&
	    deploy_target_is_shared(context->repo, context->environment, context->session))
		return refuse_pooler(context, error);
	return true;
}

/* Waits a moment, or until Ctrl-C. Doubles from 10 ms to half a second: the lock is mostly free
 * soon or held for long. */
static void pause_between_tries(guint tries)
{
	const gulong longest = 500000;
	gulong pause = 10000ul << MIN(tries, 6u);

	g_usleep(MIN(pause, longest));
}

static bool fail_locked(DeployContext *context, const char *holder, GError **error)
{
	error_set(error, ERR_LOCKED, "environment '%s' is locked by another deployer",
		  context->environment->name);
	if (holder)
		error_detail(error, "held by %s", holder);
	return error_hint(error, "wait for it, or allow more time with --wait SECONDS");
}

bool deploy_lock(DeployContext *context, GError **error)
{
	const gint64 wait_ms = context->options.wait_ms >= 0 ? context->options.wait_ms
							     : context->environment->lock_wait_ms;
	const gint64 end = g_get_monotonic_time() + wait_ms * 1000;

	for (guint tries = 0;; tries++) {
		g_autofree char *holder = NULL;

		if (!ledger_database_try_lock(context->session, &context->locked, error))
			return false;
		if (context->locked)
			break;
		holder = ledger_database_lock_holder(context->session, error);
		if (g_get_monotonic_time() >= end || interrupt_requested())
			return fail_locked(context, holder, error);
		if (tries == 2 && holder)
			observer_say(&context->observer, EVENT_WAITING, "%s", holder);
		pause_between_tries(tries);
	}
	/* What was read before the lock was ours may be old. */
	ledger_state_clear(&context->ledger);
	return ledger_database_state(context->session, &context->ledger, error);
}

/* ---- ledgers ---- */

static bool check_environment_name(const DeployContext *context, GError **error)
{
	const LedgerState *ledger = &context->ledger;

	if (strcmp(ledger->environment, context->environment->name) == 0)
		return true;
	error_set(error, ERR_REFUSED, "database '%s' is the one of environment '%s', not of '%s'",
		  ledger->database, ledger->environment, context->environment->name);
	return error_hint(error,
			  "check where '%s' connects to; a copy of another environment's database "
			  "is not taken over",
			  context->environment->name);
}

static bool read_last_record(DeployContext *context, GError **error)
{
	g_autoptr(GPtrArray) texts = NULL;

	if (!context->ledger.head)
		return true;
	texts = ledger_database_texts(context->session, context->ledger.sequence, error);
	if (!texts)
		return false;
	context->last = ledger_record_parse(g_ptr_array_index(texts, texts->len - 1), error);
	if (context->last) {
		context->head_commit = g_strdup(context->last->object);
		return true;
	}
	g_prefix_error(error, "the last record of environment '%s': ", context->environment->name);
	return error_hint(
		error,
		"somebody changed table git_migrate.record: run 'git migrate verify --env %s'",
		context->environment->name);
}

static void show_sync_warning(DeployContext *context)
{
	if (context->sync.warning)
		observer_say(&context->observer, EVENT_WARNING, "%s", context->sync.warning);
	g_clear_pointer(&context->sync.warning, g_free);
}

bool deploy_sync_prepare(GitRepo *repo, const char *commit, const Project *project,
			 LedgerSync *sync, GError **error)
{
	sync->excluded = config_list_private(repo, commit, project, error);
	return sync->excluded;
}

bool deploy_sync_prepare_head(GitRepo *repo, LedgerSync *sync, GError **error)
{
	g_autofree char *head = git_repo_resolve(repo, "HEAD", true, NULL);
	g_autoptr(Project) project = head ? config_read_project(repo, head, error) : NULL;

	return !head || (project && deploy_sync_prepare(repo, head, project, sync, error));
}

bool deploy_is_private(const DeployContext *context)
{
	return environment_is_private(context->environment);
}

bool deploy_fetch(DeployContext *context, GError **error)
{
	if (context->options.no_fetch || deploy_is_private(context))
		return true;
	if (!context->sync.excluded &&
	    !deploy_sync_prepare(context->repo, context->target->oid, context->project,
				 &context->sync, error))
		return false;
	if (!ledger_sync_fetch(context->repo, context->environment->name, &context->sync, error))
		return false;
	show_sync_warning(context);
	return true;
}

bool deploy_read_ledgers(DeployContext *context, bool fetch, GError **error)
{
	const char *name = context->environment->name;

	if (fetch && !deploy_fetch(context, error))
		return false;
	if (context->ledger.present) {
		if (!check_environment_name(context, error))
			return false;
		context->links = ledger_database_links(context->session, error);
		if (!context->links || !read_last_record(context, error))
			return false;
	} else {
		context->links = g_ptr_array_new_with_free_func((GDestroyNotify)ledger_link_free);
	}
	context->notes = ledger_notes_read(context->repo, name, false, error);
	if (!context->notes)
		return false;
	context->comparison = ledger_compare(context->links, context->notes->links);
	return deploy_policy_read(context, error);
}

static bool refuse_open(const DeployContext *context, const Record *open, GError **error)
{
	error_set(error, ERR_REFUSED,
		  "a deployment of '%s' is under way, or crashed: record %" G_GINT64_FORMAT
		  " has no outcome",
		  context->environment->name, open->sequence);
	return error_hint(error, "wait for it; the next deployment records what a crashed one did");
}

bool deploy_read_notes(DeployContext *context, GError **error)
{
	const char *name = context->environment->name;
	g_autoptr(GPtrArray) chain = NULL;
	const Record *open = NULL, *last;
	bool broken;

	if (!deploy_fetch(context, error))
		return false;
	context->notes = ledger_notes_read(context->repo, name, true, error);
	if (!context->notes)
		return false;
	chain = ledger_chain_of(context->notes->records, &broken);
	if (broken) {
		error_set(error, ERR_REFUSED, "the notes of '%s' lack records that others name",
			  name);
		return error_hint(
			error, "git migrate sync fetches them; the next deployment completes them");
	}
	context->applied = ledger_replay(chain, &open);
	if (open)
		return refuse_open(context, open, error);
	last = chain->len ? g_ptr_array_index(chain, chain->len - 1) : NULL;
	if (last) {
		context->last = ledger_record_parse(last->raw, error);
		context->head_commit = g_strdup(last->object);
		context->ledger.head = g_strdup(last->id);
		context->ledger.sequence = last->sequence;
	}
	context->partial = g_new0(char *, 1);
	return deploy_policy_read(context, error);
}

const Record *deploy_open_record(const DeployContext *context)
{
	const Record *last = context->last;

	return last && (last->action == RECORD_BEGIN || last->action == RECORD_REVERT) ? last
										       : NULL;
}

/* ---- plan ---- */

/* A path that matches nothing is an error, not an empty plan: a wrong path would look like success
 * for years. */
static bool refuse_nothing(const DeployContext *context, GError **error)
{
	error_set(error, ERR_MIGRATION, "there are no migrations in '%s' of commit %.12s",
		  context->set->folder, context->target->oid);
	return error_hint(
		error,
		"git migrate init finds them elsewhere, git migrate new NAME writes the first one");
}

bool deploy_read_plan(DeployContext *context, bool whole, GError **error)
{
	context->set = history_read(context->repo, context->target->oid,
				    context->project->migrations, error);
	if (!context->set)
		return false;
	if (context->ledger.present && context->session) {
		context->applied = ledger_database_applied(context->session, whole, error);
		context->partial =
			context->applied ? ledger_database_partial(context->session, error) : NULL;
		if (!context->partial)
			return false;
	} else if (!context->applied) {
		context->applied = applied_set_new();
		context->partial = g_new0(char *, 1);
	}
	if (context->set->all->len == 0 && context->applied->all->len == 0)
		return refuse_nothing(context, error);
	context->plan = deploy_plan_build(context->repo, context->set, context->applied);
	return true;
}

bool deploy_classify_edits(DeployContext *context, GError **error)
{
	for (guint i = 0; i < context->plan->edits->len; i++)
		if (!history_edit_classify(context->repo,
					   g_ptr_array_index(context->plan->edits, i), error))
			return false;
	return true;
}

/* The up paths of the pending ones, relative to the migrations folder; borrowed from the set. */
static const char **pending_paths(const DeployContext *context)
{
	const GPtrArray *pending = context->plan->pending;
	const char **paths = g_new0(const char *, pending->len + 1);
	const size_t prefix = strlen(context->set->folder) + 1;

	for (guint i = 0; i < pending->len; i++)
		paths[i] = ((const Migration *)g_ptr_array_index(pending, i))->up.path + prefix;
	return paths;
}

/* Whether a deployed commit is in this clone: another clone may have deployed one that was never
 * pushed. */
static bool is_known(GitRepo *repo, const char *commit)
{
	g_autofree char *oid = git_repo_resolve(repo, commit, true, NULL);

	return oid;
}

/* Fills context->landings: whole up path to landing. */
static bool read_landings(DeployContext *context, GError **error)
{
	g_autofree const char **paths = pending_paths(context);
	/* A developer's database goes back and forth: what was deployed last bounds nothing there.
	 */
	const char *boundary = context->last && context->policy->mode != MODE_FOLLOW
				       ? context->last->object
				       : NULL;
	g_autoptr(GHashTable) found = NULL;
	bool off_chain = false;

	if (boundary && !is_known(context->repo, boundary))
		boundary = NULL;
	found = git_walk_landings(context->repo, context->target->oid, boundary,
				  context->set->folder, paths, &off_chain, error);
	if (!found)
		return false;
	if (off_chain)
		observer_say(&context->observer, EVENT_WARNING,
			     "the last deployed commit %.12s is not on the first-parent history of "
			     "this one: "
			     "what landed since is ordered from their merge base",
			     boundary);
	context->landings = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	for (guint i = 0; paths[i]; i++)
		g_hash_table_insert(context->landings,
				    g_strconcat(context->set->folder, "/", paths[i], NULL),
				    g_hash_table_lookup(found, paths[i]));
	context->landings_found = g_steal_pointer(&found);
	return true;
}

/* Landing distances by whole path, for plan_order(). */
static GHashTable *landing_distances(const DeployContext *context)
{
	GHashTable *distances = g_hash_table_new(g_str_hash, g_str_equal);
	GHashTableIter each;
	gpointer path, landing;

	if (!context->landings)
		return distances;
	g_hash_table_iter_init(&each, context->landings);
	while (g_hash_table_iter_next(&each, &path, &landing))
		if (landing)
			g_hash_table_insert(distances, path,
					    GUINT_TO_POINTER(((GitLanding *)landing)->distance));
	return distances;
}

bool deploy_order_plan(DeployContext *context, const char *to, GError **error)
{
	g_autoptr(GHashTable) distances = NULL;
	GPtrArray *pending = context->plan->pending;

	if (!deploy_plan_refuse_partly(context->plan, context->environment->name, error))
		return false;
	for (guint i = 0; i < pending->len; i++) {
		const Migration *found = g_ptr_array_index(pending, i);
		if (!history_read_directives(context->repo,
					     migration_set_get(context->set, found->id), error))
			return false;
	}
	/* With one pending migration there is no order to find, and no history to walk. */
	if (pending->len > 1 && !read_landings(context, error))
		return false;
	deploy_plan_read_required(context->repo, context->plan, context->set, context->applied);
	distances = landing_distances(context);
	if (!plan_order(context->plan, context->set, context->applied, distances, error))
		return false;
	return !to || plan_cut(context->plan, context->applied, to, error);
}
