#include "dump.h"

#include <string.h>

#include "base/error.h"
#include "base/proc.h"

/* What pg_dump sets for its session has timeouts in it, which are the environment's business, and
 * settings that older servers do not have: these three are needed. */
static const char head[] = "SET check_function_bodies = false;\n"
			   "SET xmloption = content;\n"
			   "SELECT pg_catalog.set_config('search_path', '', false);\n\n";

/* Everything in front of the first object is pg_dump's own, and so is all behind its last words:
 * \restrict and \unrestrict with a random key, too. */
static const char *first_object(const char *text)
{
	static const char mark[] = "\n--\n-- Name: ";
	const char *first = strstr(text, mark);

	return first ? first + 1 : "";
}

/* Default privileges name the user who will make the objects: the one who deploys. */
static char *without_user(const char *text, const char *user)
{
	g_autofree char *name = g_regex_escape_string(user, -1);
	g_autofree char *pattern = g_strdup_printf("^ALTER DEFAULT PRIVILEGES FOR ROLE %s ", name);
	g_autoptr(GRegex) lines = g_regex_new(pattern, G_REGEX_MULTILINE, 0, NULL);

	return g_regex_replace_literal(lines, text, -1, 0, "ALTER DEFAULT PRIVILEGES ", 0, NULL);
}

static char *clean(const char *text, const char *user)
{
	static const char last[] = "--\n-- PostgreSQL database dump complete\n";
	g_autofree char *body = without_user(first_object(text), user);
	char *end = g_strrstr(body, last);

	if (end)
		*end = '\0';
	return g_strconcat(head, g_strchomp(body), "\n", NULL);
}

char *dump_database(const PgServer *server, const char *database, GError **error)
{
	g_autofree char *binaries = pg_server_find_binaries(server->major, error);
	g_autofree char *pg_dump = binaries ? g_build_filename(binaries, "pg_dump", NULL) : NULL;
	const char *const argv[] = {pg_dump,      "--no-owner",   "--encoding", "UTF8",
				    "--host",     server->socket, "--port",     "5432",
				    "--username", server->user,   "--dbname",   database,
				    NULL};
	const ProcSpec spec = {.argv = argv};
	g_auto(ProcResult) said = {0};

	if (!pg_dump || !proc_run_ok(&spec, &said, error))
		return NULL;
	return clean(said.out->str, server->user);
}
