/*
 * A snapshot: the schema of a database as files of canonical DDL, one for each object, and the id
 * of the Git tree that they make.
 *
 * It is read from the catalogs in one round trip, in one REPEATABLE READ READ ONLY transaction with
 * every setting pinned that the deparsers depend on. Two databases with the same schema give the
 * same tree, whatever their history, OIDs and clients.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "git/repo.h"
#include "pg/session.h"
#include "schema/object.h"

typedef struct {
	GPtrArray *objects; /* SchemaObject*, by path: what is compared */
	GPtrArray *order;  /* SchemaObject*: the columns of each table in their physical order; NULL
			      when not asked for */
	GPtrArray *access; /* SchemaObject*: owners and privileges; NULL when not asked for */
	char **uncaptured; /* "2 large objects": what is there and not captured; NULL-terminated */
} SchemaSnapshot;

/* What is read beside the objects. */
typedef enum {
	SCHEMA_OBJECTS = 0,
	SCHEMA_WHOLE = 1 << 0,   /* what is not compared, too: order and access */
	SCHEMA_DEPENDS = 1 << 1, /* what each object needs, for those who derive statements */
} SchemaWants;

/*
 * Takes a snapshot; the caller frees it. `wants` are SchemaWants. Schema git_migrate and the
 * members of extensions are left out. ERR_UNKNOWN when the schema kept changing meanwhile, or was
 * locked. `helper` is a second session that reads the other half, or NULL.
 */
SchemaSnapshot *schema_snapshot_take(PgSession *session, PgSession *helper, SchemaWants wants,
				     GError **error);

/* Frees it; NULL is fine. */
void schema_snapshot_free(SchemaSnapshot *snapshot);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SchemaSnapshot, schema_snapshot_free)

/* An object that is not the same on both sides; where it is missing, that side is NULL. */
typedef struct {
	const char *path;
	const SchemaObject *left, *right;
} SchemaDifference;

/* What two lists of SchemaObject*, by path, differ in: SchemaDifference, borrowed from them; the
 * caller frees the array. */
GArray *schema_objects_compare(const GPtrArray *left, const GPtrArray *right);

/*
 * The id of the tree of objects (SchemaObject*), for the caller to free. Nothing is written when
 * `known` (a treeish, or NULL) has the same objects below `folder`.
 */
char *schema_snapshot_tree(GitRepo *repo, const GPtrArray *objects, const char *known,
			   const char *folder, GError **error);
