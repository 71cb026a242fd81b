#include "check/check.h"

#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "build.h"
#include "config/config.h"
#include "foreign.h"
#include "git/tag.h"
#include "history/edit.h"
#include "history/read.h"
#include "plan/plan.h"

/* ---- reports ---- */

static CheckPart *add_part(CheckReport *report, const char *name)
{
	CheckPart *part = g_new0(CheckPart, 1);

	part->name = name;
	part->findings = findings_new();
	g_ptr_array_add(report->parts, part);
	return part;
}

static void part_free(CheckPart *part)
{
	g_free(part->done);
	g_ptr_array_unref(part->findings);
	g_free(part);
}

void check_report_free(CheckReport *report)
{
	if (!report)
		return;
	g_free(report->commit);
	g_ptr_array_unref(report->parts);
	g_free(report);
}

guint check_report_count(const CheckReport *report)
{
	guint count = 0;

	for (guint i = 0; i < report->parts->len; i++)
		count += ((CheckPart *)g_ptr_array_index(report->parts, i))->findings->len;
	return count;
}

static void skip(CheckPart *part, const char *why)
{
	part->skipped = true;
	part->done = g_strdup(why);
}

/* An error of a script is a finding: file, line, what the server said. */
static void find_error(CheckPart *part, const char *path, const GError *why)
{
	if (error_get_line(why))
		finding_add(part->findings, error_get_file(why) ? error_get_file(why) : path,
			    error_get_hint(why), "line %u: %s", error_get_line(why), why->message);
	else
		finding_add(part->findings, path, error_get_hint(why), "%s", why->message);
}

/* ---- ledgers ---- */

/* Removed from the commit, though it is newer than what was deployed: an older commit only has not
 * got it yet. */
static bool find_removed(GitRepo *repo, const char *commit, const MigrationSet *set,
			 const GuardedEnvironment *guarded, CheckPart *part)
{
	g_autoptr(Plan) plan = plan_build(set, guarded->applied, NULL);
	bool is_newer = false;

	if (!guarded->deployed ||
	    !git_commit_is_in(repo, guarded->deployed, commit, &is_newer, NULL) || !is_newer)
		return true;
	for (guint i = 0; i < plan->removed->len; i++) {
		const Applied *row = g_ptr_array_index(plan->removed, i);
		finding_add(part->findings, row->path,
			    "put it back, or undo it there first: git migrate down",
			    "removed, and it is applied to '%s'", guarded->name);
	}
	return true;
}

static bool check_ledgers(GitRepo *repo, const char *commit, const MigrationSet *set,
			  CheckPart *part, GError **error)
{
	g_autoptr(GPtrArray) environments = hook_guarded_environments(repo, commit, NULL, error);
	const GuardedChange change = {.set = set, .commit = commit};
	g_autofree char *migrations = text_count(set->all->len, "migration");
	g_autofree char *ledgers = NULL;

	if (!environments)
		return false;
	for (guint i = 0; i < environments->len; i++) {
		const GuardedEnvironment *guarded = g_ptr_array_index(environments, i);

		if (!hook_guard_applied(repo, &change, guarded, part->findings, error) ||
		    !find_removed(repo, commit, set, guarded, part))
			return false;
	}
	ledgers = text_count(environments->len, "environment");
	part->done = g_strdup_printf("%s against what is applied in %s", migrations, ledgers);
	if (environments->len == 0)
		skip(part, "no state of any environment is here (git migrate sync)");
	return true;
}

/* ---- migrations ---- */

/* Applies all in order; true when all ran. `before` (may be NULL) receives the snapshot in front of
 * each. */
static bool apply_all(DeployContext *context, CheckPart *part, GPtrArray *before, GError **error)
{
	const GPtrArray *pending = context->plan->pending;

	for (guint i = 0; i < pending->len; i++) {
		const Migration *migration = g_ptr_array_index(pending, i);
		g_autoptr(GError) why = NULL;
		SchemaSnapshot *snapshot =
			before ? schema_snapshot_take(context->session, NULL, false, error) : NULL;

		if (before && !snapshot)
			return false;
		if (before)
			g_ptr_array_add(before, snapshot);
		if (build_script(context, migration, SCRIPT_UP, &why))
			continue;
		find_error(part, migration->up.path, why);
		return true;
	}
	return true;
}

/* ---- two snapshots ---- */

static bool has_word(GitRepo *repo, const char *blob, const char *word)
{
	g_autofree char *quoted = g_regex_escape_string(word, -1);
	g_autofree char *pattern = g_strdup_printf("\\b%s\\b", quoted);
	g_autoptr(GRegex) regex = g_regex_new(pattern, G_REGEX_CASELESS, 0, NULL);
	g_autoptr(GBytes) bytes = git_repo_blob(repo, blob, NULL);
	size_t length;
	const char *text = bytes ? g_bytes_get_data(bytes, &length) : NULL;

	return regex && text && g_regex_match(regex, text, 0, NULL);
}

