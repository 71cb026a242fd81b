#include "drift/drift.h"

#include <string.h>

#include "base/error.h"
#include "config/config.h"
#include "ledger/state.h"
#include "schema/depends.h"
#include "schema/repair.h"
#include "script.h"
#include "standing/snapshot.h"

/* What a scope is made of. */
static const struct {
	const char *folder; /* of the state */
	char *(*change)(const char *path, const char *from, const char *to);
	const char *what;
} scopes[] = {
	[DRIFT_OF_SCHEMA] = {LEDGER_STATE_SCHEMA, schema_change, "snapshot of the schema"},
	[DRIFT_OF_ACCESS] = {LEDGER_STATE_ACCESS, schema_change_access,
			     "list of owners and privileges"},
};

/* ---- texts side by side ---- */

/* The objects of a recorded snapshot: path to blob id. NULL with an error when there is none. */
static GHashTable *recorded_objects(GitRepo *repo, DriftScope scope, const char *environment,
				    char **tree, GError **error)
{
	g_autofree char *ref = ledger_state_ref(environment);
	g_autofree char *tip = git_ref_find(repo, ref);
	g_autoptr(GPtrArray) entries = NULL;
	GHashTable *objects;

	*tree = tip ? git_repo_path_find(repo, tip, scopes[scope].folder) : NULL;
	if (!*tree) {
		error_set(error, ERR_UNKNOWN, "no %s of '%s' is recorded here", scopes[scope].what,
			  environment);
		error_hint(error, "git migrate sync fetches it; the next deployment takes one");
		return NULL;
	}
	entries = git_repo_list(repo, tip, scopes[scope].folder, error);
	if (!entries)
		return NULL;
	objects = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	for (guint i = 0; i < entries->len; i++) {
		const GitEntry *entry = g_ptr_array_index(entries, i);
		g_hash_table_insert(objects, g_strdup(entry->path), g_strdup(entry->oid));
	}
	return objects;
}

/* One side of a comparison. */
typedef struct {
	GHashTable *oids;  /* path to blob id */
	GHashTable *texts; /* path to text; NULL: the blobs are in the repository */
} Side;

static char *text_of(GitRepo *repo, const Side *side, const char *path, const char *oid)
{
	g_autoptr(GBytes) bytes = NULL;
	size_t length;
	const char *text;

	if (side->texts)
		return g_strdup(g_hash_table_lookup(side->texts, path));
	bytes = git_repo_blob(repo, oid, NULL);
	text = bytes ? g_bytes_get_data(bytes, &length) : NULL;
	return text ? g_strndup(text, length) : g_strdup("");
}

/* One object that is not the same on both sides. */
static void compare_one(GitRepo *repo, DriftScope scope, DriftReport *report, const char *path,
			const Side *left, const Side *right)
{
	const char *left_oid = g_hash_table_lookup(left->oids, path);
	const char *right_oid = g_hash_table_lookup(right->oids, path);
	g_autofree char *before = left_oid ? text_of(repo, left, path, left_oid) : NULL;
	g_autofree char *after = right_oid ? text_of(repo, right, path, right_oid) : NULL;
	DriftChange *change = drift_change_new(!before  ? DRIFT_EXTRA
					       : !after ? DRIFT_MISSING
							: DRIFT_CHANGED,
					       path);

	change->diff = before && after ? git_diff_texts(before, after) : NULL;
	change->repair = g_strchomp(scopes[scope].change(path, after, before));
	change->adopt = g_strchomp(scopes[scope].change(path, before, after));
	drift_report_add(report, change);
}

static gint compare_changes(gconstpointer a, gconstpointer b)
{
	const DriftChange *const *left = a, *const *right = b;

	return strcmp((*left)->path, (*right)->path);
}

/* Rules are asked about what differs only: a rule that hides nothing is not counted. */
static void compare_all(GitRepo *repo, DriftScope scope, DriftReport *report,
			const GPtrArray *rules, const Side *left, const Side *right)
{
	GHashTableIter each;
	gpointer path, oid;

	report->compared = g_hash_table_size(left->oids);
	g_hash_table_iter_init(&each, left->oids);
	while (g_hash_table_iter_next(&each, &path, &oid))
		if (g_strcmp0(oid, g_hash_table_lookup(right->oids, path)) != 0 &&
		    !ignore_rules_take(rules, path, report->ignored))
			compare_one(repo, scope, report, path, left, right);
	g_hash_table_iter_init(&each, right->oids);
	while (g_hash_table_iter_next(&each, &path, NULL))
		if (!g_hash_table_contains(left->oids, path)) {
			report->compared++;
			if (!ignore_rules_take(rules, path, report->ignored))
				compare_one(repo, scope, report, path, left, right);
		}
	g_ptr_array_sort(report->changes, compare_changes);
}

/* ---- live ---- */

/* The live side: ids as git would give them, nothing is written. */
static bool live_side(Standing *standing, const GPtrArray *objects, Side *side, GError **error)
{
	side->oids = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
	side->texts = g_hash_table_new(g_str_hash, g_str_equal);
	for (guint i = 0; i < objects->len; i++) {
		const SchemaObject *object = g_ptr_array_index(objects, i);
		char *oid = git_repo_hash_blob(standing->repo, object->text, strlen(object->text),
					       error);

		if (!oid)
			return false;
		g_hash_table_insert(side->oids, object->path, oid);
		g_hash_table_insert(side->texts, object->path, object->text);
	}
	return true;
}

