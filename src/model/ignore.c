#include "model/ignore.h"

#include <string.h>

static void rule_free(IgnoreRule *rule)
{
	g_free(rule->kind);
	g_free(rule->name);
	g_free(rule->reason);
	g_free(rule);
}

static void count_free(IgnoreCount *count)
{
	g_free(count->rule);
	g_free(count->reason);
	g_free(count);
}

GPtrArray *ignore_rules_new(void)
{
	return g_ptr_array_new_with_free_func((GDestroyNotify)rule_free);
}

GPtrArray *ignore_counts_new(void)
{
	return g_ptr_array_new_with_free_func((GDestroyNotify)count_free);
}

void ignore_rules_add(GPtrArray *rules, const char *kind, const char *name, const char *reason)
{
	IgnoreRule *rule = g_new0(IgnoreRule, 1);

	rule->kind = g_strdup(kind);
	rule->name = g_strdup(name);
	rule->reason = g_strdup(reason);
	g_ptr_array_add(rules, rule);
}

/* SCHEMA/KIND/NAME.sql, or SCHEMA/schema.sql: the schema itself. */
static void read_path(const char *path, char **kind, char **name)
{
	g_auto(GStrv) part = g_strsplit(path, "/", 3);
	const guint parts = g_strv_length(part);
	char *last = parts ? part[parts - 1] : NULL;

	if (last && g_str_has_suffix(last, ".sql"))
		last[strlen(last) - strlen(".sql")] = '\0';
	*kind = g_strdup(parts > 1 ? part[1] : "");
	if (parts < 3)
		*name = g_strdup(parts ? part[0] : "");
	else if (*part[0] == '@')
		*name = g_strdup(part[2]);
	else
		*name = g_strdup_printf("%s.%s", part[0], part[2]);
}

static void add_count(GPtrArray *counts, const IgnoreRule *rule)
{
	g_autofree char *text = g_strdup_printf("%s %s", rule->kind, rule->name);
	IgnoreCount *count;

	for (guint i = 0; i < counts->len; i++) {
		count = g_ptr_array_index(counts, i);
		if (strcmp(count->rule, text) == 0) {
			count->count++;
			return;
		}
	}
	count = g_new0(IgnoreCount, 1);
	count->rule = g_steal_pointer(&text);
	count->reason = g_strdup(rule->reason);
	count->count = 1;
	g_ptr_array_add(counts, count);
}

gboolean ignore_rules_take(const GPtrArray *rules, const char *path, GPtrArray *counts)
{
	g_autofree char *kind = NULL;
	g_autofree char *name = NULL;

	read_path(path, &kind, &name);
	for (guint i = 0; i < rules->len; i++) {
		const IgnoreRule *rule = g_ptr_array_index(rules, i);

		if (!g_pattern_match_simple(rule->kind, kind) ||
		    !g_pattern_match_simple(rule->name, name))
			continue;
		add_count(counts, rule);
		return TRUE;
	}
	return FALSE;
}
