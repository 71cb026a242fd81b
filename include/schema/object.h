/*
 * An object of a schema: its path, its DDL, and what it needs of others.
 *
 * What it needs is not part of its text, and so of no tree: it is read from the catalogs beside it
 * (schema_snapshot_take() with SCHEMA_DEPENDS), or, for objects that stand in no database, found in
 * the text (schema/depends.h).
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* What an object is, in the order in which things are made when nothing else is known of them. */
typedef enum {
	SCHEMA_KIND_SCHEMA,
	SCHEMA_KIND_EXTENSION,
	SCHEMA_KIND_COLLATION,
	SCHEMA_KIND_TYPE,
	SCHEMA_KIND_DOMAIN,
	SCHEMA_KIND_SEQUENCE,
	SCHEMA_KIND_FUNCTION,
	SCHEMA_KIND_PROCEDURE,
	SCHEMA_KIND_OPERATOR,
	SCHEMA_KIND_AGGREGATE,
	SCHEMA_KIND_TABLE,
	SCHEMA_KIND_VIEW,
	SCHEMA_KIND_MATERIALIZED_VIEW,
	SCHEMA_KIND_OTHER,
} SchemaKind;

/* The parts of an object, which can be made one after the other: what stands in its first
 * statement; keys, checks and indexes; what ties it to others (foreign keys, triggers, rules,
 * policies, the owner of a sequence). */
typedef enum { SCHEMA_BODY, SCHEMA_KEYS, SCHEMA_LINKS, SCHEMA_PARTS } SchemaPart;

/* One thing that an object needs. */
typedef struct {
	char *path;       /* of what is needed */
	char *column;     /* which of its columns; NULL: all of it, or not known */
	SchemaPart part;  /* which part of the object needs it */
	SchemaPart needs; /* which part of the other */
	bool guessed;     /* found in the text, where columns are not known */
} SchemaDependency;

typedef struct {
	char *path; /* public/table/users.sql; objects of no schema are below @global */
	char *text; /* its statements, a newline behind each */
	SchemaKind kind;
	GPtrArray
		*statements; /* char*, in order; one may hold several of SQL that belong together */
	GPtrArray *depends;  /* SchemaDependency*; NULL when nobody asked */
} SchemaObject;

/* An object of this path without statements, which are added to it; its text is the caller's to
 * set. */
SchemaObject *schema_object_new(const char *path);

/* One whose text is known, as it stands in a tree: its text is copied, and not split into
 * statements. */
SchemaObject *schema_object_of_text(const char *path, const char *text);

/* Frees it; NULL is fine. */
void schema_object_free(SchemaObject *object);

/* A list that frees its objects, SchemaObject*. */
GPtrArray *schema_objects_new(void);

/* Makes the list of what the object needs, empty, when there is none yet: it is known. */
void schema_object_needs(SchemaObject *object);

/* Notes that the object needs this, and gives it back, still the object's; takes neither the path
 * nor the column. */
SchemaDependency *schema_object_need(SchemaObject *object, SchemaPart part, const char *path,
				     SchemaPart needs, const char *column);

/* What the object of a path is. Pure. */
SchemaKind schema_kind_of(const char *path);

/* The name in a path as the catalog has it, of a routine without its arguments; for the caller to
 * free. NULL when it is shortened. Pure. */
char *schema_path_name(const char *path);

/* The schema in a path as the catalog has it, for the caller to free. Pure. */
char *schema_path_schema(const char *path);

/* A path out of names: each byte that a file name cannot hold as %XX, a long name shortened with a
 * digest. For the caller to free. */
char *schema_path(const char *schema, const char *kind, const char *name);
