#include "history/script.h"

#include <string.h>

#include "base/error.h"
#include "base/text.h"

/* ---- lines ---- */

typedef struct {
	const char *at;
	const char *end;
	unsigned number; /* of the line that was read last */
} Lines;

/* The next line without its end; false at the end of the text. */
static bool next_line(Lines *lines, const char **start, size_t *length)
{
	const char *newline;

	if (lines->at >= lines->end)
		return false;
	*start = lines->at;
	newline = memchr(lines->at, '\n', (size_t)(lines->end - lines->at));
	*length = (size_t)((newline ? newline : lines->end) - lines->at);
	lines->at = newline ? newline + 1 : lines->end;
	if (*length && (*start)[*length - 1] == '\r')
		(*length)--;
	lines->number++;
	return true;
}

/* The text of a comment line behind "--" and spaces, for the caller to free; NULL for any other
 * line. */
static char *comment_of(const char *start, size_t length)
{
	g_autofree char *line = g_strndup(start, length);
	char *text = g_strstrip(line);

	if (!g_str_has_prefix(text, "--"))
		return NULL;
	return g_strdup(g_strchug(text + 2));
}

static bool is_blank(const char *start, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (!g_ascii_isspace(start[i]))
			return false;
	return true;
}

static bool has_byte_order_mark(const char *text, size_t length)
{
	return length >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0;
}

/* ---- sections ---- */

typedef enum {
	MARKER_NONE,
	MARKER_UP,
	MARKER_DOWN,
	MARKER_NO_TRANSACTION,
	MARKER_UNKNOWN, /* it would change what runs, and we do not do it */
} Marker;

static const struct {
	const char *words;
	Marker marker;
	const char *dialect;
} markers[] = {
	{"migrate:up", MARKER_UP, "dbmate"},
	{"migrate:down", MARKER_DOWN, "dbmate"},
	{"+goose Up", MARKER_UP, "goose"},
	{"+goose Down", MARKER_DOWN, "goose"},
	{"+goose NO TRANSACTION", MARKER_NO_TRANSACTION, "goose"},
	{"+goose ENVSUB ON", MARKER_UNKNOWN, "goose"},
	{"+migrate Up", MARKER_UP, "sql-migrate"},
	{"+migrate Down", MARKER_DOWN, "sql-migrate"},
	{"Up Migration", MARKER_UP, "node-pg-migrate"},
	{"Down Migration", MARKER_DOWN, "node-pg-migrate"},
	{"liquibase formatted sql", MARKER_UNKNOWN, "Liquibase"},
};

static Marker marker_of(const char *comment, const char **dialect, bool *no_transaction)
{
	/* node-pg-migrate takes any number of dashes. */
	comment += strspn(comment, "- \t");
	for (guint i = 0; i < G_N_ELEMENTS(markers); i++) {
		const size_t length = strlen(markers[i].words);

		if (g_ascii_strncasecmp(comment, markers[i].words, length) != 0 ||
		    (comment[length] && !g_ascii_isspace(comment[length])))
			continue;
		*dialect = markers[i].dialect;
		*no_transaction = strstr(comment + length, "transaction:false") ||
				  strstr(comment + length, "notransaction");
		return markers[i].marker;
	}
	return MARKER_NONE;
}

typedef struct {
	const char *file;
	ScriptSections *sections;
	const char *dialect;
	unsigned content_line; /* of the first SQL before any marker, or 0 */
} SectionReader;

static bool refuse_marker(const SectionReader *reader, unsigned line, const char *message,
			  GError **error)
{
	error_set(error, ERR_MIGRATION, "%s", message);
	return error_place(error, reader->file, line, 1);
}

static bool refuse_unknown(const SectionReader *reader, const char *dialect, unsigned line,
			   GError **error)
{
	error_set(error, ERR_MIGRATION, "this marker of %s is not followed here", dialect);
	error_place(error, reader->file, line, 1);
	return error_hint(error, "write the SQL as it shall run, without it");
}

