/*
 * Ignore rules: objects of a schema that are nobody's drift, each with a reason, and how many each
 * rule took out of a comparison.
 */
#pragma once

#include <glib.h>

/* Patterns know '*' (any text) and '?' (one character). */
typedef struct {
	char *kind;   /* pattern: "table", "*" */
	char *name;   /* pattern: "public.tmp_*"; without schema for what belongs to none */
	char *reason; /* never empty */
} IgnoreRule;

typedef struct {
	char *rule; /* "table public.tmp_*" */
	char *reason;
	guint count;
} IgnoreCount;

/* Arrays that own what is in them: of IgnoreRule*, of IgnoreCount*. */
GPtrArray *ignore_rules_new(void);

/* An empty list of IgnoreCount*, which it owns; g_ptr_array_unref(). */
GPtrArray *ignore_counts_new(void);

/* Adds a rule; the texts are copied. */
void ignore_rules_add(GPtrArray *rules, const char *kind, const char *name, const char *reason);

/*
 * Whether a rule takes the object at a snapshot's path (public/table/users.sql, public/schema.sql,
 * @global/extension/x.sql) out; the first one that does is counted in `counts`. Names are matched
 * as they are spelled in the path.
 */
gboolean ignore_rules_take(const GPtrArray *rules, const char *path, GPtrArray *counts);
