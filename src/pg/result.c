#include <string.h>

#include "internal.h"
#include "pg/session.h"

void pg_result_free(PgResult *result)
{
	if (!result)
		return;
	PQclear(result->rows);
	g_free(result);
}

int pg_result_rows(const PgResult *result)
{
	return PQntuples(result->rows);
}

int pg_result_columns(const PgResult *result)
{
	return PQnfields(result->rows);
}

const char *pg_result_column_name(const PgResult *result, int column)
{
	return PQfname(result->rows, column);
}

const char *pg_result_text(const PgResult *result, int row, int column)
{
	return PQgetisnull(result->rows, row, column) ? NULL
						      : PQgetvalue(result->rows, row, column);
}

gint64 pg_result_int64(const PgResult *result, int row, int column)
{
	const char *text = pg_result_text(result, row, column);

	return text ? g_ascii_strtoll(text, NULL, 10) : 0;
}

bool pg_result_bool(const PgResult *result, int row, int column)
{
	return g_strcmp0(pg_result_text(result, row, column), "t") == 0;
}

GBytes *pg_result_bytes(const PgResult *result, int row, int column)
{
	const char *text = pg_result_text(result, row, column);
	size_t length = 0;
	unsigned char *bytes = text ? PQunescapeBytea((const unsigned char *)text, &length) : NULL;
	GBytes *copy = g_bytes_new(bytes, length);

	PQfreemem(bytes);
	return copy;
}

gint64 pg_result_affected(const PgResult *result)
{
	const char *text = PQcmdTuples(result->rows);

	return *text ? g_ascii_strtoll(text, NULL, 10) : -1;
}

char *pg_quote_identifier(const char *name)
{
	g_auto(GStrv) parts = g_strsplit(name, "\"", -1);
	g_autofree char *inner = g_strjoinv("\"\"", parts);

	return g_strconcat("\"", inner, "\"", NULL);
}

char *pg_quote_literal(const char *text)
{
	g_auto(GStrv) quotes = g_strsplit(text, "'", -1);
	g_autofree char *doubled = g_strjoinv("''", quotes);
	g_auto(GStrv) slashes = g_strsplit(doubled, "\\", -1);
	g_autofree char *inner = g_strjoinv("\\\\", slashes);

	return g_strconcat(slashes[0] && slashes[1] ? "E'" : "'", inner, "'", NULL);
}
