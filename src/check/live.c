#include "base/text.h"
#include "drift/drift.h"
#include "parts.h"

void check_tell_ignored(CheckPart *part, const GPtrArray *ignored)
{
	g_autoptr(GString) done = g_string_new(part->done);

	for (guint i = 0; i < ignored->len; i++) {
		const IgnoreCount *count = g_ptr_array_index(ignored, i);
		g_string_append_printf(done, "; %u of %s ignored (%s)", count->count, count->rule,
				       count->reason);
	}
	check_part_done(part, "%s", done->str);
}

bool check_live(GitRepo *repo, const char *environment, CheckPart *part, GError **error)
{
	const StandingOptions options = {
		.environment = environment, .command = "check", .wait_ms = -1};
	g_autoptr(Standing) standing =
		standing_open(repo, &options, NULL, STANDING_READ_ALL, error);
	g_autoptr(DriftReport) report =
		standing ? drift_compare(standing, DRIFT_OF_SCHEMA, standing->project->ignore,
					 false, error)
			 : NULL;
	g_autofree char *compared = NULL;
	g_autofree char *remedy = NULL;

	if (!report)
		return false;
	compared = text_count(report->compared, "object");
	check_part_done(part, "%s of '%s': %s against %s", compared, report->environment,
			report->left, report->right);
	remedy = g_strdup_printf("git migrate diff --env %s shows what puts it right",
				 report->environment);
	for (guint i = 0; i < report->changes->len; i++) {
		const DriftChange *change = g_ptr_array_index(report->changes, i);

		finding_add(part->findings, NULL, remedy, "%s %s%s%s",
			    drift_kind_name(change->kind), change->path, change->diff ? "\n" : "",
			    change->diff ? change->diff : "");
	}
	check_tell_ignored(part, report->ignored);
	return true;
}
