#include "guard/guard.h"

#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "config/config.h"
#include "git/sync.h"
#include "history/edit.h"
#include "history/read.h"
#include "ledger/state.h"
#include "lineup/lineup.h"
#include "sql/classify.h"
#include "sql/split.h"

void guarded_environment_free(GuardedEnvironment *guarded)
{
	if (!guarded)
		return;
	g_free(guarded->name);
	g_free(guarded->deployed);
	applied_set_free(guarded->applied);
	g_free(guarded);
}

/* ---- states ---- */

/* Our own state, or the remote's as it was last fetched. */
static char *state_tip(GitRepo *repo, const char *environment)
{
	g_autofree char *ref = ledger_state_ref(environment);
	g_autofree char *remote = git_sync_remote(repo);
	g_autofree char *tracking =
		remote ? g_strdup_printf("refs/migrate/remotes/%s/state/%s", remote, environment)
		       : NULL;
	char *tip = git_ref_find(repo, ref);

	return tip || !tracking ? tip : git_ref_find(repo, tracking);
}

static AppliedSet *applied_in(const MigrationSet *set)
{
	AppliedSet *applied = applied_set_new();

	for (guint i = 0; i < set->all->len; i++) {
		const Migration *migration = g_ptr_array_index(set->all, i);
		Applied *row = g_new0(Applied, 1);

		row->id = g_strdup(migration->id);
		row->blob = g_strdup(migration->up.blob);
		row->path = g_strdup(migration->up.path);
		row->position = i + 1;
		applied_set_add(applied, row);
	}
	return applied;
}

bool guard_environment(GitRepo *repo, const Project *project, const char *name,
		       GuardedEnvironment **guarded, GError **error)
{
	g_autofree char *tip = state_tip(repo, name);
	g_autoptr(MigrationSet) set = NULL;

	*guarded = NULL;
	if (!tip)
		return true;
	set = history_read_tree(repo, tip, LEDGER_STATE_FOLDER, project->migrations, error);
	if (!set)
		return false;
	*guarded = g_new0(GuardedEnvironment, 1);
	(*guarded)->name = g_strdup(name);
	(*guarded)->applied = applied_in(set);
	(*guarded)->deployed = ledger_state_commit(repo, tip);
	return true;
}

/* A file that cannot be read protects nothing by itself: then its environment is taken for fed. */
static bool is_fed(GitRepo *repo, const char *commit, const Project *project, const char *name,
		   const char *branch)
{
	g_autoptr(Policy) policy = config_read_policy(repo, commit, project, name, NULL);
	g_autofree char *feeding =
		policy ? config_feeding_branch(repo, commit, project, policy) : NULL;

	if (policy && policy->mode == MODE_FOLLOW)
		return false;
	return !branch || !feeding || strcmp(feeding, branch) == 0;
}

GPtrArray *guard_environments(GitRepo *repo, const char *commit, const char *branch, GError **error)
{
	g_autoptr(GPtrArray) guarded =
		g_ptr_array_new_with_free_func((GDestroyNotify)guarded_environment_free);
	g_autoptr(Project) project = config_read_project(repo, commit, error);
	g_auto(GStrv) names =
		project ? config_list_environments(repo, commit, project, error) : NULL;

	if (!names)
		return NULL;
	for (char **name = names; *name; name++) {
		GuardedEnvironment *one;

		if (!is_fed(repo, commit, project, *name, branch))
			continue;
		if (!guard_environment(repo, project, *name, &one, error))
			return NULL;
		if (one)
			g_ptr_array_add(guarded, one);
	}
	return g_steal_pointer(&guarded);
}

/* ---- what is applied ---- */

/* ", in 1234567 by NAME: SUBJECT", or nothing when no commit is known. */
static char *who_did(GitRepo *repo, const char *commit, const PlanEdit *edit)
{
	g_autoptr(GPtrArray) changes =
		commit ? history_edit_changes(repo, commit, edit, NULL) : NULL;
	const GitChange *change = changes && changes->len ? g_ptr_array_index(changes, 0) : NULL;

	if (!change)
		return g_strdup("");
	return g_strdup_printf(", in %.7s by %s: %s", change->commit, change->author,
			       change->subject);
}

