#include "ledger/audit.h"

#include <string.h>

#include "base/borrow.h"
#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "git/signing.h"
#include "ledger/record.h"

void ledger_audit_free(LedgerAudit *audit)
{
	if (!audit)
		return;
	g_clear_pointer(&audit->records, g_ptr_array_unref);
	g_clear_pointer(&audit->signers, g_ptr_array_unref);
	g_clear_pointer(&audit->problems, g_ptr_array_unref);
	g_free(audit);
}

static LedgerAudit *audit_new(guint total)
{
	LedgerAudit *audit = g_new0(LedgerAudit, 1);

	audit->records = g_ptr_array_new_with_free_func((GDestroyNotify)record_free);
	audit->signers = g_ptr_array_new_with_free_func(g_free);
	audit->problems = ledger_problems_new();
	audit->total = total;
	return audit;
}

/* ---- the memory: a line with the context, then an id and sequence a line ---- */

#define MEMORY_FIRST_LINE "git-migrate verified 1 "

static char *memory_path(GitRepo *repo, const char *environment)
{
	return g_strdup_printf("%s/git-migrate/verified/%s", git_repo_common_dir(repo),
			       environment);
}

/* What verdicts depend on: git's view of the keys, and the ledger. Who may sign stands in the
 * policies that the records themselves name by their blobs. */
static char *memory_context(GitRepo *repo, bool is_signed, const char *ledger, GError **error)
{
	g_autofree char *keys = is_signed ? git_verify_context(repo, error) : g_strdup("unsigned");
	g_autofree char *all = NULL;

	if (!keys)
		return NULL;
	all = g_strjoin("\n", keys, ledger, NULL);
	return text_sha256(all, strlen(all));
}

/* The remembered lines "ID SEQUENCE", or an empty list. `same` tells whether they were found good
 * in this context. */
static char **read_memory(GitRepo *repo, const char *environment, const char *context, bool *same)
{
	g_autofree char *path = memory_path(repo, environment);
	g_autofree char *first = g_strconcat(MEMORY_FIRST_LINE, context, "\n", NULL);
	g_autofree char *text = NULL;
	const char *rest;

	*same = false;
	if (!g_file_get_contents(path, &text, NULL, NULL))
		return g_new0(char *, 1);
	*same = g_str_has_prefix(text, first);
	rest = strchr(text, '\n');
	return g_strsplit(rest ? rest + 1 : "", "\n", -1);
}

/* A memory that cannot be written costs time later, nothing else. */
static void write_memory(GitRepo *repo, const char *environment, const char *context,
			 const GPtrArray *links)
{
	g_autofree char *path = memory_path(repo, environment);
	g_autofree char *folder = g_path_get_dirname(path);
	g_autoptr(GString) text = g_string_new(MEMORY_FIRST_LINE);

	g_string_append_printf(text, "%s\n", context);
	for (guint i = 0; i < links->len; i++) {
		const LedgerLink *link = g_ptr_array_index(links, i);
		g_string_append_printf(text, "%s %" G_GINT64_FORMAT "\n", link->id, link->sequence);
	}
	if (file_make_folder(folder, NULL))
		file_write(path, text->str, text->len, NULL);
}

void ledger_audit_remember(GitRepo *repo, const char *environment, const Record *record)
{
	g_autofree char *path = memory_path(repo, environment);
	g_autofree char *text = NULL;
	g_autofree char *longer = NULL;

	if (!g_file_get_contents(path, &text, NULL, NULL))
		return;
	longer = g_strdup_printf("%s%s %" G_GINT64_FORMAT "\n", text, record->id, record->sequence);
	file_write(path, longer, strlen(longer), NULL);
}

/* How many links from the first on are remembered as they are now. */
static guint count_remembered(char *const *memory, const GPtrArray *links)
{
	guint count = 0;

	while (count < links->len && memory[count]) {
		const LedgerLink *link = g_ptr_array_index(links, count);
		if (strncmp(memory[count], link->id, 64) != 0)
			break;
		count++;
	}
	return count;
}

