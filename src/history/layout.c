#include "history/layout.h"

#include <string.h>

#include "base/borrow.h"
#include "base/error.h"
#include "base/text.h"

typedef enum { ROLE_UP, ROLE_DOWN, ROLE_VERIFY } FileRole;

/* What a file's name says. */
typedef struct {
	const char *path;
	const char *blob;
	MigrationLayout layout;
	FileRole role;
	char *id;      /* below the migrations folder, layout's decoration removed */
	char *version; /* LAYOUT_FLYWAY: the key by which a rollback finds its migration, without
			  the zeros in front of its numbers; NULL for repeatables */
	bool repeatable;
} ScriptName;

static void script_name_free(ScriptName *name)
{
	g_free(name->id);
	g_free(name->version);
	g_free(name);
}

/* ---- one name ---- */

static bool is_script(const char *path)
{
	g_autofree char *name = g_path_get_basename(path);

	return g_str_has_suffix(name, ".sql") && *name != '.';
}

/* Ids stand in records a line each, separated by a tab from the path. */
static bool is_plain(const char *path)
{
	if (!g_utf8_validate(path, -1, NULL))
		return false;
	for (const unsigned char *c = (const unsigned char *)path; *c; c++)
		if (*c < 0x20 || *c == 0x7f)
			return false;
	return true;
}

/* "sub/" of "sub/name.sql", or "". */
static char *folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? g_strndup(path, (gsize)(slash - path) + 1) : g_strdup("");
}

static const char *base_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* NAME.up.sql, NAME.down.sql, NAME.verify.sql */
static bool read_pair(ScriptName *name)
{
	static const struct {
		const char *suffix;
		FileRole role;
	} suffixes[] = {
		{".up.sql", ROLE_UP}, {".down.sql", ROLE_DOWN}, {".verify.sql", ROLE_VERIFY}};

	for (guint i = 0; i < G_N_ELEMENTS(suffixes); i++) {
		const size_t length = strlen(suffixes[i].suffix);
		const size_t whole = strlen(name->path);

		if (!g_str_has_suffix(name->path, suffixes[i].suffix) ||
		    strlen(base_of(name->path)) == length)
			continue;
		name->layout = LAYOUT_PAIR;
		name->role = suffixes[i].role;
		name->id = g_strndup(name->path, whole - length);
		return true;
	}
	return false;
}

/* NAME/up.sql, NAME/down.sql, NAME/verify.sql */
static bool read_folder(ScriptName *name)
{
	static const struct {
		const char *base;
		FileRole role;
	} bases[] = {{"up.sql", ROLE_UP}, {"down.sql", ROLE_DOWN}, {"verify.sql", ROLE_VERIFY}};
	const char *base = base_of(name->path);

	if (base == name->path)
		return false;
	for (guint i = 0; i < G_N_ELEMENTS(bases); i++) {
		if (strcmp(base, bases[i].base) != 0)
			continue;
		name->layout = LAYOUT_FOLDER;
		name->role = bases[i].role;
		name->id = g_strndup(name->path, (gsize)(base - name->path) - 1);
		return true;
	}
	return false;
}

/* "001_02" as "1.2": Flyway counts them as one version. The caller frees it. */
static char *plain_version(const char *text, size_t length)
{
	g_autofree char *number = g_strdelimit(g_strndup(text, length), "_", '.');
	g_auto(GStrv) part = g_strsplit(number, ".", -1);

	for (char **each = part; *each; each++) {
		const size_t zeros = strspn(*each, "0");

		if (zeros)
			memmove(*each, *each + zeros - !(*each)[zeros],
				strlen(*each + zeros - !(*each)[zeros]) + 1);
	}
	return g_strjoinv(".", part);
}

/* V1__x.sql, V1__rollback_x.sql, U1__x.sql, R__x.sql; versions are digits with dots or underscores
 * between them. */
