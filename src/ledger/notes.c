#include "ledger/notes.h"

#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "git/notes.h"
#include "ledger/record.h"

char *ledger_notes_ref(const char *environment)
{
	return g_strconcat("refs/notes/migrate/", environment, NULL);
}

void ledger_notes_free(LedgerNotes *notes)
{
	if (!notes)
		return;
	g_clear_pointer(&notes->links, g_ptr_array_unref);
	g_clear_pointer(&notes->records, g_ptr_array_unref);
	g_clear_pointer(&notes->problems, g_ptr_array_unref);
	g_free(notes);
}

static LedgerNotes *notes_new(bool whole)
{
	LedgerNotes *notes = g_new0(LedgerNotes, 1);

	notes->links = g_ptr_array_new_with_free_func((GDestroyNotify)ledger_link_free);
	if (whole) {
		notes->records = g_ptr_array_new_with_free_func((GDestroyNotify)record_free);
		notes->problems = ledger_problems_new();
	}
	return notes;
}

/* ---- the cache: a line for the tip, then one for each link ---- */

#define CACHE_FIRST_LINE "git-migrate notes 1 "

static char *cache_path(GitRepo *repo, const char *environment)
{
	return g_strdup_printf("%s/git-migrate/notes/%s", git_repo_common_dir(repo), environment);
}

static bool parse_link(GPtrArray *links, const char *line)
{
	g_auto(GStrv) word = g_strsplit(line, " ", 3);

	if (g_strv_length(word) != 3 || !text_is_hex(word[1], 64))
		return false;
	g_ptr_array_add(links, ledger_link_new(g_ascii_strtoll(word[0], NULL, 10), word[1],
					       strcmp(word[2], "restore") == 0));
	return true;
}

/* The links cached for exactly this tip, or NULL. A damaged cache is as good as none. */
static LedgerNotes *read_cache(GitRepo *repo, const char *environment, const char *tip)
{
	g_autofree char *path = cache_path(repo, environment);
	g_autofree char *first = g_strconcat(CACHE_FIRST_LINE, tip, NULL);
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;
	g_autoptr(LedgerNotes) notes = notes_new(false);

	if (!g_file_get_contents(path, &text, NULL, NULL))
		return NULL;
	lines = g_strsplit(text, "\n", -1);
	if (!lines[0] || strcmp(lines[0], first) != 0)
		return NULL;
	for (guint i = 1; lines[i] && *lines[i]; i++)
		if (!parse_link(notes->links, lines[i]))
			return NULL;
	return g_steal_pointer(&notes);
}

/* Writing the cache may fail (a read-only repository): then the next command reads the notes again.
 */
static void write_cache(GitRepo *repo, const char *environment, const char *tip,
			const GPtrArray *links)
{
	g_autofree char *path = cache_path(repo, environment);
	g_autofree char *folder = g_path_get_dirname(path);
	g_autoptr(GString) text = g_string_new(CACHE_FIRST_LINE);

	g_string_append_printf(text, "%s\n", tip);
	for (guint i = 0; i < links->len; i++) {
		const LedgerLink *link = g_ptr_array_index(links, i);
		g_string_append_printf(text, "%" G_GINT64_FORMAT " %s %s\n", link->sequence,
				       link->id, link->restores ? "restore" : "record");
	}
	if (file_make_folder(folder, NULL))
		file_write(path, text->str, text->len, NULL);
}

/* ---- reading ---- */

typedef struct {
	const char *environment;
	LedgerNotes *notes;
	GHashTable *seen; /* ids */
} NotesReading;

