/*
 * Derived scripts against a real server: what they do is right, or they say that they do not know.
 * One change at a time, several one after the other at once, and changes that stand in each other's
 * way.
 */
#include "schema/script.h"

#include "database.h"
#include "schema/depends.h"

typedef enum { LEFT_TO_A_PERSON, REFUSED, RIGHT, WRONG } Outcome;

enum { ROUNDS = 60, WINDOW = 8 };

/* ---- running what is derived ---- */

/* The objects as they stand in a tree: texts, and what these tell of needs. */
static GPtrArray *as_recorded(const GPtrArray *objects)
{
	GPtrArray *recorded = schema_objects_new();

	for (guint i = 0; i < objects->len; i++) {
		const SchemaObject *object = g_ptr_array_index(objects, i);

		g_ptr_array_add(recorded, schema_object_of_text(object->path, object->text));
	}
	schema_depends_guess(recorded);
	return recorded;
}

/* Which sides are known by their texts only. */
typedef struct {
	bool left, right;
} Recorded;

static char *derive(const SchemaSnapshot *from, const SchemaSnapshot *to, Recorded recorded)
{
	g_autoptr(GPtrArray) left =
		recorded.left ? as_recorded(from->objects) : g_ptr_array_ref(from->objects);
	g_autoptr(GPtrArray) right =
		recorded.right ? as_recorded(to->objects) : g_ptr_array_ref(to->objects);
	g_autoptr(GArray) differences = schema_objects_compare(left, right);

	return schema_script(differences, left, NULL);
}

/* Runs the derived script. What the server refuses has changed nothing. */
static Outcome apply(PgSession *session, const SchemaSnapshot *from, const SchemaSnapshot *to,
		     Recorded recorded)
{
	g_autofree char *script = derive(from, to, recorded);
	g_autofree char *left = NULL;
	g_autoptr(SchemaSnapshot) now = NULL;
	g_autoptr(GError) error = NULL;

	if (strstr(script, "-- by hand")) {
		if (g_test_verbose())
			g_test_message("by hand: %s", strstr(script, "-- by hand"));
		return LEFT_TO_A_PERSON;
	}
	if (!pg_session_execute(session, script, &error)) {
		g_test_message("refused: %s\n%s", error->message, script);
		return REFUSED;
	}
	now = take(session);
	left = difference(now, to);
	if (!*left)
		return RIGHT;
	g_test_message("not the same afterwards: %s\n%s", left, script);
	return WRONG;
}

static void report(const char *what, const guint *count)
{
	g_test_message("%s: %u right, %u left to a person, %u refused by the server, %u wrong",
		       what, count[RIGHT], count[LEFT_TO_A_PERSON], count[REFUSED], count[WRONG]);
	g_assert_cmpuint(count[WRONG], ==, 0);
}

/* ---- one after the other ---- */

/* Every single change taken back, and made again. */
static void test_single(void)
{
	g_auto(GStrv) blocks = blocks_of("mutations.sql", "script_single");
	g_autoptr(PgSession) session = NULL;
	g_autoptr(SchemaSnapshot) before = NULL;
	guint count[WRONG + 1] = {0};

	make_database("script_single");
	session = connect("script_single");
	before = take(session);
	for (char **block = blocks + 1; *block && **block; block++) {
		g_autoptr(SchemaSnapshot) after = NULL;
		Outcome back, again;

		g_assert_cmpuint(execute(session, *block), ==, 0);
		after = take(session);
		back = apply(session, after, before, (Recorded){false, true});
		again = back == RIGHT ? apply(session, before, after, (Recorded){true, false})
				      : back;
		count[back]++;
		if (back == RIGHT) {
			count[again]++;
			if (again != RIGHT)
				g_assert_cmpuint(execute(session, *block), ==, 0);
		}
		schema_snapshot_free(before);
		before = g_steal_pointer(&after);
	}
	report("single changes", count);
	g_assert_cmpuint(count[RIGHT], >=, 480);
	g_assert_cmpuint(count[REFUSED], ==, 0);
}

