/* Plain values: records, plans, trees, sets of migrations and of what is applied, settings; and who
 * hears events. */
#include <string.h>

#include "model/applied.h"
#include "model/event.h"
#include "model/migration.h"
#include "model/plan.h"
#include "model/record.h"
#include "model/settings.h"
#include "model/trees.h"

/* ---- records ---- */

static void test_record_words(void)
{
	static const char *const actions[] = {"begin",  "revert",     "finish",
					      "accept", "restore",    "baseline",
					      "adopt",  "checkpoint", "unknown"};
	static const char *const outcomes[] = {"done", "failed", "interrupted", "crashed"};

	for (RecordAction action = RECORD_BEGIN; action <= RECORD_UNKNOWN; action++)
		g_assert_cmpstr(record_action_name(action), ==, actions[action]);
	for (RecordOutcome outcome = OUTCOME_DONE; outcome <= OUTCOME_CRASHED; outcome++)
		g_assert_cmpstr(record_outcome_name(outcome), ==, outcomes[outcome]);
}

static void test_record(void)
{
	g_autoptr(Record) record = record_new(RECORD_RESTORE);
	char id[] = "2024/a";
	RecordItem *item = record_item_new(id);

	id[0] = 'x';
	g_assert_cmpint(record->action, ==, RECORD_RESTORE);
	g_assert_cmpuint(record->items->len, ==, 0);
	g_assert_cmpint(record->sequence, ==, 0);
	g_assert_null(record->approvals);
	g_assert_false(record->is_newer);
	g_ptr_array_add(record->items, item);
	g_assert_cmpstr(item->id, ==, "2024/a");
	g_assert_null(item->path);
	g_assert_false(item->transaction);
	record_free(NULL);
	record_item_free(NULL);
}

/* Everything that a record can hold goes with it (under the sanitizers). */
static void test_record_full(void)
{
	g_autoptr(Record) record = record_new(RECORD_FINISH);
	char **const texts[] = {
		&record->object,  &record->tag,      &record->tagger,    &record->environment,
		&record->ledger,  &record->database, &record->previous,  &record->ref,
		&record->release, &record->policy,   &record->time,      &record->tool,
		&record->begin,   &record->error,    &record->failed,    &record->snapshot,
		&record->backup,  &record->reason,   &record->abandoned, &record->id,
		&record->plan,    &record->witness};

	for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_assert_null(*texts[i]);
		*texts[i] = g_strdup("x");
	}
	record->approvals = g_strsplit("a b", " ", -1);
	record->overrides = g_strsplit("a b", " ", -1);
	record->raw = g_bytes_new("x", 1);
	g_ptr_array_add(record->items, record_item_new("x"));
}

static void test_plan(void)
{
	g_autoptr(Plan) plan = plan_new();
	const GPtrArray *const lists[] = {plan->pending, plan->edits,   plan->renames,
					  plan->removed, plan->covered, plan->replaced,
					  plan->partly};

	for (guint i = 0; i < G_N_ELEMENTS(lists); i++)
		g_assert_cmpuint(lists[i]->len, ==, 0);
	g_ptr_array_add(plan->edits, g_new0(PlanEdit, 1));
	g_ptr_array_add(plan->renames, g_new0(PlanRename, 1));
	g_ptr_array_add(plan->partly, g_new0(PlanPartly, 1));
	g_assert_cmpuint(plan->in_commit, ==, 0);
	g_assert_cmpuint(plan->applied, ==, 0);
	plan_free(NULL);
}

static void test_trees(void)
{
	Trees trees = {g_strdup("a"), g_strdup("b"), g_strdup("c")};

	for (guint round = 0; round < 2; round++) {
		trees_clear(&trees);
		g_assert_null(trees.schema);
		g_assert_null(trees.order);
		g_assert_null(trees.access);
	}
}

/* ---- sets ---- */

static Applied *applied(const char *id, gint64 position)
{
	Applied *row = g_new0(Applied, 1);

	row->id = g_strdup(id);
	row->position = position;
	return row;
}

static void test_applied(void)
{
	g_autoptr(AppliedSet) set = applied_set_new();

	g_assert_null(applied_set_get(set, "a"));
	applied_set_add(set, applied("b", 1));
	applied_set_add(set, applied("a", 2));
	g_assert_cmpuint(set->all->len, ==, 2);
	g_assert_cmpint(applied_set_get(set, "b")->position, ==, 1);
	g_assert_cmpint(applied_set_get(set, "a")->position, ==, 2);
	g_assert_cmpstr(((Applied *)g_ptr_array_index(set->all, 0))->id, ==, "b");
	g_assert_null(applied_set_get(set, "A"));
	g_assert_null(applied_set_get(set, ""));
	applied_set_free(NULL);
	applied_free(NULL);
}

