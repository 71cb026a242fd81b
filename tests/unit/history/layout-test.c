/* Layouts: which file is which migration's which script, and what is refused. */
#include "history/layout.h"

#include <string.h>

#include "base/error.h"
#include "history/script.h"

#define MOST 6

/* Every migration as "ID up[+down][+verify]", in order. */
static char *describe(const MigrationSet *set)
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < set->all->len; i++) {
		const Migration *m = g_ptr_array_index(set->all, i);
		g_string_append_printf(text, "%s%s up%s%s", i ? ", " : "", m->id,
				       m->down.path ? "+down" : "",
				       m->verify.path ? "+verify" : "");
	}
	return g_string_free(text, FALSE);
}

static MigrationSet *read(const char *const *paths, GError **error)
{
	const char *blobs[MOST + 1] = {"1", "2", "3", "4", "5", "6", NULL};

	return history_layout_read("commit", "db/migrations", paths, blobs, HISTORY_STRICT, error);
}

static void test_layouts(void)
{
	static const struct {
		const char *paths[MOST + 1];
		const char *expected;
	} cases[] = {
		{{NULL}, ""},
		{{"README.md", ".hidden.sql", "x.txt", NULL}, ""},
		{{"10_b.up.sql", "9_a.up.sql", "9_a.down.sql", "9_a.verify.sql", NULL},
		 "9_a up+down+verify, 10_b up"},
		{{"sub/1.up.sql", "2.up.sql", NULL}, "2 up, sub/1 up"},
		{{"V1__a.sql", "V1__rollback_a.sql", "V1.1__b.sql", "U1_1__b.sql", "R__v.sql",
		  NULL},
		 "V1__a up+down, V1.1__b up+down, R__v up"},
		{{"1 a/up.sql", "1 a/down.sql", "2/up.sql", "2/verify.sql", NULL},
		 "1 a up+down, 2 up+verify"},
		{{"1.sql", "2.sql", NULL}, "1 up+down, 2 up+down"},
		{{"V001__a.sql", "U1__a.sql", "V0.1__b.sql", "V10__c.sql", NULL},
		 "V0.1__b up, V001__a up+down, V10__c up"},
		{{"1_shut_down.sql", "2_undo.sql", "down/3.sql", NULL},
		 "1_shut_down up+down, 2_undo up+down, down/3 up+down"},
		{{"old/V1__x.sql", "new/1.up.sql", NULL}, "new/1 up, old/V1__x up"},
	};

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(MigrationSet) set = read(cases[i].paths, &error);
		g_autofree char *text = NULL;

		g_assert_no_error(error);
		text = describe(set);
		g_assert_cmpstr(text, ==, cases[i].expected);
	}
}

#define BACK "this looks like a way back, and would run as a migration"

/* As they were applied: a version may stand twice, and then no way back belongs to either. */
static void test_applied(void)
{
	static const char *const paths[] = {"V1__a.sql", "V01__b.sql", "U1__a.sql", "V2__c.sql",
					    "U2__c.sql", "U3__d.sql",  NULL};
	const char *blobs[] = {"1", "2", "3", "4", "5", "6", NULL};
	g_autoptr(GError) error = NULL;
	g_autoptr(MigrationSet) set = history_layout_read("commit", "db/migrations", paths, blobs,
							  HISTORY_APPLIED, &error);
	g_autofree char *text = NULL;

	g_assert_no_error(error);
	text = describe(set);
	g_assert_cmpstr(text, ==, "V1__a up, V01__b up, V2__c up+down");
}

static void test_refused(void)
{
	static const struct {
		const char *paths[MOST + 1];
		const char *message;
	} cases[] = {
		{{"1.up.sql", "2.sql", NULL}, "'db/migrations/' mixes two layouts"},
		{{"1/up.sql", "1/other.sql", NULL}, "'db/migrations/1/' mixes two layouts"},
		{{"1.down.sql", NULL}, "this script has no migration: its up script is missing"},
		{{"U1__x.sql", NULL}, "this script has no migration: its up script is missing"},
		{{"V1__a.sql", "V1__b.sql", NULL}, "two migrations have this version"},
		{{"V1__a.sql", "V001__b.sql", NULL}, "two migrations have this version"},
		{{"V1_2__a.sql", "V1.02__b.sql", NULL}, "two migrations have this version"},
		{{"1.sql", "1.rollback.sql", NULL}, BACK},
		{{"1.undo.sql", NULL}, BACK},
		{{"1-up.sql", "1-down.sql", NULL}, BACK},
		{{"1_a.sql", "1_a_down.sql", NULL}, BACK},
		{{"1_a.sql", "1_a-rollback.sql", NULL}, BACK},
		{{"1.sql", "down/1.sql", NULL}, BACK},
		{{"x/up/1.sql", "x/Down/1.sql", NULL}, BACK},
		{{"V1__a.sql", "U1__a.sql", "V1__rollback_a.sql", NULL},
		 "a second script of the same kind for one migration"},
		{{"a\tb.sql", NULL},
		 "a file name in 'db/migrations' is not UTF-8 or has control characters"},
		{{"\xff.sql", NULL},
		 "a file name in 'db/migrations' is not UTF-8 or has control characters"},
	};

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) error = NULL;

		g_assert_null(read(cases[i].paths, &error));
		g_assert_error(error, BASE_ERROR, ERR_MIGRATION);
		g_assert_cmpstr(error->message, ==, cases[i].message);
	}
}

