#include <errno.h>
#include <unistd.h>

#include "base/error.h"
#include <stdio.h>

#include "cmd/all.h"
#include "cmd/deploying.h"
#include "connect/connect.h"
#include "pg/server.h"
#include "pg/session.h"

static const CommandOption options[] = {
	OPTION_ENV,
	OPTION_END,
};

/* Debian's psql is a wrapper that takes a while; the server's folder has the real one. */
static char *find_psql(void)
{
	g_autofree char *binaries = pg_server_find_binaries(0, NULL);
	g_autofree char *beside = binaries ? g_build_filename(binaries, "psql", NULL) : NULL;

	if (beside && g_file_test(beside, G_FILE_TEST_IS_EXECUTABLE))
		return g_steal_pointer(&beside);
	return g_strdup("psql");
}

static bool run(CommandContext *context, int *status, GError **error)
{
	g_autoptr(Standing) standing = command_open(context, STANDING_TARGET, error);
	g_autoptr(GPtrArray) argv = g_ptr_array_new();
	g_autofree char *psql = NULL;
	g_auto(GStrv) settings = NULL;

	(void)status;
	if (!standing)
		return false;
	settings = connect_settings(context->repo, standing->proposed, error);
	if (!settings)
		return false;
	if (!pg_settings_export((const char *const *)settings, error))
		return false;
	psql = find_psql();
	g_ptr_array_add(argv, psql);
	for (char **argument = context->arguments; *argument; argument++)
		g_ptr_array_add(argv, *argument);
	g_ptr_array_add(argv, NULL);
	fflush(NULL);
	execvp(psql, (char **)argv->pdata);
	error_set(error, ERR_SYSTEM, "cannot run psql: %s", g_strerror(errno));
	return error_hint(error, "install package 'postgresql-client'");
}

const Command command_psql = {
	.name = "psql",
	.summary = "open psql on an environment's database",
	.arguments = "[-- ARGUMENT...]",
	.arguments_max = 1000,
	.options = options,
	.needs = NEEDS_REPOSITORY,
	.run = run,
};