/* The last migration whose up script has this word: most likely the one that brought it. */
static const char *migration_with(DeployContext *context, const char *word)
{
	for (guint i = context->plan->pending->len; i > 0; i--) {
		const Migration *migration = g_ptr_array_index(context->plan->pending, i - 1);
		if (has_word(context->repo, migration->up.blob, word))
			return migration->up.path;
	}
	return NULL;
}

/* The schema file that names the object of a snapshot's path, for the caller to free; NULL when
 * none does. */
static char *file_with(DeployContext *context, const GPtrArray *entries, const char *path)
{
	const char *slash = strrchr(path, '/');
	g_autofree char *name = g_strndup(slash + 1, strcspn(slash + 1, ".("));

	for (guint i = 0; i < entries->len; i++) {
		const GitEntry *entry = g_ptr_array_index(entries, i);
		if (g_str_has_suffix(entry->path, ".sql") &&
		    has_word(context->repo, entry->oid, name))
			return g_strdup_printf("%s/%s", context->project->schema, entry->path);
	}
	return NULL;
}

/* The first word of the first line that one side lacks: a column's name, when a column is what lags
 * behind. */
static char *first_word(const char *diff, char sign)
{
	g_auto(GStrv) lines = g_strsplit(diff, "\n", -1);

	for (char **line = lines; *line; line++) {
		const char *at = *line + 1;

		if (**line != sign)
			continue;
		at += strspn(at, "\t \"");
		return g_strndup(at, strcspn(at, " \",;("));
	}
	return NULL;
}

/* What both sides were built from, and where findings go. */
typedef struct {
	DeployContext *context;   /* with the migrations */
	const GPtrArray *entries; /* GitEntry*: the schema files */
	CheckPart *part;
	GPtrArray *ignored; /* IgnoreCount* */
} Comparison;

/* One object that is not the same: the file that lags, the lines, and the migration that brought
 * them. */
static void find_object(const Comparison *work, const char *path, const char *migrations,
			const char *files)
{
	g_autofree char *diff = git_diff_texts(files ? files : "", migrations ? migrations : "");
	g_autofree char *word = first_word(diff, migrations ? '+' : '-');
	g_autofree char *file = files ? file_with(work->context, work->entries, path) : NULL;
	const char *brought = migrations && word ? migration_with(work->context, word) : NULL;
	g_autofree char *remedy =
		brought ? g_strdup_printf("'%s' comes from %s; write it into the schema files, too",
					  word, brought)
			: g_strdup(migrations ? "write it into the schema files"
					      : "write a migration for it");

	if (!files)
		finding_add(work->part->findings, brought, remedy,
			    "%s: only the migrations make it", path);
	else if (!migrations)
		finding_add(work->part->findings, file, remedy, "%s: only the schema files have it",
			    path);
	else
		finding_add(work->part->findings, file, remedy,
			    "%s: schema files (-) and migrations (+) differ\n%s", path, diff);
}

static bool is_ignored(const Comparison *work, const char *path)
{
	return foreign_is_ledger(path) ||
	       ignore_rules_take(work->context->project->ignore, path, work->ignored);
}

static void compare(const Comparison *work, const SchemaSnapshot *migrations,
		    const SchemaSnapshot *files)
{
	g_autoptr(GArray) differences = schema_snapshot_compare(migrations, files);

	for (guint i = 0; i < differences->len; i++) {
		const SchemaDifference *one = &g_array_index(differences, SchemaDifference, i);

		if (!is_ignored(work, one->path))
			find_object(work, one->path, one->left ? one->left->text : NULL,
				    one->right ? one->right->text : NULL);
	}
}

/* ---- schema files ---- */

/* What was left out is part of what was done. */
static void tell_ignored(CheckPart *part, const GPtrArray *ignored)
{
	g_autoptr(GString) done = g_string_new(part->done);

	for (guint i = 0; i < ignored->len; i++) {
		const IgnoreCount *count = g_ptr_array_index(ignored, i);
		g_string_append_printf(done, "; %u of %s ignored (%s)", count->count, count->rule,
				       count->reason);
	}
	g_free(part->done);
	part->done = g_strdup(done->str);
}

