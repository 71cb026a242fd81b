#include "base/borrow.h"
#include "base/error.h"
#include "base/text.h"
#include "parts.h"

bool check_find_error(CheckPart *part, GError *why, GError **error)
{
	const unsigned line = error_get_line(why);
	g_autofree char *place = line ? g_strdup_printf("line %u: ", line) : g_strdup("");
	Finding *finding;

	if (!scratch_is_script_error(why)) {
		g_propagate_error(error, g_error_copy(why));
		return false;
	}
	finding = finding_add(part->findings, error_get_file(why), error_get_hint(why), "%s%s",
			      place, why->message);
	finding->line = line;
	return true;
}

/* ---- up ---- */

static guint count_verify_scripts(const GPtrArray *migrations)
{
	guint count = 0;

	for (guint i = 0; i < migrations->len; i++)
		count += ((const Migration *)g_ptr_array_index(migrations, i))->verify.path != NULL;
	return count;
}

bool check_up(ScratchBuild *build, const GPtrArray *migrations, CheckPart *part, GPtrArray *before,
	      GError **error)
{
	const guint verified = count_verify_scripts(migrations);
	g_autofree char *all = text_count(migrations->len, "migration");
	g_autofree char *scripts = text_count(verified, "verify script");
	g_autoptr(GError) why = NULL;

	check_part_done(part, "%s applied from nothing%s%s%s", all, verified ? ", " : "",
			verified ? scripts : "", verified ? " passed" : "");
	if (scratch_build_migrations(build, migrations, before, &why))
		return true;
	check_part_done(part, "%s, of which one cannot be applied", all);
	return check_find_error(part, why, error);
}

/* ---- down ---- */

static char *paths_that_differ(const SchemaSnapshot *a, const SchemaSnapshot *b)
{
	g_autoptr(GArray) differences = schema_objects_compare(a->objects, b->objects);
	GString *paths = g_string_new(NULL);

	for (guint i = 0; i < differences->len; i++)
		g_string_append_printf(paths, "%s%s", i ? ", " : "",
				       g_array_index(differences, SchemaDifference, i).path);
	return g_string_free(paths, FALSE);
}

/* What became of one step back. */
typedef enum { STEP_DONE, STEP_NO_SCRIPT, STEP_FAILED } Step;

static bool undo_one(ScratchBuild *build, CheckPart *part, const Migration *migration,
		     const SchemaSnapshot *before, Step *step, GError **error)
{
	g_autoptr(SchemaSnapshot) after = NULL;
	g_autoptr(GError) why = NULL;
	g_autofree char *differ = NULL;

	*step = STEP_FAILED;
	if (!scratch_build_script(build, migration, SCRIPT_DOWN, &why))
		return check_find_error(part, why, error);
	after = scratch_build_snapshot(build, false, error);
	if (!after)
		return false;
	differ = paths_that_differ(before, after);
	if (*differ)
		finding_add(part->findings, migration->down.path,
			    "undo all that the up script does",
			    "it does not bring the schema back: %s", differ);
	else
		*step = STEP_DONE;
	return true;
}

bool check_down(ScratchBuild *build, const GPtrArray *migrations, CheckPart *part,
		const GPtrArray *before, guint *undone, GError **error)
{
	const Migration *last = NULL;
	Step step = STEP_DONE;

	*undone = 0;
	for (guint i = migrations->len; i > 0 && step == STEP_DONE; i--) {
		last = g_ptr_array_index(migrations, i - 1);
		if (!last->down.path)
			step = STEP_NO_SCRIPT;
		else if (!undo_one(build, part, last, g_ptr_array_index(before, i - 1), &step,
				   error))
			return false;
		*undone += step == STEP_DONE;
	}
	check_part_done(part, "%u of %u migrations undone, newest first%s%s%s", *undone,
			migrations->len, step == STEP_NO_SCRIPT ? ": " : "",
			step == STEP_NO_SCRIPT ? last->id : "",
			step == STEP_NO_SCRIPT ? " has no down script" : "");
	return true;
}

/* ---- and up again ---- */

bool check_again(ScratchBuild *build, const GPtrArray *migrations, CheckPart *part, guint undone,
		 const SchemaSnapshot *top, GError **error)
{
	g_autofree char *count = text_count(undone, "migration");
	g_autoptr(GPtrArray) again = g_ptr_array_new();
	g_autoptr(SchemaSnapshot) after = NULL;
	g_autoptr(GError) why = NULL;
	g_autofree char *differ = NULL;

	check_part_done(part, "%s applied again", count);
	for (guint i = migrations->len - undone; i < migrations->len; i++)
		borrow_add(again, g_ptr_array_index(migrations, i));
	if (!scratch_build_migrations(build, again, NULL, &why))
		return check_find_error(part, why, error);
	after = scratch_build_snapshot(build, false, error);
	differ = after ? paths_that_differ(top, after) : NULL;
	if (differ && *differ)
		finding_add(part->findings, NULL, "let down undo all that up does",
			    "the schema is not what it was the first time: %s", differ);
	return after;
}
