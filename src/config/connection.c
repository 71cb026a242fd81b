#include "config/config.h"

#include <string.h>

#include "base/error.h"
#include "config/keys.h"

/* ---- where the database is ---- */

/* A clone's own way to the database: from Git's configuration, never from a file that a pull could
 * bring. */
static bool read_override(GitRepo *repo, const Policy *policy, char ***settings, GError **error)
{
	static const struct {
		const char *variable, *keyword;
	} ways[] = {{"url", "dbname"}, {"service", "service"}};

	for (guint i = 0; i < G_N_ELEMENTS(ways); i++) {
		g_autofree char *key =
			g_strdup_printf("migrate.%s.%s", policy->environment, ways[i].variable);
		const char *value = git_repo_config(repo, key);

		if (!value)
			continue;
		if (git_repo_config_is_tracked(repo, key)) {
			error_set(error, ERR_CONFIG,
				  "git setting '%s' comes from a file inside the work tree", key);
			return error_hint(error, "set it for this clone: git config %s ...", key);
		}
		g_strfreev(*settings);
		*settings = g_new0(char *, 3);
		(*settings)[0] = g_strdup(ways[i].keyword);
		(*settings)[1] = g_strdup(value);
	}
	return true;
}

static bool expand_word(const Policy *policy, const ConnectionWord *word, GPtrArray *settings,
			GError **error)
{
	g_autofree char *value = config_expand(word->value, error);
	const char *fault = value ? config_connection_fault(word->keyword, value) : NULL;

	if (fault)
		error_set(error, ERR_CONFIG, "'%s' must be %s", word->keyword, fault);
	else if (value && !*value)
		error_set(error, ERR_CONFIG, "'%s' must be not empty", word->keyword);
	if (!value || !*value || fault)
		return error_place(error, policy->file, word->line, word->column);
	g_ptr_array_add(settings, g_strdup(word->keyword));
	g_ptr_array_add(settings, g_steal_pointer(&value));
	return true;
}

char **config_expand_connection(const Policy *policy, GError **error)
{
	g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);

	for (guint i = 0; i < policy->connection->len; i++)
		if (!expand_word(policy, g_ptr_array_index(policy->connection, i), words, error))
			return NULL;
	g_ptr_array_add(words, NULL);
	return (char **)g_ptr_array_free(g_steal_pointer(&words), FALSE);
}

bool config_connection(GitRepo *repo, const Policy *policy, char ***settings, GError **error)
{
	*settings = NULL;
	if (!read_override(repo, policy, settings, error))
		return false;
	if (*settings || policy->embedded)
		return true;
	*settings = config_expand_connection(policy, error);
	return *settings;
}

/* ---- what feeds it ---- */

char *config_feeding_branch(GitRepo *repo, const char *commit, const Project *project,
			    const Policy *policy)
{
	g_autoptr(Policy) before = NULL;

	if (policy->source_branch)
		return g_strdup(policy->source_branch);
	if (!policy->promote_from)
		return NULL;
	before = config_read_policy(repo, commit, project, policy->promote_from, NULL);
	return before ? g_strdup(before->source_branch) : NULL;
}
