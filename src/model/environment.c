#include "model/environment.h"

void project_free(Project *project)
{
	if (!project)
		return;
	g_free(project->migrations);
	g_free(project->schema);
	g_free(project->environments);
	g_free(project->seeds);
	g_free(project->default_environment);
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
	g_free(environment);
}
