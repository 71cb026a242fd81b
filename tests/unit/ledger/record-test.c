/* Records: what is formatted is read back; any changed, missing or added byte is refused, with its
 * own words. */
#include "ledger/record.h"

#include <string.h>

#include "base/error.h"

#define HEX40 "0123456789012345678901234567890123456789"
#define HEX64 "0123456789012345678901234567890123456789012345678901234567890123"

static Record *sample(RecordAction action)
{
	Record *record = record_new(action);
	RecordItem *item = record_item_new("2024/add users");

	record->environment = g_strdup("staging");
	record->ledger = g_strdup("e0a0d7c0-850b-4f17-99ca-0ca2a25afcfb");
	record->database = g_strdup("77/5/app");
	record->sequence = 7;
	record->previous = g_strdup(HEX64);
	record->ref = g_strdup("refs/heads/main");
	record->time = g_strdup("2026-11-21T03:00:00.000000Z");
	record->tool = g_strdup("git-migrate/test");
	record->begin = g_strdup(HEX64);
	record->outcome = OUTCOME_FAILED;
	record->failed = g_strdup("b");
	record->error = g_strdup("line one\nline \"two\"");
	record->reason = g_strdup("because");
	item->path = g_strdup("db/migrations/2024/add users.up.sql");
	item->blob = g_strdup(HEX40);
	item->content = g_strdup(HEX64);
	item->transaction = true;
	item->at = g_strdup("2026-11-21T03:00:01.000000Z");
	item->duration_ms = 12;
	g_ptr_array_add(record->items, item);
	return record;
}

static char *text_of(const Record *record)
{
	g_autofree char *message = ledger_record_message(record);

	return g_strdup_printf("object " HEX40 "\ntype commit\ntag migrate/staging/00000007\n"
			       "tagger A B <a@b> 1700000000 +0000\n\n%s",
			       message);
}

static Record *parse(const char *text, GError **error)
{
	g_autoptr(GBytes) raw = g_bytes_new(text, strlen(text));

	return ledger_record_parse(raw, error);
}

static void test_round_trip(void)
{
	for (RecordAction action = RECORD_BEGIN; action <= RECORD_CHECKPOINT; action++) {
		g_autoptr(Record) before = sample(action);
		g_autofree char *text = text_of(before);
		g_autoptr(GError) error = NULL;
		g_autoptr(Record) after = parse(text, &error);
		g_autofree char *again = NULL;

		g_assert_no_error(error);
		again = text_of(after);
		g_assert_cmpstr(again, ==, text);
		g_assert_cmpint(after->sequence, ==, 7);
		g_assert_cmpuint(after->items->len, ==, 1);
		g_assert_false(after->is_signed);
	}
}

/* Each line of a record is needed, in its place. */
static void test_every_line_counts(void)
{
	g_autoptr(Record) record = sample(RECORD_FINISH);
	g_autofree char *text = text_of(record);
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	const guint count = g_strv_length(lines) - 1;

	for (guint skipped = 0; skipped < count; skipped++) {
		g_autoptr(GString) less = g_string_new(NULL);
		g_autoptr(GString) twice = g_string_new(NULL);
		g_autoptr(GError) error = NULL;

		for (guint i = 0; i < count; i++) {
			if (i != skipped)
				g_string_append_printf(less, "%s\n", lines[i]);
			g_string_append_printf(twice, "%s\n", lines[i]);
			if (i == skipped)
				g_string_append_printf(twice, "%s\n", lines[i]);
		}
		g_assert_null(parse(less->str, &error));
		g_assert_error(error, BASE_ERROR, ERR_LEDGER);
		g_assert_null(parse(twice->str, NULL));
	}
}

static const struct {
	const char *from, *to, *why;
} forgeries[] = {
	{"\ntype commit", "\ntype tree", "expected 'type commit'"},
	{"staging/00000007", "staging/00000008",
	 "the tag's name is not that of its environment and sequence"},
	{"environment staging", "environment production",
	 "the tag's name is not that of its environment"},
	{"sequence 7", "sequence 07", "wrong value of 'sequence'"},
	{"sequence 7", "sequence -7", "wrong value of 'sequence'"},
	{"sequence 7", "sequence 0", "wrong value of 'sequence'"},
	{"previous sha256:0", "previous sha256:x", "wrong value of 'previous'"},
	{"previous sha256:", "previous sha512:", "wrong value of 'previous'"},
	{"action finish", "action finnish", "wrong value of 'action'"},
	{"action finish", "action begin", "expected 'plan'"},
	{"outcome failed", "outcome great", "wrong value of 'outcome'"},
	{"error \"", "error ", "wrong value of 'error'"},
	{"items 1", "items 2", "ends too early"},
	{"items 1", "items 0", "text behind it that no signature covers"},
	{"items 1", "items many", "wrong count of items"},
	{"item 2026", "item  2026", "wrong item"},
	{" 12 2024", " x 2024", "wrong item"},
	{"git-migrate record 1", "git-migrate record 0", "wrong number of its format"},
	{"git-migrate record 1", "git-migrate report 1", "expected 'git-migrate record'"},
	{"object 0", "object g", "wrong object id"},
	{"tool git", "tool\rgit", "not plain UTF-8 text"},
	{"tool git", "tool \xff", "not plain UTF-8 text"},
};

