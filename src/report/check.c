#include "report/check.h"

#include "base/term.h"
#include "base/text.h"
#include "report/json.h"
#include "report/lines.h"

/* ---- text ---- */

static void print_heading(const CheckPart *part, FILE *out)
{
	const TermStyle style = part->skipped         ? TERM_DIM
				: part->findings->len ? TERM_BAD
						      : TERM_GOOD;
	const char *word = part->skipped ? "skipped" : part->findings->len ? "failed" : "ok";

	fprintf(out, "%s%-7s%s %-10s %s\n", term_begin(out, style), word, term_end(out, style),
		part->name, part->done ? part->done : "");
}

void report_check_text(const CheckReport *report, const char *command, FILE *out)
{
	g_autofree char *count = text_count(check_report_count(report), "finding");

	(void)command;
	for (guint i = 0; i < report->parts->len; i++) {
		const CheckPart *part = g_ptr_array_index(report->parts, i);

		print_heading(part, out);
		for (guint j = 0; j < part->findings->len; j++) {
			const Finding *finding = g_ptr_array_index(part->findings, j);

			if (finding->path)
				fprintf(out, "  %s\n", finding->path);
			report_lines(finding->text, "    ", out);
			if (finding->remedy)
				fprintf(out, "      %s\n", finding->remedy);
		}
	}
	fprintf(out, "%.7s: %s\n", report->commit, count);
}

/* ---- TAP ---- */

/* In the name of a test a number sign would begin a directive, and a line break end it. */
static void print_tap_words(const char *text, FILE *out)
{
	for (; *text; text++)
		if (*text == '#' || *text == '\\')
			fprintf(out, "\\%c", *text);
		else
			fputc(g_ascii_iscntrl(*text) ? ' ' : *text, out);
}

void report_check_tap(const CheckReport *report, const char *command, FILE *out)
{
	(void)command;
	for (guint i = 0; i < report->parts->len; i++) {
		const CheckPart *part = g_ptr_array_index(report->parts, i);

		fprintf(out, "%s %u - %s: ", part->findings->len ? "not ok" : "ok", i + 1,
			part->name);
		print_tap_words(part->done ? part->done : "", out);
		fprintf(out, "%s\n", part->skipped ? " # SKIP" : "");
		for (guint j = 0; j < part->findings->len; j++) {
			const Finding *finding = g_ptr_array_index(part->findings, j);

			report_lines(finding->path ? finding->path : part->name, "# ", out);
			report_lines(finding->text, "#   ", out);
		}
	}
	fprintf(out, "1..%u\n", report->parts->len);
}

/* ---- GitHub ---- */

/* Percent signs and line breaks are escaped in workflow commands, and in a property what ends it.
 */
static GString *escaped(const char *text, bool is_property)
{
	static const char *const escapes[][2] = {
		{"%", "%25"}, {"\r", "%0D"}, {"\n", "%0A"}, {":", "%3A"}, {",", "%2C"}};
	const guint count = is_property ? G_N_ELEMENTS(escapes) : 3;
	GString *result = g_string_new(text);

	for (guint i = 0; i < count; i++)
		g_string_replace(result, escapes[i][0], escapes[i][1], 0);
	return result;
}

static void print_annotation(const Finding *finding, const char *command, FILE *out)
{
	g_autoptr(GString) text = escaped(finding->text, false);
	g_autoptr(GString) path = escaped(finding->path ? finding->path : "", true);

	if (finding->path)
		fprintf(out, "::error file=%s,line=%u,title=git migrate %s::%s\n", path->str,
			MAX(finding->line, 1), command, text->str);
	else
		fprintf(out, "::error title=git migrate %s::%s\n", command, text->str);
}

void report_check_github(const CheckReport *report, const char *command, FILE *out)
{
	for (guint i = 0; i < report->parts->len; i++) {
		const CheckPart *part = g_ptr_array_index(report->parts, i);

		for (guint j = 0; j < part->findings->len; j++)
			print_annotation(g_ptr_array_index(part->findings, j), command, out);
	}
}

/* ---- JSON ---- */

static json_t *part_json(const CheckPart *part)
{
	json_t *entry = json_object(), *list = json_array();

	for (guint i = 0; i < part->findings->len; i++) {
		const Finding *finding = g_ptr_array_index(part->findings, i);
		json_t *one = json_object();

		json_object_set_new(one, "path", report_json_text(finding->path));
		json_object_set_new(one, "line",
				    finding->line ? json_integer(finding->line) : json_null());
		json_object_set_new(one, "text", report_json_text(finding->text));
		json_object_set_new(one, "remedy", report_json_text(finding->remedy));
		json_array_append_new(list, one);
	}
	json_object_set_new(entry, "name", report_json_text(part->name));
	json_object_set_new(entry, "checked", report_json_text(part->done));
	json_object_set_new(entry, "skipped", json_boolean(part->skipped));
	json_object_set_new(entry, "findings", list);
	return entry;
}

void report_check_json(const CheckReport *report, const char *command, FILE *out)
{
	json_t *document = report_json_new(command), *list = json_array();

	for (guint i = 0; i < report->parts->len; i++)
		json_array_append_new(list, part_json(g_ptr_array_index(report->parts, i)));
	json_object_set_new(document, "commit", report_json_text(report->commit));
	json_object_set_new(document, "parts", list);
	report_json_print(document, out);
}