static bool check_marker(const SectionReader *reader, Marker marker, const char *dialect,
			 unsigned line, GError **error)
{
	const ScriptSections *sections = reader->sections;

	if (reader->dialect && strcmp(reader->dialect, dialect) != 0)
		return refuse_marker(reader, line, "markers of two tools in one file", error);
	if (marker == MARKER_UNKNOWN)
		return refuse_unknown(reader, dialect, line, error);
	if (marker == MARKER_NO_TRANSACTION)
		return true;
	if (reader->content_line)
		return refuse_marker(reader, reader->content_line,
				     "SQL before the first section marker never runs", error);
	if (marker == MARKER_UP && sections->up.present)
		return refuse_marker(reader, line, "a second up section", error);
	if (marker == MARKER_DOWN && sections->down.present)
		return refuse_marker(reader, line, "a second down section", error);
	if (marker == MARKER_DOWN && !sections->up.present)
		return refuse_marker(reader, line, "the down section stands before the up section",
				     error);
	return true;
}

static void open_section(ScriptText *section, const Lines *lines)
{
	section->text = lines->at;
	section->line = lines->number + 1;
	section->present = true;
}

static bool take_line(SectionReader *reader, Lines *lines, const char *start, size_t length,
		      GError **error)
{
	g_autofree char *comment = comment_of(start, length);
	ScriptSections *sections = reader->sections;
	const char *dialect = NULL;
	bool no_transaction = false;
	const Marker marker = comment ? marker_of(comment, &dialect, &no_transaction) : MARKER_NONE;

	if (marker == MARKER_NONE) {
		if (!comment && !is_blank(start, length) && !sections->up.present &&
		    !reader->content_line)
			reader->content_line = lines->number;
		return true;
	}
	if (!check_marker(reader, marker, dialect, lines->number, error))
		return false;
	reader->dialect = dialect;
	sections->no_transaction |= no_transaction || marker == MARKER_NO_TRANSACTION;
	if (marker == MARKER_UP)
		open_section(&sections->up, lines);
	if (marker == MARKER_DOWN) {
		sections->up.length = (size_t)(start - sections->up.text);
		open_section(&sections->down, lines);
	}
	return true;
}

bool history_script_sections(const char *text, size_t length, const char *file,
			     ScriptSections *sections, GError **error)
{
	const size_t mark = has_byte_order_mark(text, length) ? 3 : 0;
	SectionReader reader = {.file = file, .sections = sections};
	Lines lines = {text + mark, text + length, 0};
	const char *start;
	size_t size;

	*sections = (ScriptSections){0};
	while (next_line(&lines, &start, &size))
		if (!take_line(&reader, &lines, start, size, error))
			return false;
	if (!sections->up.present)
		sections->up = (ScriptText){text + mark, length - mark, 1, true};
	else if (!sections->down.present)
		sections->up.length = (size_t)(text + length - sections->up.text);
	else
		sections->down.length = (size_t)(text + length - sections->down.text);
	return true;
}

/* ---- directives ---- */

typedef struct {
	Directives *directives;
	const char *file;
	unsigned line;
} DirectiveReader;

static bool refuse(const DirectiveReader *reader, GError **error, const char *format, ...)
	G_GNUC_PRINTF(3, 4);
static bool refuse(const DirectiveReader *reader, GError **error, const char *format, ...)
{
	g_autofree char *message = NULL;
	va_list args;

	va_start(args, format);
	message = g_strdup_vprintf(format, args);
	va_end(args);
	error_set(error, ERR_MIGRATION, "%s", message);
	return error_place(error, reader->file, reader->line, 1);
}

static bool take_requires(DirectiveReader *reader, const char *value, GError **error)
{
	GPtrArray *requires = reader->directives->requires;

	for (guint i = 0; i < requires->len; i++)
		if (strcmp(g_ptr_array_index(requires, i), value) == 0)
			return refuse(reader, error, "'requires %s' stands here a second time",
				      value);
	g_ptr_array_add(requires, g_strdup(value));
	return true;
}

static bool take_no_transaction(DirectiveReader *reader, const char *value, GError **error)
{
	(void)value;
	if (reader->directives->no_transaction)
		return refuse(reader, error, "'no-transaction' stands here a second time");
	reader->directives->no_transaction = true;
	return true;
}

