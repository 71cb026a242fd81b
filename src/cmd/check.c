#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/term.h"
#include "base/text.h"
#include "check/check.h"
#include "cmd/all.h"
#include "report/json.h"

static const char *const formats[] = {"text", "json", "tap", "github", NULL};

static const CommandOption options[] = {
	{0, "at", OPTION_TEXT, "COMMIT", "the commit, branch or tag (default: HEAD)", NULL},
	{0, "reversible", OPTION_FLAG, NULL, "every down script must bring the schema back", NULL},
	{0, "format", OPTION_CHOICE, "FORMAT", "how to print: text, json, tap or github", formats},
	OPTION_END,
};

static void print_indented(const char *text, const char *indent)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	for (char **line = lines; *line; line++)
		if (**line)
			printf("%s%s\n", indent, *line);
}

static void print_text(const CheckReport *report)
{
	g_autofree char *count = text_count(check_report_count(report), "finding");

	for (guint i = 0; i < report->parts->len; i++) {
		const CheckPart *part = g_ptr_array_index(report->parts, i);
		const TermStyle style = part->skipped         ? TERM_DIM
					: part->findings->len ? TERM_BAD
							      : TERM_GOOD;

		printf("%s%-7s%s %-10s %s\n", term_begin(stdout, style),
		       part->skipped         ? "skipped"
		       : part->findings->len ? "failed"
					     : "ok",
		       term_end(stdout, style), part->name, part->done ? part->done : "");
		for (guint j = 0; j < part->findings->len; j++) {
			const Finding *finding = g_ptr_array_index(part->findings, j);

			if (finding->path)
				printf("  %s\n", finding->path);
			print_indented(finding->text, "    ");
			if (finding->remedy)
				printf("      %s\n", finding->remedy);
		}
	}
	printf("%.7s: %s\n", report->commit, count);
}

static void print_tap(const CheckReport *report)
{
	for (guint i = 0; i < report->parts->len; i++) {
		const CheckPart *part = g_ptr_array_index(report->parts, i);

		printf("%s %u - %s: %s%s\n", part->findings->len ? "not ok" : "ok", i + 1,
		       part->name, part->done ? part->done : "", part->skipped ? " # SKIP" : "");
		for (guint j = 0; j < part->findings->len; j++) {
			const Finding *finding = g_ptr_array_index(part->findings, j);

			printf("# %s\n", finding->path ? finding->path : part->name);
			print_indented(finding->text, "#   ");
		}
	}
	printf("1..%u\n", report->parts->len);
}

/* Workflow commands: percent signs and line breaks are escaped in them. */
static void print_github(const CheckReport *report)
{
	for (guint i = 0; i < report->parts->len; i++) {
		const CheckPart *part = g_ptr_array_index(report->parts, i);

		for (guint j = 0; j < part->findings->len; j++) {
			const Finding *finding = g_ptr_array_index(part->findings, j);
			g_autoptr(GString) text = g_string_new(finding->text);
			unsigned line = 1;

			sscanf(finding->text, "line %u:", &line);
			g_string_replace(text, "%", "%25", 0);
			g_string_replace(text, "\n", "%0A", 0);
			if (finding->path)
				printf("::error file=%s,line=%u,title=git migrate check::%s\n",
				       finding->path, line, text->str);
			else
				printf("::error title=git migrate check::%s\n", text->str);
		}
	}
}

static json_t *part_json(const CheckPart *part)
{
	json_t *entry = json_object(), *list = json_array();

	for (guint i = 0; i < part->findings->len; i++) {
		const Finding *finding = g_ptr_array_index(part->findings, i);
		json_t *one = json_object();

		json_object_set_new(one, "path", report_json_text(finding->path));
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

static void print_json(const CheckReport *report)
{
	json_t *document = report_json_new("check"), *list = json_array();

	for (guint i = 0; i < report->parts->len; i++)
		json_array_append_new(list, part_json(g_ptr_array_index(report->parts, i)));
	json_object_set_new(document, "commit", report_json_text(report->commit));
	json_object_set_new(document, "parts", list);
	report_json_print(document, stdout);
}

static bool run(CommandContext *context, int *status, GError **error)
{
	static const struct {
		const char *name;
		void (*print)(const CheckReport *report);
	} printers[] = {{"json", print_json}, {"tap", print_tap}, {"github", print_github}};
	const CheckOptions wanted = {.at = command_text(context, "at"),
				     .reversible = command_flag(context, "reversible")};
	const char *format = command_text(context, "format");
	g_autoptr(CheckReport) report = check_run(context->repo, &wanted, error);
	void (*print)(const CheckReport *) = print_text;

	if (!report)
		return false;
	for (guint i = 0; i < G_N_ELEMENTS(printers); i++)
		if (g_strcmp0(format, printers[i].name) == 0)
			print = printers[i].print;
	print(report);
	*status = check_report_count(report) > 0;
	return true;
}

const Command command_check = {
	.name = "check",
	.summary = "check a commit for CI: ledgers, migrations from nothing, schema files",
	.arguments = "",
	.options = options,
	.needs = NEEDS_REPOSITORY,
	.run = run,
};
