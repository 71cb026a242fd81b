#include "lineup/lineup.h"

#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "history/edit.h"
#include "history/read.h"

void lineup_free(Lineup *lineup)
{
	if (!lineup)
		return;
	plan_free(lineup->plan);
	migration_set_free(lineup->set);
	applied_set_free(lineup->applied);
	g_strfreev(lineup->partial);
	g_free(lineup);
}

static bool refuse_nothing(const Lineup *lineup, GError **error)
{
	error_set(error, ERR_MIGRATION, "there are no migrations in '%s' of commit %.12s",
		  lineup->set->folder, lineup->set->commit);
	return error_hint(
		error,
		"git migrate init finds them elsewhere, git migrate new NAME writes the first one");
}

static bool classify_edits(GitRepo *repo, const Plan *plan, GError **error)
{
	for (guint i = 0; i < plan->edits->len; i++)
		if (!history_edit_classify(repo, g_ptr_array_index(plan->edits, i), error))
			return false;
	return true;
}

Lineup *lineup_new(GitRepo *repo, const char *commit, const char *folder, AppliedSet *applied,
		   char **partial, GError **error)
{
	g_autoptr(Lineup) lineup = g_new0(Lineup, 1);

	lineup->applied = applied ? applied : applied_set_new();
	lineup->partial = partial ? partial : g_new0(char *, 1);
	lineup->set = history_read(repo, commit, folder, error);
	if (!lineup->set)
		return NULL;
	if (lineup->set->all->len == 0 && lineup->applied->all->len == 0) {
		refuse_nothing(lineup, error);
		return NULL;
	}
	lineup->plan = lineup_plan(repo, lineup->set, lineup->applied);
	return classify_edits(repo, lineup->plan, error) ? g_steal_pointer(&lineup) : NULL;
}

/* ---- what stands in the way ---- */

const PlanEdit *lineup_find_edit(const Lineup *lineup, const char *id)
{
	for (guint i = 0; i < lineup->plan->edits->len; i++) {
		const PlanEdit *edit = g_ptr_array_index(lineup->plan->edits, i);
		if (strcmp(edit->applied->id, id) == 0)
			return edit;
	}
	return NULL;
}

static void name_changes(GitRepo *repo, const PlanEdit *edit, const char *commit, GError **error)
{
	g_autoptr(GPtrArray) changes = history_edit_changes(repo, commit, edit, NULL);

	for (guint i = 0; changes && i < changes->len; i++) {
		const GitChange *change = g_ptr_array_index(changes, i);
		g_autoptr(GDateTime) when = g_date_time_new_from_unix_utc(change->time);
		g_autofree char *day = when ? g_date_time_format(when, "%Y-%m-%d") : g_strdup("?");

		error_detail(error, "%.7s %s %s: %s", change->commit, day, change->author,
			     change->subject);
	}
	if (changes && changes->len == 0 && git_repo_is_shallow(repo))
		error_detail(error, "this shallow clone hides who edited it: git fetch --unshallow "
				    "shows it");
}

static bool refuse_edit(GitRepo *repo, const PlanEdit *edit, const char *commit,
			const char *environment, GError **error)
{
	g_autofree char *diff = NULL;
	g_autofree char *path = text_shell_word(edit->migration->up.path);
	g_autofree char *id = text_shell_word(edit->applied->id);

	error_set(error, ERR_REFUSED, "migration '%s' was edited after it was applied to '%s'",
		  edit->applied->id, environment);
	error_place(error, edit->migration->up.path, 0, 0);
	name_changes(repo, edit, commit, error);
	diff = git_repo_diff_blobs(repo, edit->applied->blob, edit->migration->up.blob, NULL);
	if (diff)
		error_detail(error, "%s", g_strchomp(diff));
	error_hint(error,
		   "put the old text back and write a new migration for the change:\n"
		   "git cat-file blob %.12s >%s",
		   edit->applied->blob, path);
	return error_hint(
		error,
		"or, if the new text is right: git migrate accept --env %s --reason '...' %s",
		environment, id);
}

bool lineup_refuse_edits(GitRepo *repo, const Lineup *lineup, const char *commit,
			 const char *environment, GError **error)
{
	for (guint i = 0; i < lineup->plan->edits->len; i++) {
		const PlanEdit *edit = g_ptr_array_index(lineup->plan->edits, i);

		if (edit->kind == EDIT_REAL || edit->kind == EDIT_UNKNOWN)
			return refuse_edit(repo, edit, commit, environment, error);
	}
	return true;
}

bool lineup_refuse_partial(const Lineup *lineup, GError **error)
{
	for (char **each = lineup->partial; *each; each++) {
		g_auto(GStrv) part = g_strsplit(*each, "\t", 2);

		if (g_strcmp0(part[1], "up") == 0 && migration_set_get(lineup->set, part[0]))
			continue;
		error_set(error, ERR_REFUSED, "the %s script of migration '%s' stopped half-way",
			  part[1], part[0]);
		return error_hint(error, "%s",
				  g_strcmp0(part[1], "up") == 0
					  ? "deploy a commit that has this migration first"
					  : "run 'git migrate down' again first");
	}
	return true;
}
