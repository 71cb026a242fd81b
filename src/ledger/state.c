#include "ledger/state.h"

#include <string.h>

#include "base/error.h"

#define TRAILER "\nRecord: sha256:"

char *ledger_state_ref(const char *environment)
{
	return g_strconcat("refs/migrate/state/", environment, NULL);
}

/* The hexadecimal digits behind a trailer of a commit's message, or NULL. */
static char *trailer_of(GitRepo *repo, const char *commit, const char *name, size_t digits,
			GError **error)
{
	g_autofree char *message = git_repo_commit_message(repo, commit, error);
	const char *trailer = message ? strstr(message, name) : NULL;

	return trailer && strlen(trailer) >= strlen(name) + digits
		       ? g_strndup(trailer + strlen(name), digits)
		       : NULL;
}

/* The id in a state commit's Record trailer, or NULL. */
static char *record_of(GitRepo *repo, const char *commit, GError **error)
{
	return trailer_of(repo, commit, TRAILER, 64, error);
}

char *ledger_state_commit(GitRepo *repo, const char *state)
{
	return trailer_of(repo, state, "\nCommit: ", 40, NULL);
}

bool ledger_state_record(GitRepo *repo, const char *environment, char **record, GError **error)
{
	g_autofree char *ref = ledger_state_ref(environment);
	g_autoptr(GError) why = NULL;
	g_autofree char *tip = NULL;

	*record = NULL;
	if (!git_ref_read(repo, ref, &tip, error))
		return false;
	*record = tip ? record_of(repo, tip, &why) : NULL;
	if (!why)
		return true;
	g_propagate_error(error, g_steal_pointer(&why));
	return false;
}

static char *message_of(const LedgerStateWords *words)
{
	return g_strdup_printf(
		"%s: %s\n" TRAILER "%s\nSequence: %" G_GINT64_FORMAT "\nCommit: %s\n",
		words->environment, words->summary, words->record, words->sequence, words->commit);
}

/* The trees side by side; one that is not there is left out. */
static char *join(GitRepo *repo, const LedgerStateWords *words, const char *scripts,
		  const char *policies, GError **error)
{
	const struct {
		const char *name, *tree;
	} all[] = {{LEDGER_STATE_FOLDER, scripts},
		   {LEDGER_STATE_POLICIES, policies},
		   {LEDGER_STATE_SCHEMA, words->schema},
		   {LEDGER_STATE_ORDER, words->order},
		   {LEDGER_STATE_ACCESS, words->access}};
	const char *names[G_N_ELEMENTS(all)], *trees[G_N_ELEMENTS(all)];
	guint count = 0;

	for (guint i = 0; i < G_N_ELEMENTS(all); i++) {
		if (!all[i].tree)
			continue;
		names[count] = all[i].name;
		trees[count++] = all[i].tree;
	}
	return git_repo_join_trees(repo, names, trees, count, error);
}

static char *write_tree(GitRepo *repo, const LedgerStateWords *words, const GPtrArray *entries,
			const GPtrArray *policies, GError **error)
{
	g_autofree char *scripts = git_repo_write_tree(repo, entries, error);
	g_autofree char *files = scripts ? git_repo_write_tree(repo, policies, error) : NULL;

	return files ? join(repo, words, scripts, policies->len ? files : NULL, error) : NULL;
}

bool ledger_state_write(GitRepo *repo, const LedgerStateWords *words, const GPtrArray *entries,
			const GPtrArray *policies, GError **error)
{
	const int attempts = 20;
	g_autofree char *ref = ledger_state_ref(words->environment);
	g_autofree char *tree = write_tree(repo, words, entries, policies, error);
	g_autofree char *message = message_of(words);

	if (!tree)
		return false;
	for (int i = 0; i < attempts; i++) {
		g_autofree char *tip = NULL;
		const bool known = git_ref_read(repo, ref, &tip, error);
		const char *const parents[] = {tip, NULL};
		g_autofree char *shown = tip ? record_of(repo, tip, NULL) : NULL;
		g_autofree char *commit = NULL;
		bool moved = false;

		if (!known)
			return false;
		if (g_strcmp0(shown, words->record) == 0)
			return true;
		commit = git_repo_write_commit(repo, tree, parents, message, error);
		if (!commit || !git_ref_move(repo, ref, commit, tip, "git migrate", &moved, error))
			return false;
		if (moved)
			return true;
	}
	return error_set(error, ERR_REPOSITORY, "cannot move '%s': other processes keep moving it",
			 ref);
}
