#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/proc.h"
#include "embed.h"
#include "hook/hook.h"
#include "hook/install.h"

const Hook hook_table[] = {
	{.name = "pre-commit",
	 .text = hook_pre_commit,
	 .may_refuse = true,
	 .run = hook_pre_commit_run},
	{.name = "pre-push",
	 .text = hook_pre_push,
	 .has_input = true,
	 .may_refuse = true,
	 .run = hook_pre_push_run},
	{.name = "post-merge", .text = hook_post_merge, .run = hook_post_merge_run},
	{.name = "post-checkout", .text = hook_post_checkout, .run = hook_post_checkout_run},
	{.name = "post-rewrite",
	 .text = hook_post_rewrite,
	 .has_input = true,
	 .run = hook_post_rewrite_run},
	{.name = "pre-receive",
	 .text = hook_pre_receive,
	 .has_input = true,
	 .on_server = true,
	 .may_refuse = true,
	 .run = hook_pre_receive_run},
	{.name = "post-receive",
	 .text = hook_post_receive,
	 .has_input = true,
	 .on_server = true,
	 .run = hook_post_receive_run},
	{.name = NULL},
};

const Hook *hook_find(const char *name)
{
	for (const Hook *hook = hook_table; hook->name; hook++)
		if (strcmp(hook->name, name) == 0)
			return hook;
	return NULL;
}

/* ---- small things that hooks share ---- */

char **hook_words(const char *line, guint count)
{
	char **words = g_strsplit(line, " ", (gint)count);

	if (g_strv_length(words) == count)
		return words;
	g_strfreev(words);
	return NULL;
}

bool hook_is_zero(const char *oid)
{
	return strspn(oid, "0") == strlen(oid);
}

const char *hook_branch_of(const char *ref)
{
	static const char prefix[] = "refs/heads/";

	return g_str_has_prefix(ref, prefix) ? ref + strlen(prefix) : NULL;
}

/* ---- running ---- */

static GString *read_input(void)
{
	GString *input = g_string_new(NULL);
	char buffer[65536];
	ssize_t n;

	while ((n = read(STDIN_FILENO, buffer, sizeof buffer)) > 0)
		g_string_append_len(input, buffer, n);
	return input;
}

/* The hook that was there before ours. Its exit status, 0 without one. */
static bool run_previous(HookContext *context, const Hook *hook, const GString *input, int *status,
			 GError **error)
{
	g_autofree char *path = hook_previous_path(context->repo, hook->name, error);
	g_autoptr(GPtrArray) argv = g_ptr_array_new();

	*status = 0;
	if (!path)
		return false;
	if (access(path, X_OK) != 0)
		return true;
	g_ptr_array_add(argv, path);
	for (char *const *each = context->arguments; *each; each++)
		g_ptr_array_add(argv, *each);
	g_ptr_array_add(argv, NULL);
	const ProcSpec spec = {.argv = (const char *const *)argv->pdata,
			       .input = input ? input->str : NULL,
			       .input_length = input ? input->len : 0};
	return proc_run_through(&spec, status, error);
}

/* We push and fetch records in hooks ourselves: those that git then calls must not start again. A
 * server's hook is another repository's and always runs. */
static bool is_our_own_doing(const Hook *hook)
{
	return !hook->on_server && g_getenv("GIT_MIGRATE_IN_HOOK") != NULL;
}

/* Not to be able to tell stops what can be stopped: unknown is never safe. */
static void tell_error(HookContext *context, const Hook *hook, const GError *why)
{
	g_autofree char *text = error_format(why, hook->name, false);

	g_string_append(context->out, text);
}

/* An earlier hook may itself call ours (a tool that was installed over us keeps our stub): once is
 * enough. */
static bool runs_already(HookContext *context, const Hook *hook)
{
	static const char variable[] = "GIT_MIGRATE_HOOK";
	g_autofree char *mark = g_strdup_printf("%s %s", hook->name, git_repo_dir(context->repo));

	if (g_strcmp0(g_getenv(variable), mark) == 0)
		return true;
	g_setenv(variable, mark, TRUE);
	return false;
}

bool hook_run(HookContext *context, const Hook *hook, int *status, GError **error)
{
	GString *input;
	g_autoptr(GError) why = NULL;
	bool refused = false, ok;

	*status = 0;
	if (runs_already(context, hook))
		return true;
	input = hook->has_input ? read_input() : NULL;
	ok = run_previous(context, hook, input, status, error);
	context->lines = g_strsplit(input ? g_strchomp(input->str) : "", "\n", -1);
	if (input)
		g_string_free(input, TRUE);
	if (!ok || (*status != 0 && hook->may_refuse) || is_our_own_doing(hook))
		return ok;
	g_setenv("GIT_MIGRATE_IN_HOOK", "1", TRUE);
	if (!hook->run(context, &refused, &why)) {
		tell_error(context, hook, why);
		refused = true;
	}
	/* Only where git waits for it: post-checkout's status would become that of `git checkout`.
	 */
	if (refused && hook->may_refuse)
		*status = 1;
	return true;
}
