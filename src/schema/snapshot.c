#include "schema/snapshot.h"

#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "embed.h"
#include "schema/canonical.h"

void schema_snapshot_free(SchemaSnapshot *snapshot)
{
	if (!snapshot)
		return;
	g_clear_pointer(&snapshot->objects, g_ptr_array_unref);
	g_clear_pointer(&snapshot->order, g_ptr_array_unref);
	g_clear_pointer(&snapshot->access, g_ptr_array_unref);
	g_strfreev(snapshot->uncaptured);
	g_free(snapshot);
}

/* ---- the questions ---- */

/* All rows of the form schema, kind, name, rank, statement. In two halves that take about the same
 * time, for two sessions. */
static const char *const first_half[] = {
	sql_schema_tables,  sql_schema_types,  sql_schema_sequences, sql_schema_views,
	sql_schema_columns, sql_schema_others, sql_schema_comments,  sql_schema_labels,
};
static const char *const second_half[] = {
	sql_schema_constraints, sql_schema_indexes, sql_schema_relations,  sql_schema_routines,
	sql_schema_triggers,    sql_schema_schemas, sql_schema_extensions,
};

/* The number behind a mark in a line, or `otherwise`. */
static int mark_in(const char *line, const char *mark, int otherwise)
{
	const char *found = strstr(line, mark);

	return found ? (int)g_ascii_strtoll(found + strlen(mark), NULL, 10) : otherwise;
}

/* Whether a line that ends with --since N or --before N is for this server. */
static bool is_for(const char *line, int version)
{
	return version >= mark_in(line, "--since ", 0) &&
	       version < mark_in(line, "--before ", G_MAXINT);
}

/* The query as this version of the server understands it: version differences are marks at the ends
 * of lines. */
static char *query_for(const char *sql, int version)
{
	g_auto(GStrv) lines = g_strsplit(sql, "\n", -1);
	GString *query = g_string_new(NULL);

	for (char **line = lines; *line; line++)
		if (is_for(*line, version))
			g_string_append_printf(query, "%s\n", *line);
	return g_string_free(query, FALSE);
}

static void add_query(PgBatch *batch, const char *sql, int version)
{
	g_autofree char *query = query_for(sql, version);

	pg_batch_add(batch, query, 0, NULL);
}

/* A transaction that sees one state and changes nothing, with all that deparsers depend on pinned.
 * Returns how many results stand before those of the questions. */