static bool take_irreversible(DirectiveReader *reader, const char *value, GError **error)
{
	if (reader->directives->irreversible)
		return refuse(reader, error, "'irreversible' stands here a second time");
	reader->directives->irreversible = g_strdup(value);
	return true;
}

static bool take_duration(DirectiveReader *reader, const char *name, const char *value,
			  gint64 unset, gint64 *place, GError **error)
{
	const gint64 ms = text_parse_duration(value, 0);

	if (*place != unset)
		return refuse(reader, error, "'%s' stands here a second time", name);
	if (ms < 0 && strcmp(value, "0") != 0)
		return refuse(reader, error,
			      "'%s' needs a duration such as 250ms, 30s or 10min, not '%s'", name,
			      value);
	*place = ms < 0 ? 0 : ms;
	return true;
}

static bool take_timeout(DirectiveReader *reader, const char *value, GError **error)
{
	return take_duration(reader, "timeout", value, 0, &reader->directives->timeout_ms, error);
}

static bool take_lock_timeout(DirectiveReader *reader, const char *value, GError **error)
{
	return take_duration(reader, "lock-timeout", value, -1,
			     &reader->directives->lock_timeout_ms, error);
}

static bool take_risk(DirectiveReader *reader, const char *value, GError **error)
{
	static const char *const levels[] = {"low", "medium", "high", "critical", NULL};

	if (reader->directives->risk)
		return refuse(reader, error, "'risk' stands here a second time");
	if (!g_strv_contains(levels, value))
		return refuse(reader, error, "'risk' is low, medium, high or critical, not '%s'",
			      value);
	reader->directives->risk = g_strdup(value);
	return true;
}

static bool take_allow(DirectiveReader *reader, const char *value, GError **error)
{
	if (!strchr(value, ' '))
		return refuse(reader, error, "'allow %s' needs a reason behind the rule", value);
	g_ptr_array_add(reader->directives->allow, g_strdup(value));
	return true;
}

/* "ID BLOB" or "ID BLOB via ID". */
static bool take_replaces(DirectiveReader *reader, const char *value, GError **error)
{
	enum { ID, BLOB, VIA, BASELINE, WORDS };
	GPtrArray *replaces = reader->directives->replaces;
	g_auto(GStrv) word = g_strsplit(value, " ", -1);
	const guint count = g_strv_length(word);
	const size_t blob_digits = 40;
	Replaced *replaced;

	if ((count != VIA && count != WORDS) || !*word[ID] ||
	    !text_is_hex(word[BLOB], blob_digits) ||
	    (count == WORDS && (strcmp(word[VIA], "via") != 0 || !*word[BASELINE])))
		return refuse(reader, error,
			      "'replaces' needs an id and a blob id, and may say 'via ID': '%s'",
			      value);
	for (guint i = 0; i < replaces->len; i++)
		if (strcmp(((Replaced *)g_ptr_array_index(replaces, i))->id, word[ID]) == 0)
			return refuse(reader, error, "'replaces %s' stands here a second time",
				      word[ID]);
	replaced = g_new0(Replaced, 1);
	replaced->id = g_strdup(word[ID]);
	replaced->blob = g_strdup(word[BLOB]);
	replaced->via = count == WORDS ? g_strdup(word[BASELINE]) : NULL;
	g_ptr_array_add(replaces, replaced);
	return true;
}

static bool take_batch_word(DirectiveReader *reader, const char *word, GError **error)
{
	Directives *directives = reader->directives;
	const char *value = strchr(word, '=');

	if (value && g_str_has_prefix(word, "size=")) {
		const guint64 size = g_ascii_strtoull(value + 1, NULL, 10);
		if (size == 0 || size > G_MAXINT || value[1 + strspn(value + 1, "0123456789")])
			return refuse(reader, error,
				      "'batch size' needs a whole number from 1, not '%s'",
				      value + 1);
		directives->batch_size = (guint)size;
		return true;
	}
	if (value && g_str_has_prefix(word, "pause="))
		return take_duration(reader, "batch pause", value + 1, 0,
				     &directives->batch_pause_ms, error);
	return refuse(reader, error, "'batch' knows size=N and pause=DURATION, not '%s'", word);
}

