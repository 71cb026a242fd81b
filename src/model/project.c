#include "model/project.h"

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
