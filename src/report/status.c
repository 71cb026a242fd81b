#include "report/status.h"

#include <string.h>

#include "base/term.h"
#include "base/text.h"

/* Pending migrations that status lists before it says how many more there are. */
#define PENDING_SHOWN 10
#define LABEL_WIDTH   10

static const char *edit_word(EditKind kind)
{
	switch (kind) {
	case EDIT_COSMETIC:
		return "cosmetic";
	case EDIT_REAL:
		return "real";
	case EDIT_ACCEPTED:
		return "accepted";
	case EDIT_UNKNOWN:
		break;
	}
	return "unknown";
}

/* ---- lines ---- */

static void print_label(FILE *out, const char *label, TermStyle style)
{
	fprintf(out, "  %s%-*s%s", term_begin(out, style), LABEL_WIDTH, label,
		term_end(out, style));
}

static void print_line(FILE *out, const char *label, TermStyle style, const char *text)
{
	print_label(out, label, style);
	fprintf(out, "%s\n", text);
}

static void print_more(FILE *out, const char *text)
{
	fprintf(out, "  %*s%s\n", LABEL_WIDTH, "", text);
}

static void print_list(FILE *out, const char *label, TermStyle style, char *const *list)
{
	for (guint i = 0; list[i]; i++)
		if (i == 0)
			print_line(out, label, style, list[i]);
		else
			print_more(out, list[i]);
}

static void print_covered(const StatusReport *report, FILE *out)
{
	g_autofree char *names = g_strjoinv(", ", report->covered);
	g_autofree char *count = text_count(report->replaced, "applied migration");
	g_autofree char *text = g_strdup_printf("%s, by %s", names, count);

	if (*report->covered)
		print_line(out, "covered", TERM_GOOD, text);
}

/* refs/heads/main -> main, refs/tags/v1 -> v1 */
static const char *short_ref(const char *ref)
{
	static const char *const prefixes[] = {"refs/heads/", "refs/tags/", "refs/remotes/"};

	for (guint i = 0; i < G_N_ELEMENTS(prefixes); i++)
		if (g_str_has_prefix(ref, prefixes[i]))
			return ref + strlen(prefixes[i]);
	return ref;
}

static void print_gates(const StatusReport *report, FILE *out)
{
	for (guint i = 0; i < report->gates->len; i++) {
		const Gate *gate = g_ptr_array_index(report->gates, i);
		print_line(out, gate_kind_name(gate->kind),
			   gate->state == GATE_PASSED ? TERM_GOOD : TERM_WARN, gate->found);
	}
}

static void print_overrides(const StatusReport *report, FILE *out)
{
	g_autofree char *list = g_strjoinv(", ", report->overridden);

	if (!*report->overridden)
		return;
	print_label(out, "override", TERM_BAD);
	fprintf(out, "the last deployment passed over %s: %s\n", list,
		report->override_reason ? report->override_reason : "no reason");
}

/* 2026-11-21T03:00:00.123456Z -> 2026-11-21 03:00:00 UTC */
static char *short_time(const char *iso)
{
	const size_t to_seconds = 19;
	char *text;

	if (strlen(iso) < to_seconds)
		return g_strdup(iso);
	text = g_strdup_printf("%.*s UTC", (int)to_seconds, iso);
	text[10] = ' ';
	return text;
}

static void print_headline(const StatusReport *report, FILE *out)
{
	fprintf(out, "%s%s%s", term_begin(out, TERM_BOLD), report->environment,
		term_end(out, TERM_BOLD));
	if (report->commit)
		fprintf(out, " at %s%s%.7s%s", report->ref ? short_ref(report->ref) : "",
			report->ref ? " (" : "", report->commit, report->ref ? ")" : "");
	fputc('\n', out);
}

/* How many of the commit's migrations are applied: those that are gone from it do not count. */
static guint applied_here(const StatusReport *report)
{
	return report->applied - g_strv_length(report->removed) - report->replaced +
	       g_strv_length(report->covered);
}

static void print_applied(const StatusReport *report, FILE *out)
{
	g_autofree char *when = report->last_time ? short_time(report->last_time) : NULL;

	print_label(out, "applied", TERM_GOOD);
	/* Those that are gone from the commit have a line of their own. */
	fprintf(out, "%u of %u in this commit", applied_here(report), report->in_commit);
	if (report->last_action)
		fprintf(out, "; last record %" G_GINT64_FORMAT ": %s%s%s, %s, %s",
			report->last_sequence, report->last_action, report->last_outcome ? " " : "",
			report->last_outcome ? report->last_outcome : "", when, report->last_who);
	fputc('\n', out);
	if (report->last_error)
		print_line(out, "failed", TERM_BAD, report->last_error);
}

static void print_pending(const StatusReport *report, bool verbose, FILE *out)
{
	const guint shown =
		verbose ? report->pending->len : MIN(report->pending->len, PENDING_SHOWN);
	g_autofree char *count = text_count(report->pending->len, "migration");

	if (report->pending->len == 0) {
		print_line(out, "pending", TERM_PLAIN, "none");
		return;
	}
	print_line(out, "pending", TERM_WARN, count);
	for (guint i = 0; i < shown; i++)
		print_more(out, ((StatusPending *)g_ptr_array_index(report->pending, i))->id);
	if (shown < report->pending->len) {
		g_autofree char *more = g_strdup_printf("... and %u more (-v shows all)",
							report->pending->len - shown);
		print_more(out, more);
	}
}

