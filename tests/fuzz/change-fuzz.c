/* Texts of a recorded snapshot are untrusted, and may be no DDL at all: deriving a change from two
 * of them ends without a crash, and says something. The input is both, with a zero byte between. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "schema/repair.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *zero = size ? memchr(data, 0, size) : NULL;
	g_autofree char *from = zero ? g_strndup((const char *)data, size) : NULL;
	g_autofree char *to =
		zero ? g_strndup((const char *)zero + 1, size - (size_t)(zero - data) - 1) : NULL;
	g_autofree char *made = NULL;
	g_autofree char *changed = NULL;
	g_autofree char *dropped = NULL;
	g_autofree char *granted = NULL;

	if (!zero)
		return 0;
	made = schema_change("a/function/f(integer).sql", NULL, to);
	changed = schema_change("a/table/t.sql", from, to);
	dropped = schema_change("a/function/f(integer).sql", from, NULL);
	granted = schema_change_access("a/table/t.sql", from, to);
	g_assert_nonnull(granted);
	g_assert_cmpstr(made, ==, to);
	g_assert_nonnull(changed);
	g_assert_cmpuint(strlen(dropped), >, 0);
	return 0;
}
