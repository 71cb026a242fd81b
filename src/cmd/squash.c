#include "adopt/squash.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "cmd/all.h"
#include "report/json.h"

static const CommandOption options[] = {
	{.name = "through",
	 .kind = OPTION_TEXT,
	 .argument = "COMMIT",
	 .help = "up to which commit, branch or tag"},
	{.name = "name",
	 .kind = OPTION_TEXT,
	 .argument = "NAME",
	 .help = "of the baseline (default: baseline)"},
	{.short_name = 'n',
	 .name = "dry-run",
	 .kind = OPTION_FLAG,
	 .help = "prove it, and write nothing"},
	OPTION_FORMAT,
	OPTION_END,
};

static void print_json(const SquashResult *result, bool dry_run)
{
	json_t *document = report_json_new("squash"), *files = json_array();

	for (guint i = 0; i < result->files->len; i++)
		json_array_append_new(files, report_json_text(g_ptr_array_index(result->files, i)));
	json_object_set_new(document, "commit", report_json_text(result->commit));
	json_object_set_new(document, "path", report_json_text(result->path));
	json_object_set_new(document, "tree", report_json_text(result->tree));
	json_object_set_new(document, "replaced", json_integer(result->replaced));
	json_object_set_new(document, "removed", files);
	json_object_set_new(document, "written", json_boolean(!dry_run));
	report_json_print(document, stdout);
}

static void print_text(const SquashResult *result, bool dry_run)
{
	g_autofree char *migrations = text_count(result->replaced, "migration");
	g_autofree char *files = text_count(result->files->len, "file");

	printf("%s stands for %s up to %.7s\n", result->path, migrations, result->commit);
	printf("proven on the scratch server: the same schema (tree %.12s), rows and privileges\n",
	       result->tree);
	if (dry_run)
		printf("nothing was written; %s would be removed\n", files);
	else
		printf("%s removed and staged with it; look at it, then: git commit\n", files);
}

static bool check_words(const SquashOptions *wanted, GError **error)
{
	if (!wanted->through)
		return error_set(error, ERR_USAGE, "'--through COMMIT' is needed");
	if (!*wanted->name ||
	    wanted->name[strspn(wanted->name, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "_")])
		return error_set(error, ERR_USAGE,
				 "a baseline's name has letters, digits and '_', not '%s'",
				 wanted->name);
	return true;
}

static bool run(CommandContext *context, int *status, GError **error)
{
	const char *name = command_text(context, "name");
	const SquashOptions wanted = {.through = command_text(context, "through"),
				      .name = name ? name : "baseline",
				      .dry_run = command_flag(context, "dry-run")};
	g_auto(SquashResult) result = {0};

	(void)status;
	if (git_repo_is_bare(context->repo))
		return error_set(error, ERR_REPOSITORY,
				 "a bare repository has no work tree to write a migration into");
	if (!check_words(&wanted, error) || !adopt_squash(context->repo, &wanted, &result, error))
		return false;
	if (command_wants_json(context))
		print_json(&result, wanted.dry_run);
	else if (context->verbosity >= 0)
		print_text(&result, wanted.dry_run);
	return true;
}

const Command command_squash = {
	.name = "squash",
	.summary = "replace old migrations by one baseline, proven to give the same",
	.arguments = "",
	.options = options,
	.needs = NEEDS_REPOSITORY,
	.run = run,
};