/* Whether the migration was so before, too: then whoever comes now did not do it. */
static bool was_so(const GuardedChange *change, const char *id, const char *blob)
{
	const Migration *before = change->before ? migration_set_get(change->before, id) : NULL;

	if (!change->before)
		return false;
	return blob ? before && strcmp(before->up.blob, blob) == 0 : !before;
}

static bool find_edits(GitRepo *repo, const Plan *plan, const GuardedChange *change,
		       const GuardedEnvironment *guarded, GPtrArray *findings, GError **error)
{
	for (guint i = 0; i < plan->edits->len; i++) {
		PlanEdit *edit = g_ptr_array_index(plan->edits, i);
		const char *path = edit->migration->up.path;
		g_autofree char *word = text_shell_word(path);
		g_autofree char *who = NULL;
		g_autofree char *remedy = NULL;

		if (was_so(change, edit->applied->id, edit->migration->up.blob))
			continue;
		if (!history_edit_classify(repo, edit, error))
			return false;
		if (edit->kind != EDIT_REAL && edit->kind != EDIT_UNKNOWN)
			continue;
		who = who_did(repo, change->commit, edit);
		remedy = g_strdup_printf(
			"put the old text back (git cat-file blob %.12s >%s) and write a new "
			"migration",
			edit->applied->blob, word);
		finding_add(findings, path, remedy, "edited after it was applied to '%s'%s",
			    guarded->name, who);
	}
	return true;
}

static void find_removed(const Plan *plan, const GuardedChange *change,
			 const GuardedEnvironment *guarded, GPtrArray *findings)
{
	for (guint i = 0; i < plan->removed->len; i++) {
		const Applied *row = g_ptr_array_index(plan->removed, i);
		g_autofree char *word = text_shell_word(row->path);
		g_autofree char *remedy = NULL;

		/* A branch that has not got it yet removes nothing. */
		if (!change->before || was_so(change, row->id, NULL))
			continue;
		remedy = g_strdup_printf("put it back (git cat-file blob %.12s >%s), or undo it "
					 "there first: git migrate down",
					 row->blob, word);

		finding_add(findings, row->path, remedy, "removed, and it is applied to '%s'",
			    guarded->name);
	}
}

/* A baseline that comes before the database has all that it stands for. */
static void find_partly(const Plan *plan, const GuardedEnvironment *guarded, GPtrArray *findings)
{
	for (guint i = 0; i < plan->partly->len; i++) {
		const PlanPartly *partly = g_ptr_array_index(plan->partly, i);
		g_autofree char *remedy = g_strdup_printf(
			"deploy the commit before the squash there first: git migrate up --env %s "
			"--at COMMIT",
			guarded->name);

		finding_add(findings, partly->migration->up.path, remedy,
			    "it replaces %u migrations, of which '%s' has %u: '%s' is not applied",
			    partly->all, guarded->name, partly->present, partly->absent);
	}
}

/* Renames must keep the order of the names: a database built anew runs them by it. */
static void find_reordered(const Plan *plan, const GuardedEnvironment *guarded, GPtrArray *findings)
{
	g_autoptr(GHashTable) new_names = g_hash_table_new(g_str_hash, g_str_equal);
	const char *before = NULL;

	for (guint i = 0; i < plan->renames->len; i++) {
		const PlanRename *rename = g_ptr_array_index(plan->renames, i);
		g_hash_table_insert(new_names, rename->applied->id, rename->migration->id);
	}
	for (guint i = 0; i < guarded->applied->all->len && plan->renames->len; i++) {
		const Applied *row = g_ptr_array_index(guarded->applied->all, i);
		const char *renamed = g_hash_table_lookup(new_names, row->id);
		const char *name = renamed ? renamed : row->id;

		if (before && text_compare_versions(before, name) > 0)
			finding_add(findings, row->path, "give it a name that keeps its place",
				    "'%s' would come behind '%s', and ran before it in '%s'",
				    before, name, guarded->name);
		before = name;
	}
}