static void take_record(NotesReading *reading, const char *object, GBytes *piece)
{
	g_autoptr(GError) why = NULL;
	g_autoptr(Record) record = ledger_record_parse(piece, &why);
	GPtrArray *problems = reading->notes->problems;

	if (!record) {
		ledger_problem_add(problems, 0, "the note of commit %.12s holds %s", object,
				   why->message);
		return;
	}
	if (strcmp(record->environment, reading->environment) != 0) {
		ledger_problem_add(problems, 0,
				   "the note of commit %.12s holds record %" G_GINT64_FORMAT
				   " of environment '%s': replayed here",
				   object, record->sequence, record->environment);
		return;
	}
	if (strcmp(record->object, object) != 0) {
		ledger_problem_add(problems, 0,
				   "the note of commit %.12s is a copy of that of %.12s (record "
				   "%" G_GINT64_FORMAT "): ignored",
				   object, record->object, record->sequence);
		return;
	}
	if (!g_hash_table_add(reading->seen, g_strdup(record->id)))
		return;
	g_ptr_array_add(reading->notes->links, ledger_link_new(record->sequence, record->id,
							       record->action == RECORD_RESTORE));
	g_ptr_array_add(reading->notes->records, g_steal_pointer(&record));
}

static void take_note(NotesReading *reading, const GitNotesEntry *entry)
{
	guint foreign = 0;
	g_autoptr(GPtrArray) pieces = ledger_record_split(entry->text, &foreign);

	if (foreign)
		ledger_problem_add(reading->notes->problems, 0,
				   "the note of commit %.12s holds text that is no record",
				   entry->object);
	for (guint i = 0; i < pieces->len; i++)
		take_record(reading, entry->object, g_ptr_array_index(pieces, i));
}

static LedgerNotes *read_whole(GitRepo *repo, const char *environment, const char *ref,
			       GError **error)
{
	g_autoptr(GPtrArray) entries = git_notes_read(repo, ref, error);
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	NotesReading reading = {environment, NULL, seen};

	if (!entries)
		return NULL;
	reading.notes = notes_new(true);
	for (guint i = 0; i < entries->len; i++)
		take_note(&reading, g_ptr_array_index(entries, i));
	return reading.notes;
}

LedgerNotes *ledger_notes_read(GitRepo *repo, const char *environment, bool whole, GError **error)
{
	g_autofree char *ref = ledger_notes_ref(environment);
	g_autofree char *tip = NULL;
	LedgerNotes *notes;

	if (!git_ref_read(repo, ref, &tip, error))
		return NULL;
	if (!tip)
		return notes_new(true);
	if (!whole && (notes = read_cache(repo, environment, tip)))
		return notes;
	notes = read_whole(repo, environment, ref, error);
	/* A ledger with problems is read afresh each time, so that they are shown each time. Who
	 * reads the whole (a hook that may write nothing) leaves the cache alone. */
	if (notes && notes->problems->len == 0 && !whole)
		write_cache(repo, environment, tip, notes->links);
	return notes;
}

/* ---- writing ---- */

static char *commit_message(const char *environment, const GPtrArray *records)
{
	const Record *last = g_ptr_array_index(records, records->len - 1);
	GString *text = g_string_new(NULL);

	g_string_append_printf(text, "%s: record %" G_GINT64_FORMAT " (%s)\n\n", environment,
			       last->sequence, record_action_name(last->action));
	for (guint i = 0; i < records->len; i++) {
		const Record *record = g_ptr_array_index(records, i);
		g_string_append_printf(text, "Record: sha256:%s\n", record->id);
	}
	return g_string_free(text, FALSE);
}

bool ledger_notes_append(GitRepo *repo, const char *environment, const GPtrArray *records,
			 GError **error)
{
	g_autofree char *ref = ledger_notes_ref(environment);
	g_autofree GitNoteAddition *additions = NULL;
	g_autofree char *message = NULL;

	if (records->len == 0)
		return true;
	additions = g_new0(GitNoteAddition, records->len);
	for (guint i = 0; i < records->len; i++) {
		const Record *record = g_ptr_array_index(records, i);
		additions[i].object = record->object;
		additions[i].text = g_bytes_get_data(record->raw, &additions[i].length);
	}
	message = commit_message(environment, records);
	return git_notes_append(repo, ref, additions, records->len, message, error);
}
