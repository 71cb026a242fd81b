#include "git/notes.h"

#include <string.h>

#include "base/error.h"
#include "internal.h"

#define ATTEMPTS 50

void git_notes_entry_free(GitNotesEntry *entry)
{
	if (!entry)
		return;
	g_free(entry->object);
	g_free(entry->blob);
	g_clear_pointer(&entry->text, g_bytes_unref);
	g_free(entry);
}

/* "ab/cdef..." -> "abcdef..."; NULL when the path is no note's. Git fans out by two digits a level
 * (notes.c of git). */
static char *object_of(const char *path)
{
	g_auto(GStrv) part = g_strsplit(path, "/", -1);
	char *object = g_strjoinv("", part);

	if (strlen(object) == GIT_OID_HEXSZ && strspn(object, "0123456789abcdef") == GIT_OID_HEXSZ)
		return object;
	g_free(object);
	return NULL;
}

/* All entries of the ref's tree, or an empty array when there is no ref. */
static GPtrArray *list_notes(GitRepo *repo, const char *tip, GError **error)
{
	if (!tip)
		return g_ptr_array_new_with_free_func((GDestroyNotify)git_entry_free);
	return git_repo_list(repo, tip, "", error);
}

/* The same object in two layouts (a merge of unlike trees) has both texts. */
static void join_texts(GitNotesEntry *known, GBytes *more)
{
	size_t first, second;
	const char *a = g_bytes_get_data(known->text, &first), *b = g_bytes_get_data(more, &second);
	GByteArray *both = g_byte_array_new();

	g_byte_array_append(both, (const guint8 *)a, (guint)first);
	g_byte_array_append(both, (const guint8 *)b, (guint)second);
	g_bytes_unref(known->text);
	known->text = g_byte_array_free_to_bytes(both);
}

GPtrArray *git_notes_read(GitRepo *repo, const char *ref, GError **error)
{
	g_autoptr(GPtrArray) notes =
		g_ptr_array_new_with_free_func((GDestroyNotify)git_notes_entry_free);
	g_autoptr(GHashTable) known = g_hash_table_new(g_str_hash, g_str_equal);
	g_autofree char *tip = NULL;
	g_autoptr(GPtrArray) entries =
		git_ref_read(repo, ref, &tip, error) ? list_notes(repo, tip, error) : NULL;

	if (!entries)
		return NULL;
	for (guint i = 0; i < entries->len; i++) {
		const GitEntry *entry = g_ptr_array_index(entries, i);
		g_autofree char *object = object_of(entry->path);
		g_autoptr(GBytes) text = object ? git_repo_blob(repo, entry->oid, error) : NULL;
		GitNotesEntry *before, *note;

		if (!object)
			continue;
		if (!text)
			return NULL;
		before = g_hash_table_lookup(known, object);
		if (before) {
			join_texts(before, text);
			continue;
		}
		note = g_new0(GitNotesEntry, 1);
		note->object = g_steal_pointer(&object);
		note->blob = g_strdup(entry->oid);
		note->text = g_steal_pointer(&text);
		g_ptr_array_add(notes, note);
		g_hash_table_insert(known, note->object, note);
	}
	return g_steal_pointer(&notes);
}

/* ---- appending ---- */

/* Object to the texts that its note gets, in order, from its old text on. */
typedef struct {
	GByteArray *text;
} Growing;

static void growing_free(Growing *growing)
{
	g_byte_array_unref(growing->text);
	g_free(growing);
}

static Growing *grow(GHashTable *growing, const char *object)
{
	Growing *found = g_hash_table_lookup(growing, object);

	if (!found) {
		found = g_new0(Growing, 1);
		found->text = g_byte_array_new();
		g_hash_table_insert(growing, g_strdup(object), found);
	}
	return found;
}

/* Takes the old texts of the objects that grow out of the list; all other entries stay as they are.
 */
static bool take_old_texts(GitRepo *repo, GPtrArray *entries, GHashTable *growing, GError **error)
{
	for (guint i = 0; i < entries->len;) {
		const GitEntry *entry = g_ptr_array_index(entries, i);
		g_autofree char *object = object_of(entry->path);
		Growing *found = object ? g_hash_table_lookup(growing, object) : NULL;
		g_autoptr(GBytes) text = NULL;
		const guint8 *bytes;
		size_t length;

		if (!found) {
			i++;
			continue;
		}
		text = git_repo_blob(repo, entry->oid, error);
		if (!text)
			return false;
		bytes = g_bytes_get_data(text, &length);
		g_byte_array_append(found->text, bytes, (guint)length);
		g_ptr_array_remove_index(entries, i);
	}
	return true;
}

static bool write_grown(GitRepo *repo, GHashTable *growing, GPtrArray *entries, GError **error)
{
	const guint regular_file = 0100644;
	GHashTableIter each;
	gpointer object, value;

	g_hash_table_iter_init(&each, growing);
	while (g_hash_table_iter_next(&each, &object, &value)) {
		const Growing *grown = value;
		g_autofree char *path =
			g_strdup_printf("%.2s/%s", (const char *)object, (const char *)object + 2);
		g_autofree char *blob =
			git_repo_write_blob(repo, grown->text->data, grown->text->len, error);

		if (!blob)
			return false;
		g_ptr_array_add(entries, git_entry_new(path, blob, regular_file));
	}
	return true;
}

/* The tree of the notes at `tip` with the additions. */
static char *write_tree(GitRepo *repo, const char *tip, const GitNoteAddition *additions,
			guint count, GError **error)
{
	g_autoptr(GHashTable) growing = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
							      (GDestroyNotify)growing_free);
	g_autoptr(GPtrArray) entries = list_notes(repo, tip, error);

	for (guint i = 0; i < count; i++)
		grow(growing, additions[i].object);
	if (!entries || !take_old_texts(repo, entries, growing, error))
		return NULL;
	for (guint i = 0; i < count; i++)
		g_byte_array_append(grow(growing, additions[i].object)->text,
				    (const guint8 *)additions[i].text, (guint)additions[i].length);
	if (!write_grown(repo, growing, entries, error))
		return NULL;
	return git_repo_write_tree(repo, entries, error);
}

bool git_notes_append(GitRepo *repo, const char *ref, const GitNoteAddition *additions, guint count,
		      const char *message, GError **error)
{
	for (int i = 0; i < ATTEMPTS; i++) {
		g_autofree char *tip = NULL;
		g_autofree char *tree = git_ref_read(repo, ref, &tip, error)
						? write_tree(repo, tip, additions, count, error)
						: NULL;
		const char *const parents[] = {tip, NULL};
		g_autofree char *commit =
			tree ? git_repo_write_commit(repo, tree, parents, message, error) : NULL;
		bool moved = false;

		if (!commit ||
		    !git_ref_move(repo, ref, commit, tip, "git migrate: record", &moved, error))
			return false;
		if (moved)
			return true;
		g_usleep((gulong)g_random_int_range(500, 10000));
	}
	return error_set(error, ERR_REPOSITORY, "cannot move '%s': other processes keep moving it",
			 ref);
}
