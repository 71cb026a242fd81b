#include "model/status.h"

StatusReport *status_report_new(const char *environment)
{
	StatusReport *report = g_new0(StatusReport, 1);

	report->environment = g_strdup(environment);
	report->pending = g_ptr_array_new_with_free_func((GDestroyNotify)status_pending_free);
	report->edits = g_ptr_array_new_with_free_func((GDestroyNotify)status_edit_free);
	report->removed = g_new0(char *, 1);
	report->covered = g_new0(char *, 1);
	report->renamed = g_new0(char *, 1);
	report->partial = g_new0(char *, 1);
	report->invalid_indexes = g_new0(char *, 1);
	report->overridden = g_new0(char *, 1);
	report->gates = g_ptr_array_new_with_free_func((GDestroyNotify)gate_free);
	return report;
}

void status_pending_free(StatusPending *pending)
{
	if (!pending)
		return;
	g_free(pending->id);
	g_free(pending->path);
	g_free(pending->landed);
	g_strfreev(pending->requires);
	g_free(pending->irreversible);
	g_free(pending);
}

void status_edit_free(StatusEdit *edit)
{
	if (!edit)
		return;
	g_free(edit->id);
	g_free(edit->path);
	g_free(edit->commit);
	g_free(edit->author);
	g_free(edit->day);
	g_free(edit->subject);
	g_free(edit);
}

void status_report_free(StatusReport *report)
{
	if (!report)
		return;
	char *const texts[] = {report->environment, report->problem,      report->hint,
			       report->where,       report->ref,          report->commit,
			       report->deployed,    report->ledger,       report->overdue,
			       report->last_action, report->last_outcome, report->last_time,
			       report->last_who,    report->last_error,   report->override_reason};
	char **const lists[] = {report->removed, report->covered,         report->renamed,
				report->partial, report->invalid_indexes, report->overridden};

	for (guint i = 0; i < G_N_ELEMENTS(texts); i++)
		g_free(texts[i]);
	for (guint i = 0; i < G_N_ELEMENTS(lists); i++)
		g_strfreev(lists[i]);
	g_ptr_array_unref(report->pending);
	g_ptr_array_unref(report->edits);
	g_ptr_array_unref(report->gates);
	g_free(report);
}

bool status_report_has_findings(const StatusReport *report)
{
	const char *const *const lists[] = {(const char *const *)report->removed,
					    (const char *const *)report->partial,
					    (const char *const *)report->invalid_indexes};

	if (report->ledger_stops || report->overdue)
		return true;
	for (guint i = 0; i < G_N_ELEMENTS(lists); i++)
		if (lists[i] && *lists[i])
			return true;
	for (guint i = 0; i < report->edits->len; i++) {
		const StatusEdit *edit = g_ptr_array_index(report->edits, i);
		if (edit->kind == EDIT_REAL || edit->kind == EDIT_UNKNOWN)
			return true;
	}
	return false;
}

VerifyReport *verify_report_new(const char *environment)
{
	VerifyReport *report = g_new0(VerifyReport, 1);

	report->environment = g_strdup(environment);
	report->problems = g_new0(char *, 1);
	report->remarks = g_new0(char *, 1);
	return report;
}

void verify_report_free(VerifyReport *report)
{
	if (!report)
		return;
	g_free(report->environment);
	g_strfreev(report->problems);
	g_strfreev(report->remarks);
	g_free(report);
}
