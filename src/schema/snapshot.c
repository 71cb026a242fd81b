#include "schema/snapshot.h"

#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "embed.h"
#include "schema/canonical.h"

#define GLOBAL "@global"

static void object_free(SchemaObject *object)
{
	if (!object)
		return;
	g_free(object->path);
	g_free(object->text);
	g_ptr_array_unref(object->statements);
	g_free(object);
}

static GPtrArray *objects_new(void)
{
	return g_ptr_array_new_with_free_func((GDestroyNotify)object_free);
}

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

/* ---- paths ---- */

/* One name as a part of a path. */
static void append_name(GString *path, const char *name)
{
	static const char special[] = "/\\%@";
	const size_t longest = 200, kept = 180;
	const gsize start = path->len;

	for (const char *c = name; *c; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f || strchr(special, *c) ||
		    (c == name && *c == '.'))
			g_string_append_printf(path, "%%%02X", (unsigned char)*c);
		else
			g_string_append_c(path, *c);
	if (path->len - start > longest) {
		g_autofree char *digest = text_sha256(name, strlen(name));

		g_string_truncate(path, start + kept);
		g_string_append_printf(path, "~%.12s", digest);
	}
}

char *schema_path(const char *schema, const char *kind, const char *name)
{
	GString *path = g_string_new(NULL);

	if (schema)
		append_name(path, schema);
	else
		g_string_append(path, GLOBAL);
	g_string_append_c(path, '/');
	if (kind)
		g_string_append_printf(path, "%s/", kind);
	append_name(path, name);
	g_string_append(path, ".sql");
	return g_string_free(path, FALSE);
}

/* ---- the questions ---- */

/* All rows of the form schema, kind, name, rank, statement; the last two are not part of what is
 * compared. */
static const char *const object_queries[] = {
	sql_schema_schemas, sql_schema_extensions, sql_schema_types,     sql_schema_sequences,
	sql_schema_tables,  sql_schema_columns,    sql_schema_relations, sql_schema_constraints,
	sql_schema_indexes, sql_schema_views,      sql_schema_routines,  sql_schema_triggers,
	sql_schema_others,  sql_schema_comments,   sql_schema_labels,
};
#define OBJECT_QUERIES G_N_ELEMENTS(object_queries)

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