static void test_migrations(void)
{
	g_autoptr(MigrationSet) set = migration_set_new("abc", "db/migrations");
	Migration *first = migration_new("a", LAYOUT_PAIR, "db/migrations/a.up.sql", "1234");

	g_assert_cmpstr(set->commit, ==, "abc");
	g_assert_cmpstr(set->folder, ==, "db/migrations");
	g_assert_null(set->tree);
	g_assert_cmpint(set->layout, ==, LAYOUT_NONE);
	g_assert_cmpstr(first->up.path, ==, "db/migrations/a.up.sql");
	g_assert_cmpstr(first->up.blob, ==, "1234");
	g_assert_null(first->down.path);
	g_assert_null(first->directives);
	g_assert_true(migration_set_add(set, first));
	g_assert_false(migration_set_add(set, migration_new("a", LAYOUT_PAIR, "x", "y")));
	g_assert_true(migration_set_add(set, migration_new("A", LAYOUT_PAIR, "x", "y")));
	g_assert_cmpuint(set->all->len, ==, 2);
	g_assert_cmpstr(migration_set_get(set, "a")->up.blob, ==, "1234");
	g_assert_null(migration_set_get(set, "b"));
	migration_set_free(NULL);
	migration_free(NULL);
	replaced_free(NULL);
}

static void test_directives(void)
{
	g_autoptr(Directives) directives = directives_new();

	g_assert_cmpuint(directives->requires->len, ==, 0);
	g_assert_cmpuint(directives->allow->len, ==, 0);
	g_assert_cmpuint(directives->replaces->len, ==, 0);
	g_assert_false(directives->no_transaction);
	g_assert_null(directives->irreversible);
	g_assert_cmpint(directives->timeout_ms, ==, 0);
	g_assert_cmpint(directives->lock_timeout_ms, ==, -1);
	g_assert_cmpuint(directives->batch_size, ==, 0);
	g_ptr_array_add(directives->requires, g_strdup("a"));
	g_ptr_array_add(directives->replaces, g_new0(Replaced, 1));
	directives_free(NULL);
}

static void test_settings(void)
{
	g_autoptr(Settings) settings = settings_new();

	g_assert_cmpint(settings->transaction, ==, SCOPE_MIGRATION);
	g_assert_cmpint(settings->migration_timeout_ms, ==, 0);
	g_assert_cmpint(settings->statement_timeout_ms, ==, 0);
	g_assert_cmpint(settings->lock_timeout_ms, ==, 5000);
	g_assert_cmpint(settings->lock_wait_ms, ==, 60000);
	g_assert_true(settings->snapshot);
	g_assert_cmpuint(g_strv_length(settings->include_dirs), ==, 0);
	g_assert_cmpuint(g_strv_length(settings->exclude_dirs), ==, 0);
	settings_free(NULL);
}

/* ---- events ---- */

static void hear(const Event *event, void *data)
{
	g_string_append_printf(data, "%d %s %u/%u;", event->kind,
			       event->text ? event->text : event->id, event->number, event->total);
}

static void test_events(void)
{
	g_autoptr(GString) heard = g_string_new(NULL);
	const Observer observer = {hear, heard};
	const Observer deaf = {NULL, heard};
	const Event event = {.kind = EVENT_STARTED, .id = "a", .number = 1, .total = 2};

	observer_tell(&observer, &event);
	observer_say(&observer, EVENT_WARNING, "%s is %d%%", "x", 5);
	observer_say(&observer, EVENT_NOTE, "done");
	g_assert_cmpstr(heard->str, ==, "3 a 1/2;1 x is 5% 0/0;2 done 0/0;");
	observer_tell(&deaf, &event);
	observer_say(&deaf, EVENT_NOTE, "x");
	observer_tell(NULL, &event);
	observer_say(NULL, EVENT_NOTE, "x");
	g_assert_cmpstr(heard->str, ==, "3 a 1/2;1 x is 5% 0/0;2 done 0/0;");
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/model/record/actions and outcomes have their words", test_record_words);
	g_test_add_func("/model/record/a new one has nothing filled in", test_record);
	g_test_add_func("/model/record/all that it holds is freed", test_record_full);
	g_test_add_func("/model/plan/a new one is empty", test_plan);
	g_test_add_func("/model/trees/cleared ones are unset", test_trees);
	g_test_add_func("/model/applied/rows are found by id and kept in order", test_applied);
	g_test_add_func("/model/migration/a set takes an id once", test_migrations);
	g_test_add_func("/model/migration/directives ask for nothing", test_directives);
	g_test_add_func("/model/settings/defaults", test_settings);
	g_test_add_func("/model/event/only an observer with a function hears", test_events);
	return g_test_run();
}
