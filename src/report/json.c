#include "report/json.h"

#include <glib.h>
#include <string.h>

json_t *report_json_new(const char *command)
{
	json_t *document = json_object();
	g_autofree char *format = g_strconcat("git-migrate/", command, NULL);

	json_object_set_new(document, "format", json_string(format));
	json_object_set_new(document, "version", json_integer(1));
	return document;
}

json_t *report_json_text(const char *text)
{
	g_autofree char *valid = NULL;

	if (!text)
		return json_null();
	valid = g_utf8_make_valid(text, -1);
	return json_string(valid);
}

json_t *report_json_list(char *const *list)
{
	json_t *array = json_array();

	for (; list && *list; list++)
		json_array_append_new(array, report_json_text(*list));
	return array;
}

void report_json_print(json_t *document, FILE *out)
{
	json_dumpf(document, out, JSON_INDENT(2));
	fputc('\n', out);
	json_decref(document);
}
