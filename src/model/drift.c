#include "model/drift.h"

#include <stdbool.h>
#include <string.h>

#include "base/text.h"

static void change_free(DriftChange *change)
{
	g_free(change->path);
	g_free(change->diff);
	g_free(change->repair);
	g_free(change->adopt);
	g_free(change);
}

DriftReport *drift_report_new(const char *environment)
{
	DriftReport *report = g_new0(DriftReport, 1);

	report->environment = g_strdup(environment);
	report->changes = g_ptr_array_new_with_free_func((GDestroyNotify)change_free);
	report->ignored = ignore_counts_new();
	report->uncaptured = g_new0(char *, 1);
	return report;
}

DriftChange *drift_change_new(DriftKind kind, const char *path)
{
	DriftChange *change = g_new0(DriftChange, 1);

	change->kind = kind;
	change->path = g_strdup(path);
	return change;
}

void drift_report_add(DriftReport *report, DriftChange *change)
{
	g_ptr_array_add(report->changes, change);
}

void drift_report_free(DriftReport *report)
{
	if (!report)
		return;
	g_free(report->environment);
	g_free(report->left);
	g_free(report->right);
	g_ptr_array_unref(report->changes);
	g_ptr_array_unref(report->ignored);
	g_strfreev(report->uncaptured);
	g_free(report);
}

const char *drift_kind_name(DriftKind kind)
{
	static const char *const names[] = {
		[DRIFT_EXTRA] = "extra", [DRIFT_MISSING] = "missing", [DRIFT_CHANGED] = "changed"};

	return names[kind];
}

char *drift_report_summary(const DriftReport *report)
{
	const guint shown = 3;
	g_autofree char *count = text_count(report->changes->len, "object");
	GString *line;

	if (report->changes->len == 0)
		return NULL;
	line = g_string_new(NULL);
	g_string_append_printf(line, "%s differ%s from the record:", count,
			       report->changes->len == 1 ? "s" : "");
	for (guint i = 0; i < report->changes->len && i < shown; i++)
		g_string_append_printf(
			line, "%s %s", i ? "," : "",
			((DriftChange *)g_ptr_array_index(report->changes, i))->path);
	if (report->changes->len > shown)
		g_string_append(line, ", ...");
	return g_string_free(line, FALSE);
}

/* ---- scripts ---- */

/* The part of the path in front of the name: SCHEMA/KIND/NAME.sql; a schema's own is "schema". */
static bool is_of_kind(const char *path, const char *kind)
{
	const char *slash = strchr(path, '/');
	const size_t length = strlen(kind);

	return slash && strncmp(slash + 1, kind, length) == 0 &&
	       (slash[1 + length] == '/' || slash[1 + length] == '.');
}

/* What others stand on comes first; kinds without a place stand behind all. */
static guint rank_of(const char *path)
{
	static const char *const kinds[] = {
		"schema",   "extension", "collation",        "type",     "domain",
		"sequence", "function",  "procedure",        "operator", "aggregate",
		"table",    "view",      "materialized_view"};
	guint rank = 0;

	while (rank < G_N_ELEMENTS(kinds) && !is_of_kind(path, kinds[rank]))
		rank++;
	return rank;
}

/* Drops first, in the opposite order of kinds. */
static gint compare_for_script(gconstpointer a, gconstpointer b)
{
	const DriftChange *left = *(const DriftChange *const *)a;
	const DriftChange *right = *(const DriftChange *const *)b;
	const bool left_goes = left->kind == DRIFT_MISSING,
		   right_goes = right->kind == DRIFT_MISSING;
	const guint left_rank = rank_of(left->path), right_rank = rank_of(right->path);

	if (left_goes != right_goes)
		return left_goes ? -1 : 1;
	if (left_rank != right_rank)
		return (left_rank < right_rank) != left_goes ? -1 : 1;
	return strcmp(left->path, right->path);
}

/* A body may name what comes further down in the script. */
static bool makes_routine(const DriftChange *change)
{
	return change->kind != DRIFT_MISSING &&
	       (is_of_kind(change->path, "function") || is_of_kind(change->path, "procedure"));
}

char *drift_report_script(const DriftReport *report)
{
	g_autoptr(GPtrArray) changes = g_ptr_array_new();
	GString *script;

	if (report->changes->len == 0)
		return NULL;
	for (guint i = 0; i < report->changes->len; i++)
		g_ptr_array_add(changes, g_ptr_array_index(report->changes, i));
	g_ptr_array_sort(changes, compare_for_script);
	script = g_string_new(NULL);
	for (guint i = 0; i < changes->len && script->len == 0; i++)
		if (makes_routine(g_ptr_array_index(changes, i)))
			g_string_append(script, "SET check_function_bodies = off;\n");
	for (guint i = 0; i < changes->len; i++) {
		const DriftChange *change = g_ptr_array_index(changes, i);
		g_string_append_printf(script, "%s\n", change->adopt ? change->adopt : "");
	}
	return g_string_free(script, FALSE);
}
