#include "history/edit.h"

#include <string.h>

#include "history/read.h"
#include "sql/meaning.h"

char *history_edit_meaning(GitRepo *repo, const Migration *like, const char *blob)
{
	g_autoptr(Migration) version = migration_new(like->id, like->layout, like->up.path, blob);
	g_auto(Script) script = {0};
	g_autoptr(Directives) directives = NULL;
	g_autofree char *sql = NULL;
	g_autofree char *rest = NULL;

	if (!history_read_script(repo, version, SCRIPT_UP, &script, NULL))
		return NULL;
	directives = history_script_directives(&script.text, script.file, NULL);
	if (!directives)
		return NULL;
	sql = sql_meaning_digest(script.text.text, script.text.length, NULL);
	rest = history_directives_digest(directives);
	return g_strconcat(sql, rest, script.no_transaction ? " statements" : "", NULL);
}

bool history_edit_classify(GitRepo *repo, PlanEdit *edit, GError **error)
{
	g_autofree char *before = NULL;
	g_autofree char *after = NULL;

	(void)error;
	if (edit->kind != EDIT_UNKNOWN)
		return true;
	before = history_edit_meaning(repo, edit->migration, edit->applied->blob);
	after = history_edit_meaning(repo, edit->migration, edit->migration->up.blob);
	edit->kind = before && after && strcmp(before, after) == 0 ? EDIT_COSMETIC : EDIT_REAL;
	return true;
}

GPtrArray *history_edit_changes(GitRepo *repo, const char *commit, const PlanEdit *edit,
				GError **error)
{
	return git_walk_changes(repo, commit, edit->migration->up.path, edit->applied->blob, error);
}