static bool is_derived(const SchemaSnapshot *from, const SchemaSnapshot *to)
{
	g_autofree char *script = derive(from, to, (Recorded){true, true});

	return !strstr(script, "-- by hand");
}

/* Several that follow each other, as many as can be derived, at once. */
static void test_several(void)
{
	g_auto(GStrv) blocks = blocks_of("mutations.sql", "script_several");
	g_autoptr(GRand) random = g_rand_new_with_seed((guint32)g_test_rand_int());
	g_autoptr(PgSession) session = NULL;
	g_autoptr(SchemaSnapshot) base = NULL;
	guint count[WRONG + 1] = {0}, length = 0, wanted = 2;

	make_database("script_several");
	session = connect("script_several");
	base = take(session);
	for (char **block = blocks + 1; *block && **block; block++) {
		g_autoptr(SchemaSnapshot) now = NULL;
		bool derived;

		g_assert_cmpuint(execute(session, *block), ==, 0);
		now = take(session);
		derived = is_derived(now, base) && is_derived(base, now);
		length++;
		if (derived && length < wanted)
			continue;
		if (length > 1 && derived) {
			Outcome outcome = apply(session, now, base, (Recorded){false, true});

			count[outcome]++;
			if (outcome == RIGHT) {
				outcome = apply(session, base, now, (Recorded){true, false});
				count[outcome]++;
			}
			g_assert_cmpint(outcome, ==, RIGHT);
		}
		schema_snapshot_free(base);
		base = take(session);
		length = 0;
		wanted = (guint)g_rand_int_range(random, 2, WINDOW);
	}
	report("several changes at once", count);
	g_assert_cmpuint(count[RIGHT], >=, 40);
}

/* ---- at once ---- */

/* Makes some of the changes, each with a chance; false when they do not go together. */
static bool make_some(PgSession *session, GRand *random, char **blocks)
{
	g_autoptr(GString) sql = g_string_new(NULL);

	for (char **block = blocks; *block && **block; block++)
		if (g_rand_int_range(random, 0, 6) == 0)
			g_string_append_printf(sql, "%s\n", *block);
	return pg_session_execute(session, sql->str, NULL);
}

/* Random ones of those that need an order: made, taken back, made again and taken back again, with
 * what the catalogs tell and with what the texts do. */
static void test_together(void)
{
	g_auto(GStrv) blocks = blocks_of("together.sql", "script_together");
	g_autoptr(GRand) random = g_rand_new_with_seed((guint32)g_test_rand_int());
	g_autoptr(PgSession) session = NULL;
	g_autoptr(SchemaSnapshot) base = NULL;
	guint count[WRONG + 1] = {0};

	make_empty_database("script_together");
	session = connect("script_together");
	g_assert_cmpuint(execute(session, blocks[1]), ==, 0);
	base = take(session);
	for (guint i = 0; i < ROUNDS; i++) {
		const Recorded right = {i % 4 == 3, i % 4 > 0}, left = {i % 4 > 0, i % 4 == 3};
		g_autoptr(SchemaSnapshot) made = NULL;
		Outcome outcome;

		if (!make_some(session, random, blocks + 2))
			continue;
		made = take(session);
		outcome = apply(session, made, base, right);
		count[outcome]++;
		if (outcome == RIGHT) {
			outcome = apply(session, base, made, left);
			count[outcome]++;
		}
		if (outcome == RIGHT) {
			outcome = apply(session, made, base, right);
			count[outcome]++;
		}
		g_assert_cmpint(outcome, ==, RIGHT);
	}
	report("changes that need an order", count);
	g_assert_cmpuint(count[RIGHT], >=, ROUNDS * 2);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/script/together", test_together);
	g_test_add_func("/script/single", test_single);
	g_test_add_func("/script/several", test_several);
	return g_test_run();
}