static void print_edits(const StatusReport *report, FILE *out)
{
	for (guint i = 0; i < report->edits->len; i++) {
		const StatusEdit *edit = g_ptr_array_index(report->edits, i);
		const TermStyle style = edit->kind == EDIT_REAL || edit->kind == EDIT_UNKNOWN
						? TERM_BAD
						: TERM_WARN;

		print_label(out, "edited", style);
		fprintf(out, "%s (%s)", edit->id, edit_word(edit->kind));
		if (edit->commit)
			fprintf(out, " by %s in %.7s, %s: %s", edit->author, edit->commit,
				edit->day, edit->subject);
		fputc('\n', out);
	}
}

static void print_relation(const StatusReport *report, FILE *out)
{
	g_autofree char *ahead = text_count(report->ahead, "commit");
	g_autofree char *behind = text_count(report->behind, "commit");

	if (!report->deployed)
		return;
	print_label(out, "deployed", TERM_PLAIN);
	fprintf(out, "%.7s", report->deployed);
	if (!report->relation_known)
		fputs(" (not in this clone)", out);
	else if (report->ahead && report->behind)
		fprintf(out, ", on another branch: %s here, %s there", ahead, behind);
	else if (report->ahead)
		fprintf(out, ", %s behind this one", ahead);
	else if (report->behind)
		fprintf(out, ", %s ahead of this one", behind);
	else
		fputs(", this commit", out);
	fputc('\n', out);
}

static void print_ledger(const StatusReport *report, FILE *out)
{
	g_autofree char *count = text_count(report->records, "record");

	print_label(out, "ledger",
		    report->ledger_stops ? TERM_BAD
		    : report->ledger     ? TERM_WARN
					 : TERM_GOOD);
	if (report->ledger)
		fprintf(out, "%s%s\n", report->ledger,
			report->ledger_stops ? "" : "; the next deployment appends them");
	else if (report->records == 0)
		fputs("none yet: the first deployment makes it\n", out);
	else
		fprintf(out, "%s%s, the same in notes and database\n", count,
			report->is_signed ? "" : " (unsigned)");
}

void report_status_text(const StatusReport *report, bool verbose, FILE *out)
{
	print_headline(report, out);
	if (report->problem) {
		print_line(out, "unknown", TERM_BAD, report->problem);
		if (report->hint)
			print_more(out, report->hint);
		return;
	}
	print_applied(report, out);
	print_pending(report, verbose, out);
	print_gates(report, out);
	print_overrides(report, out);
	print_edits(report, out);
	print_list(out, "removed", TERM_WARN, report->removed);
	print_covered(report, out);
	print_list(out, "renamed", TERM_PLAIN, report->renamed);
	print_list(out, "stopped", TERM_BAD, report->partial);
	print_list(out, "invalid", TERM_WARN, report->invalid_indexes);
	print_relation(report, out);
	if (report->overdue)
		print_line(out, "open", TERM_WARN, report->overdue);
	print_ledger(report, out);
}

/* ---- plan ---- */

void report_plan_text(const StatusReport *report, FILE *out)
{
	g_autofree char *count = text_count(report->pending->len, "migration");

	print_headline(report, out);
	for (guint i = 0; i < report->pending->len; i++) {
		const StatusPending *pending = g_ptr_array_index(report->pending, i);
		g_autofree char *requires = g_strjoinv(", ", pending->requires);

		fprintf(out, "  %3u  %s", i + 1, pending->id);
		if (pending->landed)
			fprintf(out, "  landed in %.7s", pending->landed);
		if (*requires)
			fprintf(out, "  requires %s", requires);
		if (pending->repeatable)
			fputs("  repeatable", out);
		if (!pending->transaction)
			fputs("  statement by statement", out);
		if (pending->irreversible)
			fprintf(out, "  irreversible: %s", pending->irreversible);
		else if (!pending->has_down && !pending->repeatable)
			fputs("  no down script", out);
		fputc('\n', out);
	}
	fprintf(out, "%s to run; %u of %u applied already\n", count, applied_here(report),
		report->in_commit);
}

/* ---- verification ---- */

void report_verify_text(const VerifyReport *report, FILE *out)
{
	const guint problems = g_strv_length(report->problems);
	g_autofree char *count = text_count(problems, "problem");

	for (guint i = 0; report->problems[i]; i++)
		print_line(out, "problem", TERM_BAD, report->problems[i]);
	for (guint i = 0; report->remarks[i]; i++)
		print_line(out, "note", TERM_WARN, report->remarks[i]);
	fprintf(out, "%s%s%s: ", term_begin(out, TERM_BOLD), report->environment,
		term_end(out, TERM_BOLD));
	fprintf(out, "%u records in the database, %u in the notes, %u applied migrations; ",
		report->records, report->notes, report->rows);
	if (report->is_signed)
		fprintf(out, "%u signatures verified, %u good from before; ", report->signatures,
			report->remembered);
	else
		fputs("unsigned; ", out);
	fprintf(out, "%s\n",
		problems        ? count
		: report->newer ? "could not tell whether all is well"
				: "no problem");
}