/* One round trip. Returns how many results stand before the first stamp. */
static guint ask_all(PgBatch *batch, int version)
{
	g_auto(GStrv) settings = g_strsplit(sql_schema_settings, "\n", -1);
	guint before;

	pg_batch_add(batch, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", 0, NULL);
	for (char **setting = settings; *setting && **setting; setting++)
		pg_batch_add(batch, *setting, 0, NULL);
	before = pg_batch_length(batch);
	add_query(batch, sql_schema_stamp, version);
	for (guint i = 0; i < OBJECT_QUERIES; i++)
		add_query(batch, object_queries[i], version);
	add_query(batch, sql_schema_order, version);
	add_query(batch, sql_schema_access, version);
	add_query(batch, sql_schema_uncaptured, version);
	pg_batch_add(batch, "COMMIT", 0, NULL);
	add_query(batch, sql_schema_stamp, version);
	return before;
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
	GPtrArray *objects = objects_new();
	SchemaObject *object = NULL;
	GString *text = NULL;

	g_ptr_array_sort(pieces, compare_pieces);
	for (guint i = 0; i < pieces->len; i++) {
		const Piece *piece = g_ptr_array_index(pieces, i);

		if (!object || strcmp(object->path, piece->path) != 0) {
			if (object)
				object->text = g_string_free(text, FALSE);
			object = g_new0(SchemaObject, 1);
			object->statements = g_ptr_array_new_with_free_func(g_free);
			object->path = g_strdup(piece->path);
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

/* The objects of some results, or NULL when one vanished. */
static GPtrArray *read_objects(const GPtrArray *results, guint from, guint count)
{
	g_autoptr(GPtrArray) pieces = g_ptr_array_new_with_free_func((GDestroyNotify)piece_free);

	for (guint i = from; i < from + count; i++)
		if (!take_rows(pieces, g_ptr_array_index(results, i)))
			return NULL;
	return objects_of(pieces);
}

static char **read_counts(const PgResult *rows)
{
	char **list = g_new0(char *, (gsize)pg_result_rows(rows) + 1);

	for (int i = 0; i < pg_result_rows(rows); i++)
		list[i] =
			text_count((guint)pg_result_int64(rows, i, 1), pg_result_text(rows, i, 0));
	return list;
}

static bool same_stamp(const PgResult *before, const PgResult *after)
{
	return g_strcmp0(pg_result_text(before, 0, 0), pg_result_text(after, 0, 0)) == 0;
}

/* The snapshot out of the answers; NULL when the schema changed meanwhile. */
static SchemaSnapshot *read_answers(const GPtrArray *results, guint stamp)
{
	const guint first = stamp + 1, after = first + OBJECT_QUERIES;
	g_autoptr(SchemaSnapshot) snapshot = g_new0(SchemaSnapshot, 1);

	if (!same_stamp(g_ptr_array_index(results, stamp),
			g_ptr_array_index(results, results->len - 1)))
		return NULL;
	snapshot->objects = read_objects(results, first, OBJECT_QUERIES);
	snapshot->order = read_objects(results, after, 1);
	snapshot->access = read_objects(results, after + 1, 1);
	snapshot->uncaptured = read_counts(g_ptr_array_index(results, after + 2));
	return snapshot->objects && snapshot->order && snapshot->access ? g_steal_pointer(&snapshot)
									: NULL;
}

static bool ask(PgSession *session, SchemaSnapshot **snapshot, GError **error)
{
	g_autoptr(PgBatch) batch = pg_batch_new();
	const guint stamp = ask_all(batch, pg_session_server_version(session));
	g_autoptr(GPtrArray) results = NULL;
	guint failed = 0;

	if (!pg_session_send_batch(session, batch, error) ||
	    !pg_session_finish_batch(session, &failed, &results, error)) {
		pg_session_execute(session, "ROLLBACK", NULL);
		return false;
	}
	*snapshot = read_answers(results, stamp);
	return true;
}

SchemaSnapshot *schema_snapshot_take(PgSession *session, GError **error)
{
	const int attempts = 3;

	for (int i = 0; i < attempts; i++) {
		SchemaSnapshot *snapshot = NULL;

		if (!ask(session, &snapshot, error)) {
			g_prefix_error(error, "cannot read the schema: ");
			/* A lock that somebody holds, a privilege that we lack: nothing is known. */
			if (error && error_is(*error, ERR_FAILED))
				(*error)->code = ERR_UNKNOWN;
			return NULL;
		}
		if (snapshot)
			return snapshot;
	}
	error_set(error, ERR_UNKNOWN, "the schema kept changing while it was read");
	error_hint(error, "try again when nobody changes it");
	return NULL;
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

char *schema_snapshot_tree(GitRepo *repo, const GPtrArray *objects, const char *known,
			   const char *folder, GError **error)
{
	g_autoptr(GPtrArray) entries = entries_of(repo, objects, error);
	g_autoptr(GPtrArray) before = known ? git_repo_list(repo, known, folder, NULL) : NULL;

	if (!entries)
		return NULL;
	if (before && objects->len && are_same(entries, before))
		return git_repo_path_oid(repo, known, folder, error);
	for (guint i = 0; i < objects->len; i++) {
		const SchemaObject *object = g_ptr_array_index(objects, i);
		g_autofree char *oid =
			git_repo_write_blob(repo, object->text, strlen(object->text), error);
		if (!oid)
			return NULL;
	}
	return git_repo_write_tree(repo, entries, error);
}
