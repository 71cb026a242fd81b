#include "base/error.h"
#include "base/text.h"
#include "foreign/foreign.h"
#include "pg/facts.h"
#include "standing/standing.h"

static void show_objects(char *const *objects, guint count, GError **error)
{
	const guint shown = 3;

	for (guint i = 0; i < count && i < shown; i++)
		error_detail(error, "%s", objects[i]);
	if (count > shown)
		error_detail(error, "... and %u more", count - shown);
}

static bool refuse(const Standing *standing, char **objects, GError **error)
{
	const char *name = standing_name(standing);
	const char *tool = foreign_find(standing->session);
	const guint count = g_strv_length(objects);
	g_autofree char *counted = text_count(count, "object");

	if (tool)
		error_set(error, ERR_REFUSED,
			  "the database of environment '%s' was kept by %s, whose ledger is there, "
			  "and git migrate has no record",
			  name, tool);
	else
		error_set(error, ERR_REFUSED,
			  "the database of environment '%s' has %s, and git migrate has no record "
			  "of them",
			  name, counted);
	show_objects(objects, count, error);
	return error_hint(error,
			  "adopt what is there: git migrate baseline --env %s; if nothing of it is "
			  "of these migrations: git migrate up --env %s --allow-existing",
			  name, name);
}

char **standing_unrecorded(const Standing *standing, GError **error)
{
	if (standing->ledgers.state.sequence > 0 || standing->options.allow_existing)
		return g_new0(char *, 1);
	return pg_session_objects(standing->session, "git_migrate", error);
}

bool standing_refuse_unrecorded(const Standing *standing, GError **error)
{
	g_auto(GStrv) objects = standing_unrecorded(standing, error);

	return objects && (!*objects || refuse(standing, objects, error));
}