static void test_sections(void)
{
	static const char text[] =
		"\xEF\xBB\xBF-- header\r\n-- migrate:up\r\nUP;\r\n-- migrate:down\r\nDOWN;\r\n";
	ScriptSections sections;
	g_autofree char *up = NULL;
	g_autofree char *down = NULL;

	g_assert_true(history_script_sections(text, strlen(text), "x.sql", &sections, NULL));
	up = g_strndup(sections.up.text, sections.up.length);
	down = g_strndup(sections.down.text, sections.down.length);
	g_assert_cmpstr(up, ==, "UP;\r\n");
	g_assert_cmpstr(down, ==, "DOWN;\r\n");
	g_assert_cmpuint(sections.up.line, ==, 3);
	g_assert_cmpuint(sections.down.line, ==, 5);
}

static void test_sections_of_others(void)
{
	static const struct {
		const char *text, *up, *down, *message;
	} cases[] = {{"-- Up Migration\nU;\n-- Down Migration\nD;\n", "U;\n", "D;\n", NULL},
		     {"--- up migration\nU;\n--  Down Migration \nD;\n", "U;\n", "D;\n", NULL},
		     {"-- +goose ENVSUB OFF\n-- +goose Up\nU;\n", "U;\n", NULL, NULL},
		     {"-- +goose ENVSUB ON\n-- +goose Up\nU;\n", NULL, NULL,
		      "this marker of goose is not followed here"},
		     {"--liquibase formatted sql\n--changeset a:1\nU;\n", NULL, NULL,
		      "this marker of Liquibase is not followed here"}};

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		const char *text = cases[i].text;
		ScriptSections found;
		g_autoptr(GError) error = NULL;
		g_autofree char *up = NULL;
		g_autofree char *down = NULL;

		g_test_message("%s", text);
		history_script_sections(text, strlen(text), "x.sql", &found, &error);
		g_assert_cmpstr(error ? error->message : NULL, ==, cases[i].message);
		if (error)
			continue;
		up = g_strndup(found.up.text, found.up.length);
		down = found.down.present ? g_strndup(found.down.text, found.down.length) : NULL;
		g_assert_cmpstr(up, ==, cases[i].up);
		g_assert_cmpstr(down, ==, cases[i].down);
	}
}

static void test_directives(void)
{
	static const char text[] =
		"-- words\n\n-- migrate: requires a b\n-- migrate: requires c\n"
		"--migrate: lock-timeout 0s\n-- migrate: timeout 10min\n-- migrate: risk high\n"
		"-- migrate: batch size=500 pause=50ms\n-- migrate: irreversible data is gone\n"
		"SELECT 1;\n-- migrate: nonsense behind the first statement\n";
	const ScriptText up = {text, strlen(text), 1, true};
	g_autoptr(GError) error = NULL;
	g_autoptr(Directives) d = history_script_directives(&up, "x.sql", &error);
	g_autoptr(Directives) none = directives_new();
	g_autofree char *one = NULL;
	g_autofree char *other = NULL;

	g_assert_no_error(error);
	g_assert_cmpuint(d->requires->len, ==, 2);
	g_assert_cmpstr(g_ptr_array_index(d->requires, 0), ==, "a b");
	g_assert_cmpint(d->lock_timeout_ms, ==, 0);
	g_assert_cmpint(d->timeout_ms, ==, 600000);
	g_assert_cmpuint(d->batch_size, ==, 500);
	g_assert_cmpint(d->batch_pause_ms, ==, 50);
	g_assert_cmpstr(d->irreversible, ==, "data is gone");
	one = history_directives_digest(d);
	other = history_directives_digest(none);
	g_assert_cmpstr(one, !=, other);
}

#define BLOB "0123456789012345678901234567890123456789"

static void test_replaces(void)
{
	static const struct {
		const char *text;
		guint count; /* 0: refused */
	} cases[] = {
		{"-- migrate: replaces a " BLOB "\n", 1},
		{"-- migrate: replaces a " BLOB "\n-- migrate: replaces b " BLOB " via a\n", 2},
		{"-- migrate: replaces a\n", 0},
		{"-- migrate: replaces a 0123\n", 0},
		{"-- migrate: replaces a " BLOB " by b\n", 0},
		{"-- migrate: replaces a " BLOB " via\n", 0},
		{"-- migrate: replaces a " BLOB " via b c\n", 0},
		{"-- migrate: replaces a " BLOB "\n-- migrate: replaces a " BLOB "\n", 0},
	};

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		const ScriptText up = {cases[i].text, strlen(cases[i].text), 1, true};
		g_autoptr(GError) error = NULL;
		g_autoptr(Directives) d = history_script_directives(&up, "x.sql", &error);

		if (cases[i].count) {
			g_assert_no_error(error);
			g_assert_cmpuint(d->replaces->len, ==, cases[i].count);
		} else {
			g_assert_null(d);
			g_assert_error(error, BASE_ERROR, ERR_MIGRATION);
		}
	}
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/history/layout/every layout is recognised", test_layouts);
	g_test_add_func("/history/layout/what does not fit is refused", test_refused);
	g_test_add_func("/history/layout/as it was applied", test_applied);
	g_test_add_func("/history/script/sections with their lines", test_sections);
	g_test_add_func("/history/script/sections of other tools", test_sections_of_others);
	g_test_add_func("/history/script/directives before the first statement", test_directives);
	g_test_add_func("/history/script/what a baseline replaces", test_replaces);
	return g_test_run();
}