static bool read_flyway(ScriptName *name)
{
	const char *base = base_of(name->path);
	const char kind = *base;
	const size_t digits = strspn(base + 1, "0123456789._");
	const char *words = strstr(base + 1, "__");
	g_autofree char *folder = NULL;

	if ((kind != 'V' && kind != 'U' && kind != 'R') || !words || !words[2] ||
	    strcmp(words + 2, ".sql") == 0)
		return false;
	if (kind == 'R' ? words != base + 1 : (words == base + 1 || base + 1 + digits < words))
		return false;
	name->layout = LAYOUT_FLYWAY;
	name->repeatable = kind == 'R';
	name->role = kind == 'U' || g_str_has_prefix(words, "__rollback_") ? ROLE_DOWN : ROLE_UP;
	name->id = g_strndup(name->path, strlen(name->path) - strlen(".sql"));
	if (kind != 'R') {
		g_autofree char *number = plain_version(base + 1, (gsize)(words - base) - 1);
		folder = folder_of(name->path);
		name->version = g_strconcat(folder, number, NULL);
	}
	return true;
}

static bool read_single(ScriptName *name)
{
	name->layout = LAYOUT_SINGLE;
	name->role = ROLE_UP;
	name->id = g_strndup(name->path, strlen(name->path) - strlen(".sql"));
	return true;
}

static ScriptName *read_name(const char *path, const char *blob)
{
	ScriptName *name = g_new0(ScriptName, 1);

	name->path = path;
	name->blob = blob;
	if (!read_folder(name) && !read_pair(name) && !read_flyway(name))
		read_single(name);
	return name;
}

/* ---- one folder, one layout ---- */

static const char *layout_words(MigrationLayout layout)
{
	switch (layout) {
	case LAYOUT_PAIR:
		return "NAME.up.sql";
	case LAYOUT_FLYWAY:
		return "V1__NAME.sql";
	case LAYOUT_FOLDER:
		return "NAME/up.sql";
	case LAYOUT_SINGLE:
		return "NAME.sql";
	case LAYOUT_NONE:
		break;
	}
	return "";
}

static bool refuse_mixture(const char *folder, const char *directory, const ScriptName *one,
			   const ScriptName *other, GError **error)
{
	g_autofree char *place = g_strconcat(folder, "/", directory, NULL);

	error_set(error, ERR_MIGRATION, "'%s' mixes two layouts", place);
	error_detail(error, "%s is of the form %s", one->path, layout_words(one->layout));
	error_detail(error, "%s is of the form %s", other->path, layout_words(other->layout));
	return error_hint(error, "keep one layout in each folder (git-migrate-migrations(5))");
}

static bool check_mixture(const char *folder, const GPtrArray *names, GError **error)
{
	g_autoptr(GHashTable) first = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (guint i = 0; i < names->len; i++) {
		ScriptName *name = g_ptr_array_index(names, i);
		g_autofree char *directory = folder_of(name->path);
		const ScriptName *other = g_hash_table_lookup(first, directory);

		if (other && other->layout != name->layout)
			return refuse_mixture(folder, directory, other, name, error);
		if (!other)
			g_hash_table_insert(first, g_steal_pointer(&directory), name);
	}
	return true;
}

/* ---- ways back that a layout does not know ---- */

static bool refuse_file(const char *folder, const ScriptName *name, const char *message,
			GError **error)
{
	g_autofree char *path = g_strconcat(folder, "/", name->path, NULL);

	error_set(error, ERR_MIGRATION, "%s", message);
	return error_place(error, path, 0, 0);
}

/* How other tools name a way back: a suffix of the name, or a folder. One that people give to other
 * things, too, counts only beside the way forth that it belongs to. */
static const struct {
	const char *suffix; /* before ".sql" */
	bool alone;
	const char *forth; /* suffix of the way forth */
} ways_back[] = {
	{".rollback", true, ""},  {".undo", true, ""},      {".revert", true, ""},
	{"-down", false, "-up"},  {"_down", false, "_up"},  {"-down", false, ""},
	{"_down", false, ""},     {"-undo", false, ""},     {"_undo", false, ""},
	{"-rollback", false, ""}, {"_rollback", false, ""},
};

