/*
 * Edits of applied migrations: whether they change what the script means, and who made them.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "git/repo.h"
#include "git/walk.h"
#include "model/plan.h"

/* What the up script of blob `blob` means, if a migration such as `like` had it: its parse tree
 * (sql/meaning.h) and its directives, as one text to compare. NULL when that cannot be told. */
char *history_edit_meaning(GitRepo *repo, const Migration *like, const char *blob);

/*
 * Compares the script that ran (applied->blob) with the one in the commit, by meaning
 * (sql/meaning.h) and by directives, and sets edit->kind. When the old blob cannot be read here the
 * edit is called real: unknown is never safe.
 */
bool history_edit_classify(GitRepo *repo, PlanEdit *edit, GError **error);

/* The commits that made the edit, newest first; GitChange*, owned. */
GPtrArray *history_edit_changes(GitRepo *repo, const char *commit, const PlanEdit *edit,
				GError **error);
