#include <string.h>

#include "base/error.h"
#include "inspect/status.h"
#include "ledger/records.h"
#include "ledger/replay.h"

static void add_texts(GPtrArray *texts, const GPtrArray *problems)
{
	for (guint i = 0; i < problems->len; i++)
		g_ptr_array_add(texts,
				g_strdup(((LedgerProblem *)g_ptr_array_index(problems, i))->text));
}

static guint count_newer(const GPtrArray *records)
{
	guint count = 0;

	for (guint i = 0; i < records->len; i++)
		count += ((const Record *)g_ptr_array_index(records, i))->is_newer;
	return count;
}

static bool check_rows(Standing *standing, VerifyReport *report, GPtrArray *found, GError **error)
{
	g_autoptr(GPtrArray) problems = ledger_problems_new();
	g_autoptr(GPtrArray) records =
		ledger_records_read(standing->session, standing->ledgers.links, problems, error);
	g_autoptr(AppliedSet) applied =
		records ? ledger_database_applied(standing->session, true, error) : NULL;

	if (!applied)
		return false;
	report->newer = count_newer(records);
	if (report->newer == 0)
		ledger_replay_check(records, applied, problems);
	add_texts(found, problems);
	report->rows = applied->all->len;
	return true;
}

static bool check_database(Standing *standing, bool full, VerifyReport *report, GPtrArray *found,
			   GError **error)
{
	const LedgerPolicies policies =
		policy_store_for_audit(standing->policies, standing->is_signed);
	g_autoptr(LedgerAudit) audit = NULL;

	if (!standing->ledgers.state.present)
		return true;
	audit = ledger_audit(standing->session, standing->repo, &policies, &standing->ledgers.state,
			     standing->ledgers.links, full, error);
	if (!audit)
		return false;
	add_texts(found, audit->problems);
	report->records = audit->total;
	report->remembered = audit->remembered;
	report->signatures = audit->signatures;
	return check_rows(standing, report, found, error);
}

static bool check_notes(Standing *standing, VerifyReport *report, GPtrArray *found, GError **error)
{
	g_autoptr(LedgerNotes) notes =
		ledger_notes_read(standing->repo, standing_name(standing), true, error);

	if (!notes)
		return false;
	add_texts(found, notes->problems);
	report->notes = notes->links->len;
	return true;
}

static void compare_both(Standing *standing, GPtrArray *found, GPtrArray *remarks)
{
	g_autofree char *text = ledger_comparison_describe(standing->ledgers.comparison);

	if (standing->ledgers.last &&
	    strcmp(standing->ledgers.last->database, standing->ledgers.state.database) != 0)
		g_ptr_array_add(found,
				g_strdup_printf("the records were written in another database (%s) "
						"than this one (%s)",
						standing->ledgers.last->database,
						standing->ledgers.state.database));
	if (!text)
		return;
	/* Notes that merely lag are what a crash or an unreachable remote leaves. */
	if (standing->ledgers.comparison->relation == LEDGERS_NOTES_BEHIND)
		g_ptr_array_add(remarks,
				g_strconcat(text, ": the next deployment appends them", NULL));
	else
		g_ptr_array_add(found, g_strdup(text));
}

VerifyReport *inspect_verify(Standing *standing, bool full, GError **error)
{
	g_autoptr(VerifyReport) report = NULL;
	g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GPtrArray) remarks = g_ptr_array_new_with_free_func(g_free);

	report = verify_report_new(standing_name(standing));
	report->is_signed = standing->is_signed;
	if (!check_database(standing, full, report, found, error) ||
	    !check_notes(standing, report, found, error))
		return NULL;
	compare_both(standing, found, remarks);
	if (report->newer)
		g_ptr_array_add(remarks,
				g_strdup_printf("%u of the records were written by a newer "
						"version of git-migrate: what they say, and what "
						"is applied, could not be judged",
						report->newer));
	g_ptr_array_add(found, NULL);
	g_ptr_array_add(remarks, NULL);
	g_strfreev(report->problems);
	g_strfreev(report->remarks);
	report->problems = (char **)g_ptr_array_free(g_steal_pointer(&found), FALSE);
	report->remarks = (char **)g_ptr_array_free(g_steal_pointer(&remarks), FALSE);
	return g_steal_pointer(&report);
}

char *inspect_rows_sql(Standing *standing, GError **error)
{
	const bool present = standing->ledgers.state.present;
	g_autoptr(GPtrArray) problems = ledger_problems_new();
	g_autoptr(GPtrArray) records =
		present ? ledger_records_read(standing->session, standing->ledgers.links, problems,
					      error)
			: NULL;
	g_autoptr(AppliedSet) applied =
		records ? ledger_database_applied(standing->session, true, error) : NULL;
	char *sql;

	if (!applied)
		return present ? NULL : g_strdup("");
	if (problems->len || count_newer(records)) {
		error_set(error, ERR_REFUSED, "the records themselves are not all right");
		error_hint(error, "git migrate verify --env %s", standing_name(standing));
		return NULL;
	}
	sql = ledger_rows_sql(records, applied);
	if (!sql) {
		error_set(error, ERR_REFUSED,
			  "a deployment is under way, or crashed: what it did is known from its "
			  "rows alone");
		error_hint(error, "git migrate up --env %s records it first",
			   standing_name(standing));
	}
	return sql;
}
