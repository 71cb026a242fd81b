#include "parse.h"

#include <pg_query.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>

/*
 * The parser and its JSON writer recurse, one level for each operator of a chain such as a+a+a. A
 * text of SHORT_TEXT bytes cannot nest deeply enough for a stack of 8 MB by far; a longer one is
 * parsed on a thread with a stack that is enough for PARSE_MAX bytes of nothing but operators. Only
 * what is used of it takes memory.
 */
#define SHORT_TEXT 4096
#define BIG_STACK  ((size_t)512 << 20)

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

static void refuse(const PgQueryError *error, Parse *parse)
{
	parse->outcome = PARSE_REFUSED;
	parse->position = error->cursorpos > 0 ? (unsigned)error->cursorpos : 0;
	parse->message = g_strdup(error->message);
}

/* jansson refuses more than 2048 levels, so whoever walks the tree may recurse. */
static void read_tree(const char *json, Parse *parse)
{
	parse->tree = json_loads(json, 0, NULL);
	parse->outcome = parse->tree ? PARSE_READ : PARSE_TOO_DEEP;
}

void sql_parse(const char *text, Parse *parse)
{
	const size_t length = strlen(text);
	ParseWork work = {.text = text};

	*parse = (Parse){.outcome = PARSE_TOO_LONG};
	if (length > PARSE_MAX)
		return;
	if (length <= SHORT_TEXT)
		work.result = pg_query_parse(text);
	else if (!parse_with_big_stack(&work))
		return;
	if (work.result.error)
		refuse(work.result.error, parse);
	else
		read_tree(work.result.parse_tree, parse);
	pg_query_free_parse_result(work.result);
}

void sql_parse_clear(Parse *parse)
{
	json_decref(parse->tree);
	g_free(parse->message);
	*parse = (Parse){0};
}