/* Remembered records that the database lost and no restore explains. */
static void find_lost(char *const *memory, guint from, const GPtrArray *links, GPtrArray *problems)
{
	const guint known = from;

	for (guint i = known; memory[i] && strlen(memory[i]) > 65; i++) {
		const gint64 sequence = g_ascii_strtoll(memory[i] + 65, NULL, 10);
		bool explained = false;

		for (guint j = 0; j < links->len && !explained; j++) {
			const LedgerLink *link = g_ptr_array_index(links, j);
			explained = strncmp(link->id, memory[i], 64) == 0 ||
				    (link->restores && link->sequence > sequence);
		}
		if (!explained)
			ledger_problem_add(problems, sequence,
					   "record %" G_GINT64_FORMAT
					   " (%.12s) was verified here before and is "
					   "not in the database any more",
					   sequence, memory[i]);
	}
}

/* ---- signatures ---- */

/* Why a record is not acceptable under a policy, for the caller to free; NULL when it is. */
static char *objection(const Policy *policy, const Record *record, const GitVerdict *verdict)
{
	if (!record->is_signed)
		return policy->sign ? g_strdup("it is not signed") : NULL;
	if (!verdict->good)
		return g_strdup(verdict->reason ? verdict->reason
						: "git does not accept its signature");
	if (!policy_lists(policy->signers, verdict->signer, verdict->key))
		return g_strdup_printf("'%s' is not among the signers of environment '%s'",
				       verdict->signer ? verdict->signer : verdict->key,
				       policy->environment);
	return NULL;
}

/* Verdicts for the signed ones among records, in their places; NULL for unsigned ones. GitVerdict*,
 * owned. */
static GPtrArray *ask_verdicts(GitRepo *repo, const GPtrArray *records, guint *asked,
			       GError **error)
{
	g_autoptr(GPtrArray) texts = g_ptr_array_new();
	g_autoptr(GPtrArray) said = NULL;
	GPtrArray *verdicts;
	guint next = 0;

	for (guint i = 0; i < records->len; i++) {
		const Record *record = g_ptr_array_index(records, i);
		if (record->is_signed)
			g_ptr_array_add(texts, record->raw);
	}
	*asked = texts->len;
	if (texts->len && !(said = git_verify_texts(repo, texts, error)))
		return NULL;
	verdicts = g_ptr_array_new_with_free_func((GDestroyNotify)git_verdict_free);
	for (guint i = 0; i < records->len; i++) {
		const Record *record = g_ptr_array_index(records, i);
		gpointer *place = record->is_signed ? &g_ptr_array_index(said, next++) : NULL;

		g_ptr_array_add(verdicts, place ? g_steal_pointer(place) : NULL);
	}
	return verdicts;
}

static void judge_record(const LedgerPolicies *policies, const Record *before, const Record *record,
			 const GitVerdict *verdict, GPtrArray *problems)
{
	g_autoptr(GError) why = NULL;
	const Policy *policy =
		policies->find(before ? before->policy : record->policy, policies->data, &why);
	g_autofree char *what = policy ? objection(policy, record, verdict) : NULL;

	/* Which policy a newer version's record brought is not for this one to say. */
	if (before && before->is_newer)
		return;
	if (!policy)
		ledger_problem_add(problems, record->sequence,
				   "record %" G_GINT64_FORMAT ": its policy is not known here: %s",
				   record->sequence, why->message);
	else if (what && !record->is_signed)
		ledger_problem_add(problems, record->sequence,
				   "record %" G_GINT64_FORMAT " is not signed", record->sequence);
	else if (what)
		ledger_problem_add(problems, record->sequence,
				   "record %" G_GINT64_FORMAT ": bad signature: %s",
				   record->sequence, what);
}

