#include <string.h>

#include "base/error.h"
#include "deploy/policy.h"
#include "deploy/status.h"
#include "ledger/record.h"
#include "ledger/replay.h"

static void add_texts(GPtrArray *texts, const GPtrArray *problems)
{
	for (guint i = 0; i < problems->len; i++)
		g_ptr_array_add(texts,
				g_strdup(((LedgerProblem *)g_ptr_array_index(problems, i))->text));
}

/* Every record of the database, parsed; those that cannot be are the audit's problem. */
static GPtrArray *all_records(DeployContext *context, GError **error)
{
	g_autoptr(GPtrArray) texts = ledger_database_texts(context->session, 0, error);
	GPtrArray *records;

	if (!texts)
		return NULL;
	records = g_ptr_array_new_with_free_func((GDestroyNotify)record_free);
	for (guint i = 0; i < texts->len; i++) {
		Record *record = ledger_record_parse(g_ptr_array_index(texts, i), NULL);
		if (record)
			g_ptr_array_add(records, record);
	}
	return records;
}

static bool check_rows(DeployContext *context, VerifyReport *report, GPtrArray *found,
		       GError **error)
{
	g_autoptr(GPtrArray) records = all_records(context, error);
	g_autoptr(AppliedSet) applied =
		records ? ledger_database_applied(context->session, true, error) : NULL;
	g_autoptr(GPtrArray) problems = ledger_problems_new();

	if (!applied)
		return false;
	ledger_replay_check(records, applied, problems);
	add_texts(found, problems);
	report->rows = applied->all->len;
	return true;
}

static bool check_database(DeployContext *context, bool full, VerifyReport *report,
			   GPtrArray *found, GError **error)
{
	const LedgerPolicies policies = deploy_policies(context);
	g_autoptr(LedgerAudit) audit = NULL;

	if (!context->ledger.present)
		return true;
	audit = ledger_audit(context->session, context->repo, &policies, &context->ledger,
			     context->links, full, error);
	if (!audit)
		return false;
	add_texts(found, audit->problems);
	report->records = audit->total;
	report->remembered = audit->remembered;
	report->signatures = audit->signatures;
	return check_rows(context, report, found, error);
}

static bool check_notes(DeployContext *context, VerifyReport *report, GPtrArray *found,
			GError **error)
{
	g_autoptr(LedgerNotes) notes =
		ledger_notes_read(context->repo, context->environment->name, true, error);

	if (!notes)
		return false;
	add_texts(found, notes->problems);
	report->notes = notes->links->len;
	return true;
}

static void compare_both(DeployContext *context, GPtrArray *found, GPtrArray *remarks)
{
	g_autofree char *text = ledger_comparison_describe(context->comparison);

	if (context->last && strcmp(context->last->database, context->ledger.database) != 0)
		g_ptr_array_add(found,
				g_strdup_printf("the records were written in another database (%s) "
						"than this one (%s)",
						context->last->database, context->ledger.database));
	if (!text)
		return;
	/* Notes that merely lag are what a crash or an unreachable remote leaves. */
	if (context->comparison->relation == LEDGERS_NOTES_BEHIND)
		g_ptr_array_add(remarks,
				g_strconcat(text, ": the next deployment appends them", NULL));
	else
		g_ptr_array_add(found, g_strdup(text));
}

VerifyReport *deploy_verify(DeployContext *context, bool full, GError **error)
{
	g_autoptr(VerifyReport) report = NULL;
	g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GPtrArray) remarks = g_ptr_array_new_with_free_func(g_free);

	if (!deploy_configure(context, error) || !deploy_connect(context, error) ||
	    !deploy_read_ledgers(context, true, error))
		return NULL;
	report = verify_report_new(context->environment->name);
	report->is_signed = context->is_signed;
	if (!check_database(context, full, report, found, error) ||
	    !check_notes(context, report, found, error))
		return NULL;
	compare_both(context, found, remarks);
	g_ptr_array_add(found, NULL);
	g_ptr_array_add(remarks, NULL);
	report->problems = (char **)g_ptr_array_free(g_steal_pointer(&found), FALSE);
	report->remarks = (char **)g_ptr_array_free(g_steal_pointer(&remarks), FALSE);
	return g_steal_pointer(&report);
}