static bool is_back_by_name(const char *path, GHashTable *paths)
{
	g_autofree char *stem = g_strndup(path, strlen(path) - strlen(".sql"));

	for (guint i = 0; i < G_N_ELEMENTS(ways_back); i++) {
		g_autofree char *forth = NULL;

		if (!g_str_has_suffix(stem, ways_back[i].suffix))
			continue;
		forth = g_strdup_printf("%.*s%s.sql",
					(int)(strlen(stem) - strlen(ways_back[i].suffix)), stem,
					ways_back[i].forth);
		if (ways_back[i].alone || g_hash_table_contains(paths, forth))
			return true;
	}
	return false;
}

/* down/001_x.sql beside up/001_x.sql or 001_x.sql */
static bool is_back_by_folder(const char *path, GHashTable *paths)
{
	static const char *const folders[] = {"down", "undo", "rollback", "revert"};
	g_autofree char *folder = g_path_get_dirname(path);
	g_autofree char *name = g_path_get_basename(folder);
	const size_t above = strlen(folder) - strlen(name);
	g_autofree char *beside = NULL;
	g_autofree char *over = NULL;

	for (guint i = 0; i < G_N_ELEMENTS(folders); i++) {
		if (g_ascii_strcasecmp(name, folders[i]) != 0)
			continue;
		beside = g_strdup_printf("%.*sup/%s", (int)above, path, base_of(path));
		over = g_strdup_printf("%.*s%s", (int)above, path, base_of(path));
		return g_hash_table_contains(paths, beside) || g_hash_table_contains(paths, over);
	}
	return false;
}

/* Taken for a migration, a way back would undo the others as soon as it is deployed. */
static bool check_ways_back(const char *folder, const GPtrArray *names, GError **error)
{
	g_autoptr(GHashTable) paths = g_hash_table_new(g_str_hash, g_str_equal);

	for (guint i = 0; i < names->len; i++)
		borrow_key(paths, ((ScriptName *)g_ptr_array_index(names, i))->path);
	for (guint i = 0; i < names->len; i++) {
		const ScriptName *name = g_ptr_array_index(names, i);

		if (name->layout != LAYOUT_SINGLE ||
		    (!is_back_by_name(name->path, paths) && !is_back_by_folder(name->path, paths)))
			continue;
		refuse_file(folder, name,
			    "this looks like a way back, and would run as a migration", error);
		return error_hint(error, "name both scripts NAME.up.sql and NAME.down.sql "
					 "(git-migrate-migrations(5))");
	}
	return true;
}

/* ---- the set ---- */

static void fill_file(ScriptFile *file, const char *folder, const ScriptName *name)
{
	file->path = g_strconcat(folder, "/", name->path, NULL);
	file->blob = g_strdup(name->blob);
}

static bool refuse_version(const char *folder, const ScriptName *name, const Migration *other,
			   GError **error)
{
	refuse_file(folder, name, "two migrations have this version", error);
	error_detail(error, "the other is %s", other->up.path);
	return error_hint(error, "give the one that is not applied yet the next free version");
}

/* Of what was applied once a version may stand there twice: no rollback is of either then. */
static bool add_version(MigrationSet *set, GHashTable *by_version, const ScriptName *name,
			Migration *migration, HistoryRules rules, GError **error)
{
	const Migration *other = g_hash_table_lookup(by_version, name->version);

	if (other && rules == HISTORY_STRICT)
		return refuse_version(set->folder, name, other, error);
	g_hash_table_insert(by_version, name->version,
			    g_hash_table_contains(by_version, name->version) ? NULL : migration);
	return true;
}