static bool take_batch(DirectiveReader *reader, const char *value, GError **error)
{
	g_auto(GStrv) word = g_strsplit(value, " ", -1);

	if (reader->directives->batch_size)
		return refuse(reader, error, "'batch' stands here a second time");
	for (char **each = word; *each; each++)
		if (**each && !take_batch_word(reader, *each, error))
			return false;
	return reader->directives->batch_size || refuse(reader, error, "'batch' needs size=N");
}

typedef enum { VALUE_NONE, VALUE_NEEDED } DirectiveValue;

static const struct {
	const char *name;
	DirectiveValue value;
	bool (*take)(DirectiveReader *reader, const char *value, GError **error);
} known[] = {
	{"requires", VALUE_NEEDED, take_requires},
	{"no-transaction", VALUE_NONE, take_no_transaction},
	{"irreversible", VALUE_NEEDED, take_irreversible},
	{"batch", VALUE_NEEDED, take_batch},
	{"timeout", VALUE_NEEDED, take_timeout},
	{"lock-timeout", VALUE_NEEDED, take_lock_timeout},
	{"risk", VALUE_NEEDED, take_risk},
	{"allow", VALUE_NEEDED, take_allow},
	{"replaces", VALUE_NEEDED, take_replaces},
};

static bool take_directive(DirectiveReader *reader, char *text, GError **error)
{
	char *space = strpbrk(text, " \t");
	const char *value = space ? g_strstrip(space + 1) : "";

	if (space)
		*space = '\0';
	for (guint i = 0; i < G_N_ELEMENTS(known); i++) {
		if (strcmp(known[i].name, text) != 0)
			continue;
		if (known[i].value == VALUE_NEEDED && !*value)
			return refuse(reader, error, "'%s' needs a value", text);
		if (known[i].value == VALUE_NONE && *value)
			return refuse(reader, error, "'%s' takes no value", text);
		return known[i].take(reader, value, error);
	}
	refuse(reader, error, "unknown directive '%s'", text);
	return error_hint(
		error,
		"known are: requires, no-transaction, irreversible, batch, timeout, lock-timeout, "
		"risk, allow, replaces");
}

Directives *history_script_directives(const ScriptText *up, const char *file, GError **error)
{
	static const char prefix[] = "migrate:";
	g_autoptr(Directives) directives = directives_new();
	DirectiveReader reader = {directives, file, 0};
	Lines lines = {up->text, up->text + up->length, up->line - 1};
	const char *start;
	size_t length;

	while (next_line(&lines, &start, &length)) {
		g_autofree char *comment = comment_of(start, length);
		const bool is_directive = comment && g_str_has_prefix(comment, prefix) &&
					  g_ascii_isspace(comment[strlen(prefix)]);

		if (!comment && !is_blank(start, length))
			break;
		reader.line = lines.number;
		if (is_directive &&
		    !take_directive(&reader, g_strstrip(comment + strlen(prefix)), error))
			return NULL;
	}
	return g_steal_pointer(&directives);
}

char *history_directives_digest(const Directives *directives)
{
	g_autoptr(GString) text = g_string_new(NULL);

	for (guint i = 0; i < directives->requires->len; i++)
		g_string_append_printf(text, "requires %s\n",
				       (char *)g_ptr_array_index(directives->requires, i));
	for (guint i = 0; i < directives->allow->len; i++)
		g_string_append_printf(text, "allow %s\n",
				       (char *)g_ptr_array_index(directives->allow, i));
	for (guint i = 0; i < directives->replaces->len; i++) {
		const Replaced *replaced = g_ptr_array_index(directives->replaces, i);
		g_string_append_printf(text, "replaces %s %s %s\n", replaced->id, replaced->blob,
				       replaced->via ? replaced->via : "");
	}
	g_string_append_printf(
		text,
		"no-transaction %d\nirreversible %s\nbatch %u %" G_GINT64_FORMAT
		"\ntimeout %" G_GINT64_FORMAT "\nlock-timeout %" G_GINT64_FORMAT "\nrisk %s\n",
		directives->no_transaction,
		directives->irreversible ? directives->irreversible : "", directives->batch_size,
		directives->batch_pause_ms, directives->timeout_ms, directives->lock_timeout_ms,
		directives->risk ? directives->risk : "");
	return text_sha256(text->str, text->len);
}
