#include <string.h>

#include "base/text.h"
#include "foreign/foreign.h"
#include "parts.h"
#include "scratch/files.h"

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
static const char *migration_with(const ScratchBuild *build, const char *word)
{
	for (guint i = build->order->migrations->len; i > 0; i--) {
		const Migration *migration = g_ptr_array_index(build->order->migrations, i - 1);
		if (has_word(build->repo, migration->up.blob, word))
			return migration->up.path;
	}
	return NULL;
}

/* The schema file that names the object of a snapshot's path; NULL when none does. */
static const char *file_with(GitRepo *repo, const GPtrArray *entries, const char *path)
{
	const char *slash = strrchr(path, '/');
	g_autofree char *name = g_strndup(slash + 1, strcspn(slash + 1, ".("));

	for (guint i = 0; i < entries->len; i++) {
		const GitEntry *entry = g_ptr_array_index(entries, i);
		if (has_word(repo, entry->oid, name))
			return entry->path;
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
	const ScratchBuild *build; /* with the migrations */
	const GPtrArray *entries;  /* GitEntry*: the schema files */
	CheckPart *part;
	GPtrArray *ignored; /* IgnoreCount* */
} Comparison;

/* Which side has to be completed, in words. `ahead` is a word that only the migrations have, else
 * `behind` one that only the files have; NULL when a line is only otherwise. */
static char *remedy_for(const char *brought, const char *ahead, const char *behind)
{
	if (ahead && brought)
		return g_strdup_printf("'%s' comes from %s; write it into the schema files, too",
				       ahead, brought);
	if (ahead)
		return g_strdup_printf("'%s' is in no schema file: write it there", ahead);
	if (behind)
		return g_strdup_printf("'%s' is in no migration: write one for it", behind);
	return g_strdup("write it into the schema files");
}

/* One object that is not the same: the file that lags, the lines, and the migration that brought
 * them. */
static void find_object(const Comparison *work, const char *path, const char *migrations,
			const char *files)
{
	g_autofree char *diff = git_diff_texts(files ? files : "", migrations ? migrations : "");
	g_autofree char *ahead = first_word(diff, '+');
	g_autofree char *behind = first_word(diff, '-');
	const char *file = files ? file_with(work->build->repo, work->entries, path) : NULL;
	const char *brought = ahead ? migration_with(work->build, ahead) : NULL;
	g_autofree char *remedy = remedy_for(brought, ahead, behind);

	if (!files)
		finding_add(work->part->findings, brought, remedy,
			    "%s: only the migrations make it", path);
	else if (!migrations)
		finding_add(work->part->findings, file, "write a migration for it",
			    "%s: only the schema files have it", path);
	else
		finding_add(work->part->findings, file, remedy,
			    "%s: schema files (-) and migrations (+) differ\n%s", path, diff);
}

static bool is_ignored(const Comparison *work, const char *path)
{
	return foreign_is_ledger(path) ||
	       ignore_rules_take(work->build->project->ignore, path, work->ignored);
}

static void compare(const Comparison *work, const SchemaSnapshot *migrations,
		    const SchemaSnapshot *files)
{
	g_autoptr(GArray) differences = schema_objects_compare(migrations->objects, files->objects);

	for (guint i = 0; i < differences->len; i++) {
		const SchemaDifference *one = &g_array_index(differences, SchemaDifference, i);

		if (!is_ignored(work, one->path))
			find_object(work, one->path, one->left ? one->left->text : NULL,
				    one->right ? one->right->text : NULL);
	}
}

bool check_schema(const ScratchBuild *build, const SchemaSnapshot *expected, CheckPart *part,
		  GError **error)
{
	g_autoptr(GPtrArray) entries =
		files_list(build->repo, build->commit->oid, build->project, NULL, error);
	g_autoptr(SchemaSnapshot) found = NULL;
	g_autoptr(GPtrArray) ignored = ignore_counts_new();
	g_autofree char *count = NULL;
	g_autoptr(GError) why = NULL;
	g_autofree char *built = text_count(build->order->migrations->len, "migration");

	if (!entries)
		return false;
	if (entries->len == 0) {
		check_part_skip(part, "there are no schema files");
		return true;
	}
	count = text_count(entries->len, "schema file");
	check_part_done(part, "%s against %s", count, built);
	found = files_snapshot(build->repo, NULL, entries, false, &why);
	if (!found)
		return check_find_error(part, why, error);
	const Comparison work = {build, entries, part, ignored};
	compare(&work, expected, found);
	check_tell_ignored(part, ignored);
	return true;
}
