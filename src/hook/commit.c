/* pre-commit: what is staged, against what is applied. */
#include <string.h>

#include "base/error.h"
#include "config/config.h"
#include "guard/guard.h"
#include "history/read.h"
#include "hook/hook.h"

/* Whether the files below a folder are staged as HEAD has them. */
static bool is_unchanged(GitRepo *repo, const char *head, const char *folder)
{
	g_autoptr(GPtrArray) staged = git_index_list(repo, folder, NULL);
	g_autoptr(GPtrArray) before = git_repo_list(repo, head, folder, NULL);

	if (!staged || !before || staged->len != before->len)
		return false;
	for (guint i = 0; i < staged->len; i++) {
		const GitEntry *left = g_ptr_array_index(staged, i),
			       *right = g_ptr_array_index(before, i);
		if (strcmp(left->path, right->path) != 0 || strcmp(left->oid, right->oid) != 0)
			return false;
	}
	return true;
}

static bool has_new(const MigrationSet *set, const MigrationSet *before)
{
	for (guint i = 0; i < set->all->len; i++)
		if (!migration_set_get(before, ((Migration *)g_ptr_array_index(set->all, i))->id))
			return true;
	return false;
}

/* Only where schema files are kept at all. */
static void warn_about_schema(HookContext *context, const char *head, const Project *project,
			      const GuardedChange *change)
{
	g_autofree char *schema = git_repo_path_find(context->repo, head, project->schema);

	if (schema && has_new(change->set, change->before) &&
	    is_unchanged(context->repo, head, project->schema))
		g_string_append_printf(context->out,
				       "git-migrate: warning: a new migration, and no file in '%s' "
				       "changes with it\n",
				       project->schema);
}

static bool judge(HookContext *context, const char *head, const Project *project, bool *refused,
		  GError **error)
{
	g_autoptr(MigrationSet) before =
		history_read(context->repo, head, project->migrations, error);
	g_autoptr(MigrationSet) set =
		before ? history_read_index(context->repo, project->migrations, error) : NULL;
	g_autoptr(GPtrArray) environments =
		set ? guard_environments(context->repo, head, NULL, error) : NULL;
	g_autoptr(GPtrArray) findings = findings_new();
	const GuardedChange change = {
		.set = set, .before = before, .require_down = project->require_down};

	if (!environments)
		return false;
	for (guint i = 0; i < environments->len; i++)
		if (!guard_applied(context->repo, &change, g_ptr_array_index(environments, i),
				   findings, error))
			return false;
	guard_new(context->repo, &change, findings);
	warn_about_schema(context, head, project, &change);
	*refused = hook_tell_findings(
		context, findings,
		"this commit is refused (git commit --no-verify passes over it)");
	return true;
}

/* Before the first commit there is nothing to compare with. */
bool hook_pre_commit_run(HookContext *context, bool *refused, GError **error)
{
	g_autofree char *head = git_repo_find_commit(context->repo, "HEAD");
	g_autoptr(Project) project = head ? config_read_project(context->repo, head, error) : NULL;

	if (!head)
		return true;
	if (!project)
		return false;
	if (is_unchanged(context->repo, head, project->migrations))
		return true;
	return judge(context, head, project, refused, error);
}