static bool check_schema(DeployContext *migrations, CheckPart *part, GError **error)
{
	g_autoptr(GPtrArray) entries = build_list_files(migrations, error);
	g_autoptr(Scratch) scratch = NULL;
	g_autoptr(DeployContext) files = NULL;
	g_autoptr(SchemaSnapshot) left = NULL;
	g_autoptr(SchemaSnapshot) right = NULL;
	g_autoptr(GPtrArray) ignored = ignore_counts_new();
	g_autofree char *count = NULL;
	g_autoptr(GError) why = NULL;

	if (!entries)
		return false;
	if (entries->len == 0) {
		skip(part, "there are no schema files");
		return true;
	}
	scratch = deploy_scratch_new(migrations->repo, error);
	files = scratch ? build_context(migrations->repo, migrations->target->oid, scratch, error)
			: NULL;
	if (!files)
		return false;
	count = text_count(entries->len, "schema file");
	part->done =
		g_strdup_printf("%s against %u migrations", count, migrations->plan->pending->len);
	if (!build_files(files, entries, &why)) {
		find_error(part, NULL, why);
		return true;
	}
	left = schema_snapshot_take(migrations->session, NULL, false, error);
	right = left ? schema_snapshot_take(files->session, NULL, false, error) : NULL;
	if (!right)
		return false;
	const Comparison work = {migrations, entries, part, ignored};
	compare(&work, left, right);
	tell_ignored(part, ignored);
	return true;
}

/* ---- the way back ---- */

static char *paths_that_differ(const SchemaSnapshot *a, const SchemaSnapshot *b)
{
	g_autoptr(GArray) differences = schema_snapshot_compare(a, b);
	GString *paths = g_string_new(NULL);

	for (guint i = 0; i < differences->len; i++)
		g_string_append_printf(paths, "%s%s", i ? ", " : "",
				       g_array_index(differences, SchemaDifference, i).path);
	return g_string_free(paths, FALSE);
}

/* Undoes the last of them; false at the first that has no way back, which ends the walk. */
static bool undo_one(DeployContext *context, CheckPart *part, Migration *migration,
		     const SchemaSnapshot *before, GError **error)
{
	g_autoptr(SchemaSnapshot) after = NULL;
	g_autoptr(GError) why = NULL;
	g_autofree char *differ = NULL;

	if (!migration->down.path)
		return false;
	if (!build_script(context, migration, SCRIPT_DOWN, &why)) {
		find_error(part, migration->down.path, why);
		return false;
	}
	after = schema_snapshot_take(context->session, NULL, false, error);
	differ = after ? paths_that_differ(before, after) : NULL;
	if (differ && *differ)
		finding_add(part->findings, migration->down.path,
			    "undo all that the up script does",
			    "it does not bring the schema back: %s", differ);
	return differ && !*differ;
}

static bool check_reversible(GitRepo *repo, const char *commit, CheckPart *part, GError **error)
{
	g_autoptr(Scratch) scratch = deploy_scratch_new(repo, error);
	g_autoptr(DeployContext) context =
		scratch ? build_context(repo, commit, scratch, error) : NULL;
	g_autoptr(GPtrArray) before =
		g_ptr_array_new_with_free_func((GDestroyNotify)schema_snapshot_free);
	guint undone = 0;

	if (!context || !apply_all(context, part, before, error))
		return false;
	for (guint i = part->findings->len ? 0 : before->len; i > 0; i--, undone++) {
		g_autoptr(GError) why = NULL;

		if (undo_one(context, part, g_ptr_array_index(context->plan->pending, i - 1),
			     g_ptr_array_index(before, i - 1), &why))
			continue;
		g_propagate_error(error, g_steal_pointer(&why));
		break;
	}
	part->done =
		g_strdup_printf("%u of %u migrations undone, newest first", undone, before->len);
	return !error || !*error;
}

/* ---- the whole ---- */

static bool check_built(GitRepo *repo, const char *commit, CheckReport *report, GError **error)
{
	CheckPart *part = add_part(report, "migrations");
	g_autoptr(Scratch) scratch = deploy_scratch_new(repo, error);
	g_autoptr(DeployContext) context =
		scratch ? build_context(repo, commit, scratch, error) : NULL;

	if (!context || !apply_all(context, part, NULL, error))
		return false;
	part->done =
		g_strdup_printf("%u migrations applied from nothing", context->plan->pending->len);
	return part->findings->len > 0 || check_schema(context, add_part(report, "schema"), error);
}

CheckReport *check_run(GitRepo *repo, const CheckOptions *options, GError **error)
{
	g_autoptr(CheckReport) report = g_new0(CheckReport, 1);
	g_autoptr(Project) project = NULL;
	g_autoptr(MigrationSet) set = NULL;

	report->parts = g_ptr_array_new_with_free_func((GDestroyNotify)part_free);
	report->commit = git_repo_resolve(repo, options->at ? options->at : "HEAD", false, error);
	project = report->commit ? config_read_project(repo, report->commit, error) : NULL;
	set = project ? history_read(repo, report->commit, project->migrations, error) : NULL;
	if (!set || !check_ledgers(repo, report->commit, set, add_part(report, "ledgers"), error) ||
	    !check_built(repo, report->commit, report, error))
		return NULL;
	if (options->reversible && check_report_count(report) == 0 &&
	    !check_reversible(repo, report->commit, add_part(report, "reversible"), error))
		return NULL;
	return g_steal_pointer(&report);
}