bool guard_applied(GitRepo *repo, const GuardedChange *change, const GuardedEnvironment *guarded,
		   GPtrArray *findings, GError **error)
{
	g_autoptr(Plan) plan = lineup_plan(repo, change->set, guarded->applied);

	find_removed(plan, change, guarded, findings);
	find_partly(plan, guarded, findings);
	find_reordered(plan, guarded, findings);
	return find_edits(repo, plan, change, guarded, findings, error);
}

/* ---- what is new ---- */

static bool allows_syntax(const Directives *directives)
{
	for (guint i = 0; i < directives->allow->len; i++)
		if (g_str_has_prefix(g_ptr_array_index(directives->allow, i), "syntax "))
			return true;
	return false;
}

/* A statement that our parser does not know: the server may be newer, which the author can say. */
static void check_statement(const SqlScript *script, const SqlStatement *statement,
			    const char *file, GPtrArray *findings)
{
	g_autofree char *text = sql_statement_text(script, statement);
	g_auto(SqlKind) kind = {0};
	g_autoptr(GError) why = NULL;
	unsigned position = 0;

	sql_classify(text, &kind);
	if (kind.class == SQL_TRANSACTION)
		finding_add(findings, file, "remove it: the runner begins and ends transactions",
			    "line %u: %s is not allowed in a migration", statement->line,
			    kind.what);
	else if (!sql_parse_check(text, &position, &why))
		finding_add(findings, file,
			    "if your server knows it: -- migrate: allow syntax REASON",
			    "line %u: the PostgreSQL parser does not accept it: %s",
			    statement->line, why->message);
}

static void check_script(GitRepo *repo, const Migration *migration, ScriptRole role,
			 GPtrArray *findings)
{
	g_auto(Script) script = {0};
	g_autoptr(GError) why = NULL;
	SqlScript *split = NULL;

	if (history_read_script(repo, migration, role, &script, &why) && script.text.present)
		split = sql_script_split(script.text.text, script.text.length, script.file,
					 script.text.line, &why);
	if (why) {
		finding_add(findings, script.file ? script.file : migration->up.path,
			    error_get_hint(why), "line %u: %s", error_get_line(why), why->message);
		return;
	}
	for (guint i = 0; split && i < split->statements->len; i++)
		if (!allows_syntax(migration->directives))
			check_statement(split, &g_array_index(split->statements, SqlStatement, i),
					script.file, findings);
	sql_script_free(split);
}

static bool has_down(GitRepo *repo, const Migration *migration)
{
	g_auto(Script) script = {0};

	return migration->down.path &&
	       history_read_script(repo, migration, SCRIPT_DOWN, &script, NULL) &&
	       script.text.present;
}

static void check_new(GitRepo *repo, Migration *migration, bool require_down, GPtrArray *findings)
{
	g_autoptr(GError) why = NULL;

	if (!history_read_directives(repo, migration, &why)) {
		finding_add(findings, migration->up.path, error_get_hint(why), "line %u: %s",
			    error_get_line(why), why->message);
		return;
	}
	check_script(repo, migration, SCRIPT_UP, findings);
	check_script(repo, migration, SCRIPT_DOWN, findings);
	check_script(repo, migration, SCRIPT_VERIFY, findings);
	if (require_down && !migration->repeatable && !migration->directives->irreversible &&
	    !has_down(repo, migration))
		finding_add(
			findings, migration->up.path,
			"write one, or say why not: -- migrate: irreversible REASON "
			"(a project without down scripts sets require_down: false in migrate.yaml)",
			"it has no down script");
}

void guard_new(GitRepo *repo, const GuardedChange *change, GPtrArray *findings)
{
	for (guint i = 0; i < change->set->all->len; i++) {
		Migration *migration = g_ptr_array_index(change->set->all, i);

		if (!was_so(change, migration->id, migration->up.blob))
			check_new(repo, migration, change->require_down && change->before,
				  findings);
	}
}
