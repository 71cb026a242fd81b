#include "model/environment.h"

#include <string.h>

void project_free(Project *project)
{
	if (!project)
		return;
	g_free(project->migrations);
	g_free(project->schema);
	g_free(project->environments);
	g_free(project->seeds);
	g_free(project->default_environment);
	g_ptr_array_unref(project->ignore);
	g_free(project);
}

void environment_free(Environment *environment)
{
	if (!environment)
		return;
	g_free(environment->name);
	g_free(environment->file);
	g_free(environment->file_blob);
	g_strfreev(environment->connection);
	g_strfreev(environment->include_dirs);
	g_strfreev(environment->exclude_dirs);
	g_free(environment->source_branch);
	g_free(environment->source_tags);
	g_free(environment->promote_from);
	g_strfreev(environment->signers);
	g_strfreev(environment->approvers);
	g_strfreev(environment->overridable);
	g_free(environment);
}

/* A gpg user id "Name <mail>" is listed by its mail alone, too. */
static bool has_mail(const char *signer, const char *mail)
{
	g_autofree char *bracketed = g_strdup_printf("<%s>", mail);

	return g_str_has_suffix(signer, bracketed);
}

bool environment_lists(char *const *list, const char *signer, const char *key)
{
	if (!*list)
		return true;
	for (; *list; list++)
		if (g_strcmp0(*list, signer) == 0 || g_strcmp0(*list, key) == 0 ||
		    (signer && has_mail(signer, *list)))
			return true;
	return false;
}

bool environment_is_private(const Environment *environment)
{
	return environment->mode == MODE_FOLLOW || environment->embedded;
}

guint environment_approvals(const Environment *environment)
{
	const guint least = environment->require_approval ? 1 : 0;

	return MAX((guint)environment->approvals, least);
}

bool environment_same_policy(const Environment *a, const Environment *b)
{
	return g_strcmp0(a->source_branch, b->source_branch) == 0 &&
	       g_strcmp0(a->source_tags, b->source_tags) == 0 && a->mode == b->mode &&
	       g_strcmp0(a->promote_from, b->promote_from) == 0 && a->soak_ms == b->soak_ms &&
	       g_strv_equal((const char *const *)a->signers, (const char *const *)b->signers) &&
	       g_strv_equal((const char *const *)a->approvers, (const char *const *)b->approvers) &&
	       g_strv_equal((const char *const *)a->overridable,
			    (const char *const *)b->overridable) &&
	       environment_approvals(a) == environment_approvals(b) && a->sign == b->sign;
}
