/* The splitter takes untrusted text: statements lie in order inside it, and splitting one again
 * gives itself. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "sql/classify.h"
#include "sql/split.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_again(const SqlScript *script, const SqlStatement *statement)
{
	g_autofree char *text = sql_statement_text(script, statement);
	g_autoptr(SqlScript) again = NULL;

	if (statement->is_copy_from_stdin)
		return;
	again = sql_script_split(text, statement->length, "fuzz", 1, NULL);
	g_assert_nonnull(again);
	g_assert_cmpuint(again->statements->len, ==, 1);
	g_assert_cmpuint(g_array_index(again->statements, SqlStatement, 0).length, ==,
			 statement->length);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autoptr(SqlScript) script = sql_script_split((const char *)data, size, "fuzz", 1, NULL);
	size_t last = 0;

	for (guint i = 0; script && i < script->statements->len; i++) {
		const SqlStatement *statement = &g_array_index(script->statements, SqlStatement, i);
		g_autofree char *text = sql_statement_text(script, statement);
		g_auto(SqlKind) kind = {0};

		g_assert_cmpuint(statement->start, >=, last);
		g_assert_cmpuint(statement->length, >, 0);
		last = statement->start + statement->length;
		g_assert_cmpuint(last, <=, size);
		g_assert_cmpuint(statement->data_start + statement->data_length, <=, size);
		check_again(script, statement);
		sql_classify(text, &kind);
	}
	return 0;
}