static guint begin(PgBatch *batch)
{
	g_auto(GStrv) settings = g_strsplit(sql_schema_settings, "\n", -1);

	pg_batch_add(batch, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", 0, NULL);
	for (char **setting = settings; *setting && **setting; setting++)
		pg_batch_add(batch, *setting, 0, NULL);
	return pg_batch_length(batch);
}

/* What one session is asked in one round trip, and what it answered. */
typedef struct {
	PgSession *session;
	PgBatch *batch;
	guint first; /* result of the first question */
	GPtrArray *results;
} Asked;

static void asked_clear(Asked *asked)
{
	pg_batch_free(asked->batch);
	g_clear_pointer(&asked->results, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Asked, asked_clear)

static void ask(Asked *asked, PgSession *session, const char *const *queries, guint count)
{
	if (!asked->batch) {
		asked->session = session;
		asked->batch = pg_batch_new();
		asked->first = begin(asked->batch);
	}
	for (guint i = 0; i < count; i++)
		add_query(asked->batch, queries[i], pg_session_server_version(session));
}

static bool send(Asked *asked, GError **error)
{
	pg_batch_add(asked->batch, "COMMIT", 0, NULL);
	return pg_session_send_batch(asked->session, asked->batch, error);
}

static bool receive(Asked *asked, GError **error)
{
	guint failed = 0;

	if (pg_session_finish_batch(asked->session, &failed, &asked->results, error))
		return true;
	pg_session_execute(asked->session, "ROLLBACK", NULL);
	return false;
}

/* What tells whether the catalogs changed; for the caller to free. */
static char *take_stamp(PgSession *session, GError **error)
{
	g_autofree char *query = query_for(sql_schema_stamp, pg_session_server_version(session));
	g_autoptr(PgResult) row = pg_session_query(session, query, 0, NULL, error);

	return row ? g_strdup(pg_result_text(row, 0, 0)) : NULL;
}

/* ---- the answers ---- */

/* A statement in its place. */
typedef struct {
	char *path;
	gint64 rank;
	char *text;
} Piece;

static void piece_free(Piece *piece)
{
	g_free(piece->path);
	g_free(piece->text);
	g_free(piece);
}

static gint compare_pieces(gconstpointer a, gconstpointer b)
{
	const Piece *const *left = a, *const *right = b;
	const int by_path = strcmp((*left)->path, (*right)->path);

	if (by_path)
		return by_path;
	if ((*left)->rank != (*right)->rank)
		return (*left)->rank < (*right)->rank ? -1 : 1;
	return strcmp((*left)->text, (*right)->text);
}

/* False when a deparser gave NULL: the object vanished meanwhile. */
static bool take_rows(GPtrArray *pieces, const PgResult *rows)
{
	for (int i = 0; i < pg_result_rows(rows); i++) {
		Piece *piece;

		if (!pg_result_text(rows, i, 4))
			return false;
		piece = g_new0(Piece, 1);
		piece->path = schema_path(pg_result_text(rows, i, 0), pg_result_text(rows, i, 1),
					  pg_result_text(rows, i, 2));
		piece->rank = pg_result_int64(rows, i, 3);
		piece->text = schema_canonical(pg_result_text(rows, i, 4));
		g_ptr_array_add(pieces, piece);
	}
	return true;
}

/* One object for each path, its statements in order of rank and text. */
static GPtrArray *objects_of(GPtrArray *pieces)
{
	GPtrArray *objects = schema_objects_new();
	SchemaObject *object = NULL;
	GString *text = NULL;

	g_ptr_array_sort(pieces, compare_pieces);
	for (guint i = 0; i < pieces->len; i++) {
		const Piece *piece = g_ptr_array_index(pieces, i);

		if (!object || strcmp(object->path, piece->path) != 0) {
			if (object)
				object->text = g_string_free(text, FALSE);
			object = schema_object_new(piece->path);
			text = g_string_new(NULL);
			g_ptr_array_add(objects, object);
		}
		g_ptr_array_add(object->statements, g_strdup(piece->text));
		g_string_append_printf(text, "%s\n", piece->text);
	}
	if (object)
		object->text = g_string_free(text, FALSE);
	return objects;
}

/* The statements in some results; false when an object vanished. */
static bool read_pieces(GPtrArray *pieces, const Asked *asked, guint from, guint count)
{
	for (guint i = 0; i < count; i++)
		if (!take_rows(pieces, g_ptr_array_index(asked->results, asked->first + from + i)))
			return false;
	return true;
}

static GPtrArray *read_one(const Asked *asked, guint index)
{
	g_autoptr(GPtrArray) pieces = g_ptr_array_new_with_free_func((GDestroyNotify)piece_free);

	return read_pieces(pieces, asked, index, 1) ? objects_of(pieces) : NULL;
}

static char **read_counts(const PgResult *rows)
{
	char **list = g_new0(char *, (gsize)pg_result_rows(rows) + 1);

	for (int i = 0; i < pg_result_rows(rows); i++)
		list[i] =
			text_count((guint)pg_result_int64(rows, i, 1), pg_result_text(rows, i, 0));
	return list;
}

/* Hands each object what it needs. What is no object of ours needs nothing. */
static void read_depends(const GPtrArray *objects, const PgResult *rows)
{
	g_autoptr(GHashTable) by_path = g_hash_table_new(g_str_hash, g_str_equal);

	for (guint i = 0; i < objects->len; i++) {
		SchemaObject *object = g_ptr_array_index(objects, i);

		schema_object_needs(object);
		g_hash_table_insert(by_path, object->path, object);
	}
	for (int i = 0; i < pg_result_rows(rows); i++) {
		g_autofree char *path =
			schema_path(pg_result_text(rows, i, 0), pg_result_text(rows, i, 1),
				    pg_result_text(rows, i, 2));
		SchemaObject *object = g_hash_table_lookup(by_path, path);
		g_autofree char *needed =
			object ? schema_path(pg_result_text(rows, i, 4), pg_result_text(rows, i, 5),
					     pg_result_text(rows, i, 6))
			       : NULL;

		if (needed && g_hash_table_contains(by_path, needed))
			schema_object_need(object, (SchemaPart)pg_result_int64(rows, i, 3), needed,
					   (SchemaPart)pg_result_int64(rows, i, 7),
					   pg_result_text(rows, i, 8));
	}
}

/* The snapshot out of the answers; NULL when something vanished meanwhile. */
static SchemaSnapshot *read_answers(const Asked *first, const Asked *second, SchemaWants wants)
{
	const guint extra = G_N_ELEMENTS(first_half), depends = G_N_ELEMENTS(second_half);
	const bool whole = wants & SCHEMA_WHOLE;
	g_autoptr(GPtrArray) pieces = g_ptr_array_new_with_free_func((GDestroyNotify)piece_free);
	g_autoptr(SchemaSnapshot) snapshot = g_new0(SchemaSnapshot, 1);

	if (!read_pieces(pieces, first, 0, extra) || !read_pieces(pieces, second, 0, depends))
		return NULL;
	snapshot->objects = objects_of(pieces);
	if (wants & SCHEMA_DEPENDS)
		read_depends(snapshot->objects,
			     g_ptr_array_index(second->results, second->first + depends));
	snapshot->uncaptured = read_counts(g_ptr_array_index(first->results, first->first + extra));
	snapshot->order = whole ? read_one(first, extra + 1) : NULL;
	snapshot->access = whole ? read_one(first, extra + 2) : NULL;
	return !whole || (snapshot->order && snapshot->access) ? g_steal_pointer(&snapshot) : NULL;
}

/* What both sessions are asked. */
static void ask_all(Asked *first, PgSession *session, Asked *second, PgSession *helper,
		    SchemaWants wants)
{
	const char *const extras[] = {sql_schema_uncaptured, sql_schema_order, sql_schema_access};
	const char *const depends[] = {sql_schema_depends};

	ask(first, session, first_half, G_N_ELEMENTS(first_half));
	ask(first, session, extras, wants & SCHEMA_WHOLE ? G_N_ELEMENTS(extras) : 1);
	ask(second, helper ? helper : session, second_half, G_N_ELEMENTS(second_half));
	if (wants & SCHEMA_DEPENDS)
		ask(second, helper ? helper : session, depends, G_N_ELEMENTS(depends));
}

/* One attempt; *snapshot stays NULL when the schema changed meanwhile. */
static bool attempt(PgSession *session, PgSession *helper, SchemaWants wants,
		    SchemaSnapshot **snapshot, GError **error)
{
	g_autofree char *before = take_stamp(session, error);
	g_autofree char *after = NULL;
	g_auto(Asked) first = {0};
	g_auto(Asked) second = {0};
	bool ok;

	ask_all(&first, session, &second, helper, wants);
	if (!before || !send(&first, error) || (!helper && !receive(&first, error)))
		return false;
	if (helper)
		pg_session_set_beside(helper, session);
	ok = send(&second, error) && receive(&second, error);
	/* The first session's answers are waiting even when the second one failed. */
	if (helper) {
		pg_session_set_beside(helper, NULL);
		ok = receive(&first, ok ? error : NULL) && ok;
	}
	after = ok ? take_stamp(session, error) : NULL;
	if (after && strcmp(before, after) == 0)
		*snapshot = read_answers(&first, &second, wants);
	return after;
}

SchemaSnapshot *schema_snapshot_take(PgSession *session, PgSession *helper, SchemaWants wants,
				     GError **error)
{
	const int most = 3;

	for (int i = 0; i < most; i++) {
		SchemaSnapshot *snapshot = NULL;

		if (!attempt(session, helper, wants, &snapshot, error)) {
			g_prefix_error(error, "cannot read the schema: ");
			/* A lock that somebody holds, a privilege that we lack: nothing is known.
			 */
			error_change_code(error, ERR_SERVER, ERR_UNKNOWN);
			return NULL;
		}
		if (snapshot)
			return snapshot;
	}
	error_set(error, ERR_UNKNOWN, "the schema kept changing while it was read");
	error_hint(error, "try again when nobody changes it");
	return NULL;
}

/* ---- comparison ---- */

/* The object at an index, or NULL behind the end. */
static const SchemaObject *object_at(const GPtrArray *objects, guint index)
{
	return index < objects->len ? g_ptr_array_index(objects, index) : NULL;
}

GArray *schema_objects_compare(const GPtrArray *left, const GPtrArray *right)
{
	GArray *differences = g_array_new(FALSE, FALSE, sizeof(SchemaDifference));
	guint i = 0, j = 0;

	while (i < left->len || j < right->len) {
		const SchemaObject *one = object_at(left, i), *other = object_at(right, j);
		const int order = !one ? 1 : !other ? -1 : strcmp(one->path, other->path);
		const SchemaDifference difference = {.path = order <= 0 ? one->path : other->path,
						     .left = order <= 0 ? one : NULL,
						     .right = order >= 0 ? other : NULL};

		i += order <= 0;
		j += order >= 0;
		if (order != 0 || strcmp(one->text, other->text) != 0)
			g_array_append_val(differences, difference);
	}
	return differences;
}

/* ---- trees ---- */

/* The objects as tree entries, with the ids that they would have. */
static GPtrArray *entries_of(GitRepo *repo, const GPtrArray *objects, GError **error)
{
	g_autoptr(GPtrArray) entries =
		g_ptr_array_new_with_free_func((GDestroyNotify)git_entry_free);
	const guint regular_file = 0100644;

	for (guint i = 0; i < objects->len; i++) {
		const SchemaObject *object = g_ptr_array_index(objects, i);
		g_autofree char *oid =
			git_repo_hash_blob(repo, object->text, strlen(object->text), error);

		if (!oid)
			return NULL;
		g_ptr_array_add(entries, git_entry_new(object->path, oid, regular_file));
	}
	return g_steal_pointer(&entries);
}

static gint compare_entries(gconstpointer a, gconstpointer b)
{
	const GitEntry *const *left = a, *const *right = b;

	return strcmp((*left)->path, (*right)->path);
}

static bool are_same(const GPtrArray *entries, GPtrArray *known)
{
	if (known->len != entries->len)
		return false;
	/* A tree is ordered as if folders ended with '/', paths are not. */
	g_ptr_array_sort(known, compare_entries);
	for (guint i = 0; i < entries->len; i++) {
		const GitEntry *left = g_ptr_array_index(entries, i),
			       *right = g_ptr_array_index(known, i);
		if (strcmp(left->path, right->path) != 0 || strcmp(left->oid, right->oid) != 0)
			return false;
	}
	return true;
}

static char *write_objects(GitRepo *repo, const GPtrArray *objects, GError **error)
{
	g_autofree GitFile *files = g_new0(GitFile, objects->len + 1);

	for (guint i = 0; i < objects->len; i++) {
		const SchemaObject *object = g_ptr_array_index(objects, i);
		files[i] = (GitFile){object->path, object->text};
	}
	return git_repo_write_files(repo, files, objects->len, error);
}

char *schema_snapshot_tree(GitRepo *repo, const GPtrArray *objects, const char *known,
			   const char *folder, GError **error)
{
	g_autoptr(GPtrArray) entries = entries_of(repo, objects, error);
	g_autoptr(GPtrArray) before = known ? git_repo_list(repo, known, folder, NULL) : NULL;
	char *same = NULL;

	if (!entries)
		return NULL;
	if (before && objects->len && are_same(entries, before))
		same = git_repo_path_find(repo, known, folder);
	return same ? same : write_objects(repo, objects, error);
}
