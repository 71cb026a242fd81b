/* Records as rows of a log, as all they say, and as JSON: of every kind, full, bare and newer. */
#include "report/record.h"

#include "golden.h"

#define HEX40 "0123456789012345678901234567890123456789"

static Record *bare(RecordAction action)
{
	Record *record = record_new(action);

	record->id = g_strdup("0ecad1");
	record->environment = g_strdup("prod");
	record->object = g_strdup(HEX40);
	record->sequence = 1;
	record->tagger = g_strdup("Ann B <ann@x> 1700000000 +0000");
	record->time = g_strdup("2026-11-21T03:00:00.123456Z");
	record->tool = g_strdup("git-migrate/1");
	return record;
}

static void add_item(Record *record, const char *id)
{
	RecordItem *item = record_item_new(id);

	item->path = g_strdup_printf("db/%s.up.sql", id);
	item->blob = g_strdup(HEX40);
	item->content = g_strdup("c0ffee");
	item->transaction = record->items->len == 0;
	item->at = g_strdup("2026-11-21T03:00:01Z");
	item->duration_ms = 340;
	g_ptr_array_add(record->items, item);
}

/* Everything that a record of its action may say. */
static Record *full(RecordAction action)
{
	Record *record = bare(action);

	record->sequence = 12;
	record->is_signed = true;
	record->previous = g_strdup("9e10");
	record->ref = g_strdup("refs/heads/fix/a");
	record->release = g_strdup("4e1ea5e");
	record->policy = g_strdup("c0:b10b");
	record->ledger = g_strdup("1ed9e4");
	record->database = g_strdup("77/5/app");
	record->plan = g_strdup("91a4");
	record->witness = g_strdup("staging sha256:1");
	record->approvals = g_strsplit("a1 a2", " ", -1);
	record->overrides = g_strsplit("soak drift", " ", -1);
	record->reason = g_strdup("urgent");
	add_item(record, "a");
	add_item(record, "b");
	return record;
}

static Record *finish(RecordOutcome outcome)
{
	Record *record = bare(RECORD_FINISH);

	record->sequence = 13;
	record->outcome = outcome;
	record->begin = g_strdup("0ecad1");
	record->snapshot = outcome == OUTCOME_DONE ? g_strdup("74ee") : NULL;
	add_item(record, "a");
	if (outcome != OUTCOME_DONE) {
		record->failed = g_strdup("b");
		record->error = g_strdup("no such \"table\"");
	}
	return record;
}

static Record *newer(void)
{
	Record *record = bare(RECORD_UNKNOWN);

	record->is_newer = true;
	record->format = 9;
	return record;
}

static Record *restore(void)
{
	Record *record = bare(RECORD_RESTORE);

	g_free(record->tagger);
	record->tagger = g_strdup("nobody");
	record->ref = g_strdup("HEAD");
	record->abandoned = g_strdup("dead");
	record->reason = g_strdup("disk");
	return record;
}

#include "record-cases.h"

typedef struct {
	Record *record, *finish;
	RecordView view;
} Sample;

static void sample_make(Sample *sample, guint number)
{
	sample->record = cases[number].make      ? cases[number].make()
			 : cases[number].is_full ? full(cases[number].action)
						 : bare(cases[number].action);
	sample->finish =
		cases[number].outcome < 0 ? NULL : finish((RecordOutcome)cases[number].outcome);
	sample->view = (RecordView){sample->record, sample->finish, cases[number].signer,
				    cases[number].problem};
	g_test_message("%s", cases[number].name);
}

static void sample_clear(Sample *sample)
{
	record_free(sample->record);
	record_free(sample->finish);
}

static void test_line(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++)
		for (guint verbose = 0; verbose < 2; verbose++) {
			Sample sample;
			Golden golden;

			sample_make(&sample, i);
			report_record_line(&sample.view, verbose == 1, golden_open(&golden));
			golden_assert(&golden, verbose ? cases[i].verbose : cases[i].line);
			sample_clear(&sample);
		}
}

static void test_text(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		Sample sample;
		Golden golden;

		sample_make(&sample, i);
		report_record_text(&sample.view, golden_open(&golden));
		golden_assert(&golden, cases[i].text);
		sample_clear(&sample);
	}
}

static void test_json(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		Sample sample;

		sample_make(&sample, i);
		golden_assert_json(report_record_json(&sample.view), cases[i].json);
		sample_clear(&sample);
	}
}

static void test_finish(void)
{
	static const struct {
		RecordOutcome outcome;
		const char *text;
	} outcomes[] = {{OUTCOME_DONE, "record 0ecad1\n"
				       "action       finish\n"
				       "environment  prod\n"
				       "sequence     13\n"
				       "previous     none\n"
				       "commit       0123456789012345678901234567890123456789\n"
				       "by           Ann B <ann@x> 1700000000 +0000\n"
				       "signature    none\n"
				       "time         2026-11-21T03:00:00.123456Z\n"
				       "tool         git-migrate/1\n"
				       "outcome      done\n"
				       "begin        0ecad1\n"
				       "snapshot     74ee\n"
				       "migrations   1\n"
				       "    a  2026-11-21T03:00:01Z  340 ms\n"},
			{OUTCOME_CRASHED, "record 0ecad1\n"
					  "action       finish\n"
					  "environment  prod\n"
					  "sequence     13\n"
					  "previous     none\n"
					  "commit       0123456789012345678901234567890123456789\n"
					  "by           Ann B <ann@x> 1700000000 +0000\n"
					  "signature    none\n"
					  "time         2026-11-21T03:00:00.123456Z\n"
					  "tool         git-migrate/1\n"
					  "outcome      crashed\n"
					  "begin        0ecad1\n"
					  "failed       b\n"
					  "error        no such \"table\"\n"
					  "migrations   1\n"
					  "    a  2026-11-21T03:00:01Z  340 ms\n"}};

	for (guint i = 0; i < G_N_ELEMENTS(outcomes); i++) {
		g_autoptr(Record) record = finish(outcomes[i].outcome);
		const RecordView view = {.record = record};
		Golden golden;

		report_record_text(&view, golden_open(&golden));
		golden_assert(&golden, outcomes[i].text);
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/report/record/a row of the log", test_line);
	g_test_add_func("/report/record/all that it says", test_text);
	g_test_add_func("/report/record/as JSON, with its finish", test_json);
	g_test_add_func("/report/record/a finish shows what was applied, and when", test_finish);
	return g_test_run();
}