static void test_forgeries(void)
{
	g_autoptr(Record) record = sample(RECORD_FINISH);
	g_autofree char *text = text_of(record);

	for (guint i = 0; i < G_N_ELEMENTS(forgeries); i++) {
		g_auto(GStrv) parts = g_strsplit(text, forgeries[i].from, 2);
		g_autofree char *forged = g_strjoinv(forgeries[i].to, parts);
		g_autoptr(GError) error = NULL;

		g_assert_cmpuint(g_strv_length(parts), ==, 2);
		g_assert_null(parse(forged, &error));
		g_assert_nonnull(strstr(error->message, forgeries[i].why));
	}
}

#define ARMOR "-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----\n"

static void test_signature_block(void)
{
	g_autoptr(Record) record = sample(RECORD_BEGIN);
	g_autofree char *text = text_of(record);
	static const struct {
		const char *tail, *why;
	} tails[] = {
		{ARMOR "x\n", "text behind the signature"},
		{ARMOR ARMOR, "text behind the signature"},
		{"-----BEGIN SSH SIGNATURE-----\nAAAA\n", "the signature is cut short"},
		{"-----BEGIN PGP SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----\n",
		 "the signature is cut short"},
		{"-----BEGIN ELSE-----\nAAAA\n-----END ELSE-----\n", "no signature covers"},
		{"\n" ARMOR, "no signature covers"},
	};
	g_autofree char *good = g_strconcat(text, ARMOR, NULL);
	g_autoptr(Record) parsed = parse(good, NULL);

	g_assert_nonnull(parsed);
	g_assert_true(parsed->is_signed);
	for (guint i = 0; i < G_N_ELEMENTS(tails); i++) {
		g_autofree char *bad = g_strconcat(text, tails[i].tail, NULL);
		g_autoptr(GError) error = NULL;

		g_assert_null(parse(bad, &error));
		g_assert_nonnull(strstr(error->message, tails[i].why));
	}
}

static void test_split(void)
{
	g_autoptr(Record) one = sample(RECORD_BEGIN);
	g_autofree char *text = text_of(one);
	g_autofree char *note = g_strconcat(text, text, "\n", text, NULL);
	g_autofree char *foreign_note = g_strconcat("somebody's words\n", text, NULL);
	g_autoptr(GBytes) bytes = g_bytes_new(note, strlen(note));
	g_autoptr(GBytes) foreign_bytes = g_bytes_new(foreign_note, strlen(foreign_note));
	guint foreign = 9;
	g_autoptr(GPtrArray) pieces = ledger_record_split(bytes, &foreign);

	g_assert_cmpuint(pieces->len, ==, 3);
	g_assert_cmpuint(foreign, ==, 0);
	for (guint i = 0; i < pieces->len; i++) {
		g_autoptr(Record) parsed = ledger_record_parse(g_ptr_array_index(pieces, i), NULL);
		g_assert_nonnull(parsed);
	}
	g_ptr_array_unref(g_steal_pointer(&pieces));
	pieces = ledger_record_split(foreign_bytes, &foreign);
	g_assert_cmpuint(pieces->len, ==, 1);
	g_assert_cmpuint(foreign, ==, 1);
}

/* What a newer version wrote is read as far as every record says it; damage stays damage. */
static void test_newer(void)
{
	g_autoptr(Record) record = sample(RECORD_FINISH);
	g_autofree char *text = text_of(record);
	g_auto(GStrv) part = g_strsplit(text, "git-migrate record 1\n", 2);
	g_autofree char *newer =
		g_strconcat(part[0], "git-migrate record 12\nmoon \"full\"\n", part[1], NULL);
	g_autoptr(GError) error = NULL;
	g_autoptr(Record) read = parse(newer, &error);
	g_autofree char *headless = g_strconcat(part[0], "git-migrate record 12\nmoon 1\n", NULL);

	g_assert_no_error(error);
	g_assert_true(read->is_newer);
	g_assert_cmpint(read->format, ==, 12);
	g_assert_cmpint(read->sequence, ==, 7);
	g_assert_cmpstr(read->environment, ==, record->environment);
	g_assert_cmpuint(read->items->len, ==, 0);
	g_assert_null(parse(headless, &error));
	g_assert_nonnull(strstr(error->message, "it lacks what every record says"));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/ledger/record/every action is read back as written", test_round_trip);
	g_test_add_func("/ledger/record/a line left out or doubled is refused",
			test_every_line_counts);
	g_test_add_func("/ledger/record/each forgery has its own words", test_forgeries);
	g_test_add_func("/ledger/record/exactly one signature up to the end", test_signature_block);
	g_test_add_func("/ledger/record/a note is cut into its records", test_split);
	g_test_add_func("/ledger/record/a newer format is read as far as it is known", test_newer);
	return g_test_run();
}
