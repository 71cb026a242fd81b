/* A migration's file is untrusted text: its sections and directives are found without a crash, lie
 * inside the file, and directives read twice say the same. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "history/script.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_inside(const ScriptText *script, const char *text, size_t size)
{
	if (!script->present)
		return;
	g_assert_true(script->text >= text && script->text + script->length <= text + size);
	g_assert_cmpuint(script->line, >=, 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autofree char *text = g_strndup((const char *)data, size);
	const size_t length = strlen(text);
	ScriptSections sections = {0};
	g_autoptr(Directives) once = NULL;
	g_autoptr(Directives) twice = NULL;
	g_autofree char *one = NULL;
	g_autofree char *other = NULL;

	if (!history_script_sections(text, length, "fuzz.sql", &sections, NULL))
		return 0;
	check_inside(&sections.up, text, length);
	check_inside(&sections.down, text, length);
	once = sections.up.present ? history_script_directives(&sections.up, "fuzz.sql", NULL)
				   : NULL;
	if (!once)
		return 0;
	twice = history_script_directives(&sections.up, "fuzz.sql", NULL);
	one = history_directives_digest(once);
	other = history_directives_digest(twice);
	g_assert_cmpstr(one, ==, other);
	return 0;
}
