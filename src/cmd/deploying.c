#include "cmd/deploying.h"

#include <string.h>

#include "base/error.h"
#include "base/term.h"
#include "base/text.h"
#include "report/json.h"

static bool has_option(const Command *command, const char *name)
{
	for (const CommandOption *option = command->options; option && option->name; option++)
		if (strcmp(option->name, name) == 0)
			return true;
	return false;
}

StandingOptions command_standing_options(const CommandContext *context)
{
	StandingOptions options = {.command = context->command->name, .wait_ms = -1};

	if (has_option(context->command, "env"))
		options.environment = command_text(context, "env");
	if (has_option(context->command, "at"))
		options.at = command_text(context, "at");
	if (has_option(context->command, "no-fetch"))
		options.no_fetch = command_flag(context, "no-fetch");
	if (has_option(context->command, "wait") && command_text(context, "wait"))
		options.wait_ms = command_number(context, "wait", 0) * 1000;
	return options;
}

Standing *command_open(CommandContext *context, unsigned needs, GError **error)
{
	const StandingOptions options = command_standing_options(context);
	const Observer observer = command_observer(context);

	return standing_open(context->repo, &options, &observer, needs, error);
}

bool command_overrides(const CommandContext *context, AdmitOptions *options, char ***list,
		       GError **error)
{
	const char *names = command_text(context, "override");
	const char *reason = command_text(context, "reason");

	if (!names && reason)
		return error_set(error, ERR_USAGE, "'--reason' belongs to '--override'");
	if (!names)
		return true;
	if (!reason || !*reason)
		return error_set(
			error, ERR_USAGE,
			"'--override' needs '--reason TEXT': it is written into the record");
	*list = g_strsplit(names, ",", -1);
	options->overrides = *list;
	options->reason = reason;
	return true;
}

bool command_accepts_drift(const CommandContext *context, GError **error)
{
	const char *reason = command_text(context, "accept-drift");

	if (!reason || *reason)
		return true;
	return error_set(error, ERR_USAGE,
			 "'--accept-drift' needs a reason: it is written into the record");
}

/* With JSON, standard output is the document's; everything that happens goes to standard error. */
static FILE *stream_of(const CommandContext *context)
{
	return command_wants_json(context) ? stderr : stdout;
}

static void print_marked(const char *label, TermStyle style, const char *text)
{
	fflush(stdout);
	fprintf(stderr, "%s%s:%s %s\n", term_begin(stderr, style), label, term_end(stderr, style),
		text);
}

static void print_finished(const CommandContext *context, const Event *event)
{
	FILE *out = stream_of(context);
	g_autofree char *duration = text_duration(event->duration_ms);

	if (context->verbosity < 0)
		return;
	fprintf(out, "  %sok%s  %s  %s%s%s\n", term_begin(out, TERM_GOOD), term_end(out, TERM_GOOD),
		event->id, term_begin(out, TERM_DIM), duration, term_end(out, TERM_DIM));
}

static void print_notice(const CommandContext *context, const Event *event)
{
	const bool warning =
		strcmp(event->severity, "NOTICE") != 0 && strcmp(event->severity, "INFO") != 0;
	g_autofree char *lower = g_ascii_strdown(event->severity, -1);

	if (context->verbosity < 0 && !warning)
		return;
	fflush(stdout);
	fprintf(stderr, "  %s%s%s: %s: %s\n", term_begin(stderr, warning ? TERM_WARN : TERM_DIM),
		lower, term_end(stderr, warning ? TERM_WARN : TERM_DIM), event->id, event->text);
}

static void on_event(const Event *event, void *data)
{
	const CommandContext *context = data;

	if (event->kind == EVENT_STARTED) {
		term_progress("%u of %u  %s", event->number, event->total, event->id);
		return;
	}
	if (event->kind == EVENT_STATEMENT) {
		term_progress("%s: statement %u of %u", event->id, event->number, event->total);
		return;
	}
	term_progress_clear();
	switch (event->kind) {
	case EVENT_WAITING:
		print_marked("waiting", TERM_WARN, event->text);
		break;
	case EVENT_WARNING:
		print_marked("warning", TERM_WARN, event->text);
		break;
	case EVENT_NOTE:
		if (context->verbosity >= 0)
			print_marked("note", TERM_PLAIN, event->text);
		break;
	case EVENT_NOTICE:
		print_notice(context, event);
		break;
	case EVENT_FINISHED:
		print_finished(context, event);
		break;
	case EVENT_STARTED:
	case EVENT_STATEMENT:
		break;
	}
}

Observer command_observer(CommandContext *context)
{
	return (Observer){on_event, context};
}

json_t *command_json_new(const CommandContext *context, const Standing *standing)
{
	json_t *document = report_json_new(context->command->name);

	json_object_set_new(document, "environment", report_json_text(standing_name(standing)));
	json_object_set_new(document, "commit", report_json_text(standing->target.commit->oid));
	return document;
}

static void print_json(const CommandContext *context, const Standing *standing,
		       const DeployResult *result)
{
	json_t *document = command_json_new(context, standing);

	json_object_set_new(document, "ref", report_json_text(standing->target.ref));
	json_object_set_new(document, "planned", json_integer(result->planned));
	json_object_set_new(document, "done", json_integer(result->done));
	json_object_set_new(document, "failed", report_json_text(result->failed));
	json_object_set_new(document, "duration_ms", json_integer(result->duration_ms));
	json_object_set_new(document, "record",
			    result->sequence ? json_integer(result->sequence) : json_null());
	report_json_print(document, stdout);
}

void command_print_result(const CommandContext *context, const Standing *standing,
			  const DeployResult *result, const char *verb)
{
	g_autofree char *line = deploy_result_describe(standing, result, verb);

	term_progress_clear();
	if (command_wants_json(context)) {
		print_json(context, standing, result);
		return;
	}
	if (context->verbosity < 0)
		return;
	puts(line);
}
