#include "parse.h"

#include <pg_query.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>

/*
 * The parser and its JSON writer recurse: a statement with tens of thousands of nested operators overflows a stack of 8 MB. Short texts cannot nest that
 * deep; longer ones are parsed on a thread with a stack of its own, of which only what is used takes memory.
 */
#define SHORT_TEXT 4096
#define BIG_STACK ((size_t)512 << 20)

typedef struct {
	const char *text;
	PgQueryParseResult result;
} ParseWork;

static void *parse_on_thread(void *data)
{
	ParseWork *work = data;

	work->result = pg_query_parse(work->text);
	return NULL;
}

static bool parse_with_big_stack(ParseWork *work)
{
	pthread_attr_t attributes;
	pthread_t thread;
	bool ok;

	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, BIG_STACK);
	ok = pthread_create(&thread, &attributes, parse_on_thread, work) == 0;
	pthread_attr_destroy(&attributes);
	if (ok)
		pthread_join(thread, NULL);
	return ok;
}

static void explain(const PgQueryError *error, unsigned *position, char **message)
{
	if (position)
		*position = error->cursorpos > 0 ? (unsigned)error->cursorpos : 0;
	if (message)
		*message = g_strdup(error->message);
}

json_t *sql_parse_tree(const char *text, unsigned *position, char **message)
{
	const size_t length = strlen(text);
	ParseWork work = {.text = text};
	json_t *tree = NULL;

	if (length > PARSE_MAX)
		return NULL;
	if (length <= SHORT_TEXT)
		work.result = pg_query_parse(text);
	else if (!parse_with_big_stack(&work))
		return NULL;
	if (work.result.error)
		explain(work.result.error, position, message);
	else
		tree = json_loads(work.result.parse_tree, 0, NULL);
	pg_query_free_parse_result(work.result);
	return tree;
}