static bool add_up(MigrationSet *set, GHashTable *by_version, const ScriptName *name,
		   HistoryRules rules, GError **error)
{
	Migration *migration = g_new0(Migration, 1);

	migration->id = g_strdup(name->id);
	migration->layout = name->layout;
	migration->repeatable = name->repeatable;
	fill_file(&migration->up, set->folder, name);
	if (name->layout == LAYOUT_SINGLE)
		fill_file(&migration->down, set->folder, name);
	if (name->version && !add_version(set, by_version, name, migration, rules, error)) {
		migration_free(migration);
		return false;
	}
	if (migration_set_add(set, migration))
		return true;
	return refuse_file(set->folder, name, "two migrations have this id", error);
}

static bool add_other(MigrationSet *set, GHashTable *by_version, const ScriptName *name,
		      HistoryRules rules, GError **error)
{
	Migration *migration = name->version ? g_hash_table_lookup(by_version, name->version)
					     : migration_set_get(set, name->id);
	ScriptFile *file;

	if (!migration && rules == HISTORY_APPLIED)
		return true;
	if (!migration) {
		refuse_file(set->folder, name,
			    "this script has no migration: its up script is missing", error);
		return error_hint(error, "add the up script, or remove this file");
	}
	file = name->role == ROLE_DOWN ? &migration->down : &migration->verify;
	if (file->path)
		return refuse_file(set->folder, name,
				   "a second script of the same kind for one migration", error);
	fill_file(file, set->folder, name);
	return true;
}

static gint compare_migrations(gconstpointer a, gconstpointer b)
{
	const Migration *const *left = a, *const *right = b;

	if ((*left)->repeatable != (*right)->repeatable)
		return (*left)->repeatable ? 1 : -1;
	return text_compare_versions((*left)->id, (*right)->id);
}

static bool fill_set(MigrationSet *set, const GPtrArray *names, HistoryRules rules, GError **error)
{
	g_autoptr(GHashTable) by_version = g_hash_table_new(g_str_hash, g_str_equal);

	for (guint i = 0; i < names->len; i++) {
		const ScriptName *name = g_ptr_array_index(names, i);
		if (name->role == ROLE_UP && !add_up(set, by_version, name, rules, error))
			return false;
	}
	for (guint i = 0; i < names->len; i++) {
		const ScriptName *name = g_ptr_array_index(names, i);
		if (name->role != ROLE_UP && !add_other(set, by_version, name, rules, error))
			return false;
	}
	g_ptr_array_sort(set->all, compare_migrations);
	set->layout =
		names->len ? ((ScriptName *)g_ptr_array_index(names, 0))->layout : LAYOUT_NONE;
	return true;
}

/* The names of all scripts; other files (README and the like) are passed over. */
static GPtrArray *read_names(const char *folder, const char *const *paths, const char *const *blobs,
			     GError **error)
{
	g_autoptr(GPtrArray) names =
		g_ptr_array_new_with_free_func((GDestroyNotify)script_name_free);

	for (guint i = 0; paths[i]; i++) {
		if (!is_script(paths[i]))
			continue;
		if (!is_plain(paths[i])) {
			error_set(error, ERR_MIGRATION,
				  "a file name in '%s' is not UTF-8 or has control characters",
				  folder);
			return NULL;
		}
		g_ptr_array_add(names, read_name(paths[i], blobs[i]));
	}
	return g_steal_pointer(&names);
}

MigrationSet *history_layout_read(const char *commit, const char *folder, const char *const *paths,
				  const char *const *blobs, HistoryRules rules, GError **error)
{
	g_autoptr(MigrationSet) set = migration_set_new(commit, folder);
	g_autoptr(GPtrArray) names = read_names(folder, paths, blobs, error);

	if (!names || !check_mixture(folder, names, error) ||
	    (rules == HISTORY_STRICT && !check_ways_back(folder, names, error)) ||
	    !fill_set(set, names, rules, error))
		return NULL;
	return g_steal_pointer(&set);
}
