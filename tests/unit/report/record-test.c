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

static const struct {
	const char *name;
	RecordAction action;
	bool is_full;
	Record *(*make)(void);
	int outcome; /* of its finish, or -1: none */
	const char *signer, *problem;
	const char *line, *verbose, *text, *json;
} cases[] = {
	{"begin alone", RECORD_BEGIN, false, NULL, -1, NULL, NULL,
	 "    1  2026-11-21 03:00:00  up unfinished    0123456  0 of 0  Ann B\n",
	 "    1  2026-11-21 03:00:00  up unfinished    0123456  0 of 0  Ann B\n",
	 "record 0ecad1\n"
	 "action       begin\n"
	 "environment  prod\n"
	 "sequence     1\n"
	 "previous     none\n"
	 "commit       0123456789012345678901234567890123456789\n"
	 "by           Ann B <ann@x> 1700000000 +0000\n"
	 "signature    none\n"
	 "time         2026-11-21T03:00:00.123456Z\n"
	 "tool         git-migrate/1\n"
	 "migrations   0\n",
	 "{\n"
	 "  \"sequence\": 1,\n"
	 "  \"id\": \"0ecad1\",\n"
	 "  \"action\": \"begin\",\n"
	 "  \"environment\": \"prod\",\n"
	 "  \"previous\": null,\n"
	 "  \"commit\": \"0123456789012345678901234567890123456789\",\n"
	 "  \"ref\": null,\n"
	 "  \"release\": null,\n"
	 "  \"by\": \"Ann B <ann@x> 1700000000 +0000\",\n"
	 "  \"signer\": null,\n"
	 "  \"problem\": null,\n"
	 "  \"time\": \"2026-11-21T03:00:00.123456Z\",\n"
	 "  \"database\": null,\n"
	 "  \"ledger\": null,\n"
	 "  \"policy\": null,\n"
	 "  \"tool\": \"git-migrate/1\",\n"
	 "  \"plan\": null,\n"
	 "  \"witness\": null,\n"
	 "  \"begin\": null,\n"
	 "  \"snapshot\": null,\n"
	 "  \"outcome\": null,\n"
	 "  \"failed\": null,\n"
	 "  \"error\": null,\n"
	 "  \"reason\": null,\n"
	 "  \"abandoned\": null,\n"
	 "  \"approvals\": [],\n"
	 "  \"overrides\": [],\n"
	 "  \"signed\": false,\n"
	 "  \"migrations\": []\n"
	 "}\n"},
	{"up done", RECORD_BEGIN, true, NULL, OUTCOME_DONE, "ann", NULL,
	 "   12  2026-11-21 03:00:00  up done          0123456 (fix/a)  1 of 2  Ann B\n"
	 "       passed over: soak, drift\n"
	 "       reason: urgent\n",
	 "   12  2026-11-21 03:00:00  up done          0123456 (fix/a)  1 of 2  Ann B\n"
	 "       passed over: soak, drift\n"
	 "       reason: urgent\n"
	 "       a  340 ms\n",
	 "record 0ecad1\n"
	 "action       begin\n"
	 "environment  prod\n"
	 "sequence     12\n"
	 "previous     9e10\n"
	 "commit       0123456789012345678901234567890123456789\n"
	 "ref          refs/heads/fix/a\n"
	 "release      4e1ea5e\n"
	 "by           Ann B <ann@x> 1700000000 +0000\n"
	 "signature    ann\n"
	 "time         2026-11-21T03:00:00.123456Z\n"
	 "database     77/5/app\n"
	 "policy       c0:b10b\n"
	 "tool         git-migrate/1\n"
	 "plan         91a4\n"
	 "witness      staging sha256:1\n"
	 "approval     a1\n"
	 "approval     a2\n"
	 "passed over  soak\n"
	 "passed over  drift\n"
	 "reason       urgent\n"
	 "migrations   2\n"
	 "    a  012345678901  db/a.up.sql\n"
	 "    b  012345678901  db/b.up.sql\n",
	 "{\n"
	 "  \"sequence\": 12,\n"
	 "  \"id\": \"0ecad1\",\n"
	 "  \"action\": \"begin\",\n"
	 "  \"environment\": \"prod\",\n"
	 "  \"previous\": \"9e10\",\n"
	 "  \"commit\": \"0123456789012345678901234567890123456789\",\n"
	 "  \"ref\": \"refs/heads/fix/a\",\n"
	 "  \"release\": \"4e1ea5e\",\n"
	 "  \"by\": \"Ann B <ann@x> 1700000000 +0000\",\n"
	 "  \"signer\": \"ann\",\n"
	 "  \"problem\": null,\n"
	 "  \"time\": \"2026-11-21T03:00:00.123456Z\",\n"
	 "  \"database\": \"77/5/app\",\n"
	 "  \"ledger\": \"1ed9e4\",\n"
	 "  \"policy\": \"c0:b10b\",\n"
	 "  \"tool\": \"git-migrate/1\",\n"
	 "  \"plan\": \"91a4\",\n"
	 "  \"witness\": \"staging sha256:1\",\n"
	 "  \"begin\": null,\n"
	 "  \"snapshot\": null,\n"
	 "  \"outcome\": null,\n"
	 "  \"failed\": null,\n"
	 "  \"error\": null,\n"
	 "  \"reason\": \"urgent\",\n"
	 "  \"abandoned\": null,\n"
	 "  \"approvals\": [\n"
	 "    \"a1\",\n"
	 "    \"a2\"\n"
	 "  ],\n"
	 "  \"overrides\": [\n"
	 "    \"soak\",\n"
	 "    \"drift\"\n"
	 "  ],\n"
	 "  \"signed\": true,\n"
	 "  \"migrations\": [\n"
	 "    {\n"
	 "      \"id\": \"a\",\n"
	 "      \"path\": \"db/a.up.sql\",\n"
	 "      \"blob\": \"0123456789012345678901234567890123456789\",\n"
	 "      \"content\": \"c0ffee\",\n"
	 "      \"transaction\": true\n"
	 "    },\n"
	 "    {\n"
	 "      \"id\": \"b\",\n"
	 "      \"path\": \"db/b.up.sql\",\n"
	 "      \"blob\": \"0123456789012345678901234567890123456789\",\n"
	 "      \"content\": \"c0ffee\",\n"
	 "      \"transaction\": false\n"
	 "    }\n"
	 "  ],\n"
	 "  \"finish\": {\n"
	 "    \"sequence\": 13,\n"
	 "    \"id\": \"0ecad1\",\n"
	 "    \"action\": \"finish\",\n"
	 "    \"environment\": \"prod\",\n"
	 "    \"previous\": null,\n"
	 "    \"commit\": \"0123456789012345678901234567890123456789\",\n"
	 "    \"ref\": null,\n"
	 "    \"release\": null,\n"
	 "    \"by\": \"Ann B <ann@x> 1700000000 +0000\",\n"
	 "    \"signer\": null,\n"
	 "    \"problem\": null,\n"
	 "    \"time\": \"2026-11-21T03:00:00.123456Z\",\n"
	 "    \"database\": null,\n"
	 "    \"ledger\": null,\n"
	 "    \"policy\": null,\n"
	 "    \"tool\": \"git-migrate/1\",\n"
	 "    \"plan\": null,\n"
	 "    \"witness\": null,\n"
	 "    \"begin\": \"0ecad1\",\n"
	 "    \"snapshot\": \"74ee\",\n"
	 "    \"outcome\": \"done\",\n"
	 "    \"failed\": null,\n"
	 "    \"error\": null,\n"
	 "    \"reason\": null,\n"
	 "    \"abandoned\": null,\n"
	 "    \"approvals\": [],\n"
	 "    \"overrides\": [],\n"
	 "    \"signed\": false,\n"
	 "    \"migrations\": [\n"
	 "      {\n"
	 "        \"id\": \"a\",\n"
	 "        \"at\": \"2026-11-21T03:00:01Z\",\n"
	 "        \"duration_ms\": 340\n"
	 "      }\n"
	 "    ]\n"
	 "  }\n"
	 "}\n"},
	{"down failed", RECORD_REVERT, true, NULL, OUTCOME_FAILED, NULL, "bad key",
	 "   12  2026-11-21 03:00:00  down failed      0123456 (fix/a)  1 of 2  Ann B\n"
	 "       passed over: soak, drift\n"
	 "       reason: urgent\n"
	 "       error: no such \"table\"\n",
	 "   12  2026-11-21 03:00:00  down failed      0123456 (fix/a)  1 of 2  Ann B\n"
	 "       passed over: soak, drift\n"
	 "       reason: urgent\n"
	 "       error: no such \"table\"\n"
	 "       a  340 ms\n",
	 "record 0ecad1\n"
	 "action       revert\n"
	 "environment  prod\n"
	 "sequence     12\n"
	 "previous     9e10\n"
	 "commit       0123456789012345678901234567890123456789\n"
	 "ref          refs/heads/fix/a\n"
	 "release      4e1ea5e\n"
	 "by           Ann B <ann@x> 1700000000 +0000\n"
	 "signature    not checked\n"
	 "problem      bad key\n"
	 "time         2026-11-21T03:00:00.123456Z\n"
	 "database     77/5/app\n"
	 "policy       c0:b10b\n"
	 "tool         git-migrate/1\n"
	 "plan         91a4\n"
	 "witness      staging sha256:1\n"
	 "approval     a1\n"
	 "approval     a2\n"
	 "passed over  soak\n"
	 "passed over  drift\n"
	 "reason       urgent\n"
	 "migrations   2\n"
	 "    a  012345678901  db/a.up.sql\n"
	 "    b  012345678901  db/b.up.sql\n",
	 "{\n"
	 "  \"sequence\": 12,\n"
	 "  \"id\": \"0ecad1\",\n"
	 "  \"action\": \"revert\",\n"
	 "  \"environment\": \"prod\",\n"
	 "  \"previous\": \"9e10\",\n"
	 "  \"commit\": \"0123456789012345678901234567890123456789\",\n"
	 "  \"ref\": \"refs/heads/fix/a\",\n"
	 "  \"release\": \"4e1ea5e\",\n"
	 "  \"by\": \"Ann B <ann@x> 1700000000 +0000\",\n"
	 "  \"signer\": null,\n"
	 "  \"problem\": \"bad key\",\n"
	 "  \"time\": \"2026-11-21T03:00:00.123456Z\",\n"
	 "  \"database\": \"77/5/app\",\n"
	 "  \"ledger\": \"1ed9e4\",\n"
	 "  \"policy\": \"c0:b10b\",\n"
	 "  \"tool\": \"git-migrate/1\",\n"
	 "  \"plan\": \"91a4\",\n"
	 "  \"witness\": \"staging sha256:1\",\n"
	 "  \"begin\": null,\n"
	 "  \"snapshot\": null,\n"
	 "  \"outcome\": null,\n"
	 "  \"failed\": null,\n"
	 "  \"error\": null,\n"
	 "  \"reason\": \"urgent\",\n"
	 "  \"abandoned\": null,\n"
	 "  \"approvals\": [\n"
	 "    \"a1\",\n"
	 "    \"a2\"\n"
	 "  ],\n"
	 "  \"overrides\": [\n"
	 "    \"soak\",\n"
	 "    \"drift\"\n"
	 "  ],\n"
	 "  \"signed\": true,\n"
	 "  \"migrations\": [\n"
	 "    {\n"
	 "      \"id\": \"a\",\n"
	 "      \"path\": \"db/a.up.sql\",\n"
	 "      \"blob\": \"0123456789012345678901234567890123456789\",\n"
	 "      \"content\": \"c0ffee\",\n"
	 "      \"transaction\": true\n"
	 "    },\n"
	 "    {\n"
	 "      \"id\": \"b\",\n"
	 "      \"path\": \"db/b.up.sql\",\n"
	 "      \"blob\": \"0123456789012345678901234567890123456789\",\n"
	 "      \"content\": \"c0ffee\",\n"
	 "      \"transaction\": false\n"
	 "    }\n"
	 "  ],\n"
	 "  \"finish\": {\n"
	 "    \"sequence\": 13,\n"
	 "    \"id\": \"0ecad1\",\n"
	 "    \"action\": \"finish\",\n"
	 "    \"environment\": \"prod\",\n"
	 "    \"previous\": null,\n"
	 "    \"commit\": \"0123456789012345678901234567890123456789\",\n"
	 "    \"ref\": null,\n"
	 "    \"release\": null,\n"
	 "    \"by\": \"Ann B <ann@x> 1700000000 +0000\",\n"
	 "    \"signer\": null,\n"
	 "    \"problem\": null,\n"
	 "    \"time\": \"2026-11-21T03:00:00.123456Z\",\n"
	 "    \"database\": null,\n"
	 "    \"ledger\": null,\n"
	 "    \"policy\": null,\n"
	 "    \"tool\": \"git-migrate/1\",\n"
	 "    \"plan\": null,\n"
	 "    \"witness\": null,\n"
	 "    \"begin\": \"0ecad1\",\n"
	 "    \"snapshot\": null,\n"
	 "    \"outcome\": \"failed\",\n"
	 "    \"failed\": \"b\",\n"
	 "    \"error\": \"no such \\\"table\\\"\",\n"
	 "    \"reason\": null,\n"
	 "    \"abandoned\": null,\n"
	 "    \"approvals\": [],\n"
	 "    \"overrides\": [],\n"
	 "    \"signed\": false,\n"
	 "    \"migrations\": [\n"
	 "      {\n"
	 "        \"id\": \"a\",\n"
	 "        \"at\": \"2026-11-21T03:00:01Z\",\n"
	 "        \"duration_ms\": 340\n"
	 "      }\n"
	 "    ]\n"
	 "  }\n"
	 "}\n"},
	{"accept", RECORD_ACCEPT, true, NULL, -1, NULL, NULL,
	 "   12  2026-11-21 03:00:00  accept           0123456 (fix/a)  Ann B\n"
	 "       passed over: soak, drift\n"
	 "       reason: urgent\n",
	 "   12  2026-11-21 03:00:00  accept           0123456 (fix/a)  Ann B\n"
	 "       passed over: soak, drift\n"
	 "       reason: urgent\n",
	 "record 0ecad1\n"
	 "action       accept\n"
	 "environment  prod\n"
	 "sequence     12\n"
	 "previous     9e10\n"
	 "commit       0123456789012345678901234567890123456789\n"
	 "ref          refs/heads/fix/a\n"
	 "release      4e1ea5e\n"
	 "by           Ann B <ann@x> 1700000000 +0000\n"
	 "signature    not checked\n"
	 "time         2026-11-21T03:00:00.123456Z\n"
	 "database     77/5/app\n"
	 "policy       c0:b10b\n"
	 "tool         git-migrate/1\n"
	 "plan         91a4\n"
	 "witness      staging sha256:1\n"
	 "approval     a1\n"
	 "approval     a2\n"
	 "passed over  soak\n"
	 "passed over  drift\n"
	 "reason       urgent\n"
	 "migrations   2\n"
	 "    a  012345678901  db/a.up.sql\n"
	 "    b  012345678901  db/b.up.sql\n",
	 "{\n"
	 "  \"sequence\": 12,\n"
	 "  \"id\": \"0ecad1\",\n"
	 "  \"action\": \"accept\",\n"
	 "  \"environment\": \"prod\",\n"
	 "  \"previous\": \"9e10\",\n"
	 "  \"commit\": \"0123456789012345678901234567890123456789\",\n"
	 "  \"ref\": \"refs/heads/fix/a\",\n"
	 "  \"release\": \"4e1ea5e\",\n"
	 "  \"by\": \"Ann B <ann@x> 1700000000 +0000\",\n"
	 "  \"signer\": null,\n"
	 "  \"problem\": null,\n"
	 "  \"time\": \"2026-11-21T03:00:00.123456Z\",\n"
	 "  \"database\": \"77/5/app\",\n"
	 "  \"ledger\": \"1ed9e4\",\n"
	 "  \"policy\": \"c0:b10b\",\n"
	 "  \"tool\": \"git-migrate/1\",\n"
	 "  \"plan\": \"91a4\",\n"
	 "  \"witness\": \"staging sha256:1\",\n"
	 "  \"begin\": null,\n"
	 "  \"snapshot\": null,\n"
	 "  \"outcome\": null,\n"
	 "  \"failed\": null,\n"
	 "  \"error\": null,\n"
	 "  \"reason\": \"urgent\",\n"
	 "  \"abandoned\": null,\n"
	 "  \"approvals\": [\n"
	 "    \"a1\",\n"
	 "    \"a2\"\n"
	 "  ],\n"
	 "  \"overrides\": [\n"
	 "    \"soak\",\n"
	 "    \"drift\"\n"
	 "  ],\n"
	 "  \"signed\": true,\n"
	 "  \"migrations\": [\n"
	 "    {\n"
	 "      \"id\": \"a\",\n"
	 "      \"path\": \"db/a.up.sql\",\n"
	 "      \"blob\": \"0123456789012345678901234567890123456789\",\n"
	 "      \"content\": \"c0ffee\",\n"
	 "      \"transaction\": true\n"
	 "    },\n"
	 "    {\n"
	 "      \"id\": \"b\",\n"
	 "      \"path\": \"db/b.up.sql\",\n"
	 "      \"blob\": \"0123456789012345678901234567890123456789\",\n"
	 "      \"content\": \"c0ffee\",\n"
	 "      \"transaction\": false\n"
	 "    }\n"
	 "  ]\n"
	 "}\n"},
	{"restore", RECORD_RESTORE, false, restore, -1, NULL, NULL,
	 "    1  2026-11-21 03:00:00  restore          0123456 (HEAD)  nobody\n"
	 "       reason: disk\n",
	 "    1  2026-11-21 03:00:00  restore          0123456 (HEAD)  nobody\n"
	 "       reason: disk\n",
	 "record 0ecad1\n"
	 "action       restore\n"
	 "environment  prod\n"
	 "sequence     1\n"
	 "previous     none\n"
	 "commit       0123456789012345678901234567890123456789\n"
	 "ref          HEAD\n"
	 "by           nobody\n"
	 "signature    none\n"
	 "time         2026-11-21T03:00:00.123456Z\n"
	 "tool         git-migrate/1\n"
	 "reason       disk\n"
	 "abandoned    dead\n"
	 "migrations   0\n",
	 "{\n"
	 "  \"sequence\": 1,\n"
	 "  \"id\": \"0ecad1\",\n"
	 "  \"action\": \"restore\",\n"
	 "  \"environment\": \"prod\",\n"
	 "  \"previous\": null,\n"
	 "  \"commit\": \"0123456789012345678901234567890123456789\",\n"
	 "  \"ref\": \"HEAD\",\n"
	 "  \"release\": null,\n"
	 "  \"by\": \"nobody\",\n"
	 "  \"signer\": null,\n"
	 "  \"problem\": null,\n"
	 "  \"time\": \"2026-11-21T03:00:00.123456Z\",\n"
	 "  \"database\": null,\n"
	 "  \"ledger\": null,\n"
	 "  \"policy\": null,\n"
	 "  \"tool\": \"git-migrate/1\",\n"
	 "  \"plan\": null,\n"
	 "  \"witness\": null,\n"
	 "  \"begin\": null,\n"
	 "  \"snapshot\": null,\n"
	 "  \"outcome\": null,\n"
	 "  \"failed\": null,\n"
	 "  \"error\": null,\n"
	 "  \"reason\": \"disk\",\n"
	 "  \"abandoned\": \"dead\",\n"
	 "  \"approvals\": [],\n"
	 "  \"overrides\": [],\n"
	 "  \"signed\": false,\n"
	 "  \"migrations\": []\n"
	 "}\n"},
	{"newer", RECORD_UNKNOWN, false, newer, -1, NULL, NULL,
	 "    1  2026-11-21 03:00:00  unknown (written by a newer version)  0123456  Ann B\n",
	 "    1  2026-11-21 03:00:00  unknown (written by a newer version)  0123456  Ann B\n",
	 "record 0ecad1\n"
	 "action       unknown\n"
	 "environment  prod\n"
	 "sequence     1\n"
	 "previous     none\n"
	 "commit       0123456789012345678901234567890123456789\n"
	 "by           Ann B <ann@x> 1700000000 +0000\n"
	 "signature    none\n"
	 "time         2026-11-21T03:00:00.123456Z\n"
	 "tool         git-migrate/1\n"
	 "migrations   0\n",
	 "{\n"
	 "  \"sequence\": 1,\n"
	 "  \"id\": \"0ecad1\",\n"
	 "  \"action\": \"unknown\",\n"
	 "  \"environment\": \"prod\",\n"
	 "  \"previous\": null,\n"
	 "  \"commit\": \"0123456789012345678901234567890123456789\",\n"
	 "  \"ref\": null,\n"
	 "  \"release\": null,\n"
	 "  \"by\": \"Ann B <ann@x> 1700000000 +0000\",\n"
	 "  \"signer\": null,\n"
	 "  \"problem\": null,\n"
	 "  \"time\": \"2026-11-21T03:00:00.123456Z\",\n"
	 "  \"database\": null,\n"
	 "  \"ledger\": null,\n"
	 "  \"policy\": null,\n"
	 "  \"tool\": \"git-migrate/1\",\n"
	 "  \"plan\": null,\n"
	 "  \"witness\": null,\n"
	 "  \"begin\": null,\n"
	 "  \"snapshot\": null,\n"
	 "  \"outcome\": null,\n"
	 "  \"failed\": null,\n"
	 "  \"error\": null,\n"
	 "  \"reason\": null,\n"
	 "  \"abandoned\": null,\n"
	 "  \"approvals\": [],\n"
	 "  \"overrides\": [],\n"
	 "  \"signed\": false,\n"
	 "  \"migrations\": []\n"
	 "}\n"},
};

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
