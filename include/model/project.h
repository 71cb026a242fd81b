/*
 * The settings of a project, migrate.yaml, with every default filled in.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "model/ignore.h"

typedef struct {
	char *migrations;          /* "db/migrations" */
	char *schema;              /* "db/schema" */
	char *environments;        /* "db/environments" */
	char *seeds;               /* "db/seeds" */
	char *default_environment; /* "local" */
	GPtrArray *ignore;         /* IgnoreRule*: objects that are nobody's drift */
	bool require_down; /* hooks refuse a new migration without down script and without reason */
} Project;

/* Frees it; NULL is fine. */
void project_free(Project *project);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Project, project_free)