static bool check_signatures(GitRepo *repo, const LedgerPolicies *policies, const Record *before,
			     LedgerAudit *audit, GError **error)
{
	g_autoptr(GPtrArray) verdicts =
		ask_verdicts(repo, audit->records, &audit->signatures, error);

	if (!verdicts)
		return false;
	for (guint i = 0; i < verdicts->len; i++) {
		const GitVerdict *verdict = g_ptr_array_index(verdicts, i);
		const Record *record = g_ptr_array_index(audit->records, i);

		judge_record(policies, before, record, verdict, audit->problems);
		g_ptr_array_add(audit->signers, verdict ? g_strdup(verdict->signer) : NULL);
		before = record;
	}
	return true;
}

bool ledger_audit_own(GitRepo *repo, const Policy *policy, const Record *record, GError **error)
{
	g_autoptr(GPtrArray) records = g_ptr_array_new();
	g_autoptr(GPtrArray) verdicts = NULL;
	g_autofree char *why = NULL;
	guint asked;

	borrow_add(records, record);
	verdicts = ask_verdicts(repo, records, &asked, error);
	if (!verdicts)
		return false;
	why = objection(policy, record, g_ptr_array_index(verdicts, 0));
	if (!why)
		return true;
	error_set(error, ERR_LEDGER, "git signed a record for '%s', but would not accept it: %s",
		  policy->environment, why);
	return error_hint(
		error,
		"list the key in gpg.ssh.allowedSignersFile (ssh) or import it (gpg), then run "
		"'git migrate doctor --env %s'",
		policy->environment);
}

/* ---- the audit ---- */

/* Parses the texts from the first new one on; `before` receives the last remembered one, for the
 * chain. */
static void parse_texts(const GPtrArray *texts, bool has_before, Record **before,
			LedgerAudit *audit)
{
	for (guint i = 0; i < texts->len; i++) {
		g_autoptr(GError) why = NULL;
		Record *record = ledger_record_parse(g_ptr_array_index(texts, i), &why);

		if (!record)
			ledger_problem_add(audit->problems, 0,
					   "the database holds a forged or damaged row: %s",
					   why->message);
		else if (i == 0 && has_before)
			*before = record;
		else
			g_ptr_array_add(audit->records, record);
	}
}

static bool audit_rest(PgSession *session, GitRepo *repo, const LedgerPolicies *policies,
		       const LedgerState *state, const GPtrArray *links, LedgerAudit *audit,
		       GError **error)
{
	const LedgerExpectation expected = {state->environment, state->ledger};
	const bool has_before = audit->remembered > 0;
	const LedgerLink *first =
		g_ptr_array_index(links, has_before ? audit->remembered - 1 : audit->remembered);
	g_autoptr(GPtrArray) texts = ledger_database_texts(session, first->sequence, error);
	g_autoptr(Record) before = NULL;

	if (!texts)
		return false;
	parse_texts(texts, has_before, &before, audit);
	ledger_chain_check(before, audit->records, &expected, audit->problems);
	return check_signatures(repo, policies, before, audit, error);
}

LedgerAudit *ledger_audit(PgSession *session, GitRepo *repo, const LedgerPolicies *policies,
			  const LedgerState *state, const GPtrArray *links, bool full,
			  GError **error)
{
	g_autoptr(LedgerAudit) audit = audit_new(links->len);
	g_autofree char *context = memory_context(repo, policies->is_signed, state->ledger, error);
	g_auto(GStrv) memory = NULL;
	guint known;
	bool same;

	if (!context)
		return NULL;
	memory = read_memory(repo, state->environment, context, &same);
	known = count_remembered(memory, links);
	find_lost(memory, known, links, audit->problems);
	audit->remembered = same && !full ? known : 0;
	if (audit->remembered < links->len &&
	    !audit_rest(session, repo, policies, state, links, audit, error))
		return NULL;
	if (audit->problems->len == 0)
		write_memory(repo, state->environment, context, links);
	return g_steal_pointer(&audit);
}