static void side_clear(Side *side)
{
	g_clear_pointer(&side->oids, g_hash_table_unref);
	g_clear_pointer(&side->texts, g_hash_table_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Side, side_clear)

/* The state is not signed itself: the record that is names its tree. */
static bool check_recorded(const Standing *standing, const char *tree, GError **error)
{
	const char *signed_tree =
		standing->ledgers.last && standing->ledgers.last->action == RECORD_FINISH
			? standing->ledgers.last->snapshot
			: NULL;

	if (!signed_tree || strcmp(signed_tree, tree) == 0)
		return true;
	error_set(error, ERR_REFUSED,
		  "the state of environment '%s' holds another snapshot (%.12s) than its last "
		  "record names (%.12s)",
		  standing_name(standing), tree, signed_tree);
	return error_hint(
		error, "git migrate sync; if it stays so, somebody changed refs/migrate/state/%s",
		standing_name(standing));
}

static char *name_record(const Standing *standing)
{
	if (!standing->ledgers.last)
		return g_strdup("the recorded snapshot");
	return g_strdup_printf("record %" G_GINT64_FORMAT " of %.10s (commit %.7s)",
			       standing->ledgers.last->sequence, standing->ledgers.last->time,
			       standing->ledgers.last->object);
}

/* ---- scripts ---- */

/* The objects of a side as a state holds them, by path; those that are the same on the live side
 * know what they need from there. `owner` holds what is made here. */
static GPtrArray *recorded_list(GitRepo *repo, const Side *side, const Side *live,
				const GPtrArray *objects, GPtrArray *owner)
{
	g_autoptr(GHashTable) same = g_hash_table_new(g_str_hash, g_str_equal);
	g_autoptr(GList) paths =
		g_list_sort(g_hash_table_get_keys(side->oids), (GCompareFunc)strcmp);
	GPtrArray *list = g_ptr_array_new();

	for (guint i = 0; objects && i < objects->len; i++) {
		SchemaObject *object = g_ptr_array_index(objects, i);

		if (g_strcmp0(g_hash_table_lookup(side->oids, object->path),
			      g_hash_table_lookup(live->oids, object->path)) == 0)
			g_hash_table_insert(same, object->path, object);
	}
	for (GList *each = paths; each; each = each->next) {
		SchemaObject *object = g_hash_table_lookup(same, each->data);
		g_autofree char *text =
			object ? NULL
			       : text_of(repo, side, each->data,
					 g_hash_table_lookup(side->oids, each->data));

		if (!object) {
			object = schema_object_of_text(each->data, text);
			g_ptr_array_add(owner, object);
		}
		g_ptr_array_add(list, object);
	}
	schema_depends_guess(list);
	return list;
}

static DriftReport *report_between(GitRepo *repo, DriftScope scope, const char *environment,
				   const GPtrArray *ignore, const Side *left, const Side *right)
{
	DriftReport *report = drift_report_new(environment);

	compare_all(repo, scope, report, ignore, left, right);
	return report;
}

/* What a live database is compared with, and how. */
static SchemaWants wants_of(DriftScope scope, bool scripts)
{
	const SchemaWants needs = scripts ? SCHEMA_DEPENDS | SCHEMA_WHOLE : SCHEMA_OBJECTS;

	return scope == DRIFT_OF_ACCESS ? SCHEMA_WHOLE : needs;
}

DriftReport *drift_compare(Standing *standing, DriftScope scope, const GPtrArray *ignore,
			   bool scripts, GError **error)
{
	const char *name = standing_name(standing);
	const bool access = scope == DRIFT_OF_ACCESS;
	g_autofree char *tree = NULL;
	g_auto(Side)
		recorded = {.oids = recorded_objects(standing->repo, scope, name, &tree, error)};
	g_auto(Side) live = {0};
	g_autoptr(SchemaSnapshot) snapshot = NULL;
	g_autoptr(GPtrArray) owner = schema_objects_new(), list = NULL;
	DriftReport *report;

	if (!recorded.oids || (!access && !check_recorded(standing, tree, error)))
		return NULL;
	snapshot = standing_snapshot(standing, wants_of(scope, scripts), error);
	if (!snapshot ||
	    !live_side(standing, access ? snapshot->access : snapshot->objects, &live, error))
		return NULL;
	report = report_between(standing->repo, scope, name, ignore, &recorded, &live);
	report->left = name_record(standing);
	report->right = g_strdup("the live database");
	g_strfreev(report->uncaptured);
	report->uncaptured = g_strdupv(snapshot->uncaptured);
	if (!scripts || access || report->changes->len == 0)
		return report;
	list = recorded_list(standing->repo, &recorded, &live, snapshot->objects, owner);
	drift_report_derive(report, list, snapshot->objects, snapshot->access);
	return report;
}

DriftReport *drift_between(GitRepo *repo, DriftScope scope, const char *left, const char *right,
			   bool scripts, GError **error)
{
	g_autofree char *left_tree = NULL;
	g_autofree char *right_tree = NULL;
	g_auto(Side) before = {.oids = recorded_objects(repo, scope, left, &left_tree, error)};
	g_auto(Side) after = {
		.oids = before.oids ? recorded_objects(repo, scope, right, &right_tree, error)
				    : NULL};
	g_autofree char *head = git_repo_resolve(repo, "HEAD", error);
	g_autoptr(Project) project = head ? config_read_project(repo, head, error) : NULL;
	g_autoptr(GPtrArray) owner = schema_objects_new(), from = NULL, to = NULL;
	DriftReport *report;

	if (!after.oids || !project)
		return NULL;
	report = report_between(repo, scope, left, project->ignore, &before, &after);
	report->left = g_strdup(left);
	report->right = g_strdup(right);
	if (!scripts || scope == DRIFT_OF_ACCESS || report->changes->len == 0)
		return report;
	from = recorded_list(repo, &before, NULL, NULL, owner);
	to = recorded_list(repo, &after, NULL, NULL, owner);
	drift_report_derive(report, from, to, NULL);
	return report;
}
