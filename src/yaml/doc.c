#include "yaml/doc.h"

#include <string.h>
#include <yaml.h>

#include "base/error.h"

struct YamlDoc {
	char *file;
	YamlNode *root;
};

typedef struct {
	yaml_parser_t parser;
	const char *file;
	GError **error;
} Reader;

static void node_free(YamlNode *node)
{
	if (!node)
		return;
	g_free(node->text);
	g_clear_pointer(&node->items, g_ptr_array_unref);
	g_clear_pointer(&node->keys, g_ptr_array_unref);
	g_free(node);
}

static YamlNode *node_new(YamlKind kind, const yaml_mark_t *mark)
{
	YamlNode *node = g_new0(YamlNode, 1);

	node->kind = kind;
	node->line = (unsigned)mark->line + 1;
	node->column = (unsigned)mark->column + 1;
	if (kind != YAML_SCALAR)
		node->items = g_ptr_array_new_with_free_func((GDestroyNotify)node_free);
	if (kind == YAML_MAPPING)
		node->keys = g_ptr_array_new_with_free_func((GDestroyNotify)node_free);
	return node;
}

static bool refuse(const Reader *reader, const yaml_mark_t *mark, const char *message)
{
	error_set(reader->error, ERR_CONFIG, "%s", message);
	return error_place(reader->error, reader->file, (unsigned)mark->line + 1,
			   (unsigned)mark->column + 1);
}

static bool refuse_syntax(const Reader *reader)
{
	const yaml_parser_t *parser = &reader->parser;

	error_set(reader->error, ERR_CONFIG, "not YAML: %s",
		  parser->problem ? parser->problem : "unknown problem");
	/* An encoding error has an offset and no mark. */
	if (parser->error == YAML_READER_ERROR)
		error_detail(reader->error, "at byte %zu", parser->problem_offset);
	return error_place(reader->error, reader->file, (unsigned)parser->problem_mark.line + 1,
			   (unsigned)parser->problem_mark.column + 1);
}

static bool next_event(Reader *reader, yaml_event_t *event)
{
	return yaml_parser_parse(&reader->parser, event) || refuse_syntax(reader);
}

static bool read_value(Reader *reader, yaml_event_t *event, guint depth, YamlNode **node);

static bool read_sequence(Reader *reader, guint depth, YamlNode *node)
{
	for (;;) {
		yaml_event_t event;
		YamlNode *item = NULL;
		bool ok, end;

		if (!next_event(reader, &event))
			return false;
		end = event.type == YAML_SEQUENCE_END_EVENT;
		ok = end || read_value(reader, &event, depth, &item);
		yaml_event_delete(&event);
		if (!ok || end)
			return ok;
		g_ptr_array_add(node->items, item);
	}
}

static bool check_double(const Reader *reader, const YamlNode *mapping, const YamlNode *key)
{
	for (guint i = 0; i < mapping->keys->len; i++) {
		const YamlNode *before = g_ptr_array_index(mapping->keys, i);

		if (strcmp(before->text, key->text) != 0)
			continue;
		error_set(reader->error, ERR_CONFIG,
			  "key '%s' stands here a second time (first in line %u)", key->text,
			  before->line);
		return error_place(reader->error, reader->file, key->line, key->column);
	}
	return true;
}

/* A key and then its value. *end is set at the end of the mapping. */
static bool read_pair(Reader *reader, guint depth, YamlNode *node, bool *end)
{
	yaml_event_t event;
	YamlNode *key = NULL, *value = NULL;
	bool ok;

	if (!next_event(reader, &event))
		return false;
	*end = event.type == YAML_MAPPING_END_EVENT;
	ok = *end || (event.type == YAML_SCALAR_EVENT
			      ? read_value(reader, &event, depth, &key)
			      : refuse(reader, &event.start_mark, "a key must be plain text"));
	yaml_event_delete(&event);
	if (!ok || *end)
		return ok;
	if (!check_double(reader, node, key) || !next_event(reader, &event)) {
		node_free(key);
		return false;
	}
	ok = read_value(reader, &event, depth, &value);
	yaml_event_delete(&event);
	if (!ok) {
		node_free(key);
		return false;
	}
	g_ptr_array_add(node->keys, key);
	g_ptr_array_add(node->items, value);
	return true;
}

static bool read_mapping(Reader *reader, guint depth, YamlNode *node)
{
	bool end = false;

	while (!end)
		if (!read_pair(reader, depth, node, &end))
			return false;
	return true;
}

/* The anchor and tag of the events that may have them. */
static bool is_plain(const Reader *reader, const yaml_event_t *event)
{
	const void *anchor = NULL, *tag = NULL;

	switch (event->type) {
	case YAML_SCALAR_EVENT:
		anchor = event->data.scalar.anchor;
		tag = event->data.scalar.tag;
		break;
	case YAML_SEQUENCE_START_EVENT:
		anchor = event->data.sequence_start.anchor;
		tag = event->data.sequence_start.tag;
		break;
	case YAML_MAPPING_START_EVENT:
		anchor = event->data.mapping_start.anchor;
		tag = event->data.mapping_start.tag;
		break;
	case YAML_ALIAS_EVENT:
		return refuse(reader, &event->start_mark, "aliases (*name) are not supported");
	case YAML_NO_EVENT:
	case YAML_STREAM_START_EVENT:
	case YAML_STREAM_END_EVENT:
	case YAML_DOCUMENT_START_EVENT:
	case YAML_DOCUMENT_END_EVENT:
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		break;
	}
	if (anchor)
		return refuse(reader, &event->start_mark, "anchors (&name) are not supported");
	return !tag || refuse(reader, &event->start_mark, "tags (!name) are not supported");
}

static bool read_scalar(const Reader *reader, const yaml_event_t *event, YamlNode *node)
{
	const char *text = (const char *)event->data.scalar.value;

	if (strlen(text) != event->data.scalar.length)
		return refuse(reader, &event->start_mark,
			      "a value may not contain a NUL character");
	node->text = g_strdup(text);
	node->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
	return true;
}

static bool fill(Reader *reader, const yaml_event_t *event, guint depth, YamlNode *node)
{
	switch (node->kind) {
	case YAML_SCALAR:
		return read_scalar(reader, event, node);
	case YAML_SEQUENCE:
		return read_sequence(reader, depth + 1, node);
	case YAML_MAPPING:
		break;
	}
	return read_mapping(reader, depth + 1, node);
}

static bool read_value(Reader *reader, yaml_event_t *event, guint depth, YamlNode **node)
{
	YamlKind kind = YAML_SCALAR;
	YamlNode *found;

	if (!is_plain(reader, event))
		return false;
	if (depth > YAML_DEPTH_MAX)
		return refuse(reader, &event->start_mark, "too many levels");
	if (event->type == YAML_SEQUENCE_START_EVENT)
		kind = YAML_SEQUENCE;
	else if (event->type == YAML_MAPPING_START_EVENT)
		kind = YAML_MAPPING;
	found = node_new(kind, &event->start_mark);
	if (!fill(reader, event, depth, found)) {
		node_free(found);
		return false;
	}
	*node = found;
	return true;
}

/* The next event's type; its content is dropped unless it is kept for the caller. */
static bool expect(Reader *reader, yaml_event_type_t *type, yaml_event_t *kept)
{
	yaml_event_t event;

	if (!next_event(reader, &event))
		return false;
	*type = event.type;
	if (kept)
		*kept = event;
	else
		yaml_event_delete(&event);
	return true;
}

static bool read_document(Reader *reader, YamlNode **root)
{
	yaml_event_type_t type;
	yaml_event_t event;
	yaml_mark_t start = {0};
	bool ok;

	if (!expect(reader, &type, NULL) || !expect(reader, &type, NULL)) /* stream, document */
		return false;
	if (type == YAML_STREAM_END_EVENT) {
		*root = node_new(YAML_MAPPING, &start);
		return true;
	}
	if (!expect(reader, &type, &event))
		return false;
	ok = read_value(reader, &event, 0, root);
	yaml_event_delete(&event);
	if (!ok || !expect(reader, &type, NULL)) /* document end */
		return false;
	if (!next_event(reader, &event))
		return false;
	ok = event.type == YAML_STREAM_END_EVENT ||
	     refuse(reader, &event.start_mark, "a second document is not supported");
	yaml_event_delete(&event);
	return ok;
}

YamlDoc *yaml_doc_parse(const char *bytes, size_t length, const char *file, GError **error)
{
	Reader reader = {.file = file, .error = error};
	YamlNode *root = NULL;
	YamlDoc *doc;
	bool ok;

	yaml_parser_initialize(&reader.parser);
	yaml_parser_set_encoding(&reader.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&reader.parser, (const unsigned char *)bytes, length);
	ok = read_document(&reader, &root);
	yaml_parser_delete(&reader.parser);
	if (!ok) {
		node_free(root);
		return NULL;
	}
	/* A file of comments alone holds one empty scalar. */
	if (root->kind == YAML_SCALAR && !*root->text && !root->quoted) {
		yaml_mark_t start = {0};
		node_free(root);
		root = node_new(YAML_MAPPING, &start);
	}
	doc = g_new0(YamlDoc, 1);
	doc->file = g_strdup(file);
	doc->root = root;
	return doc;
}

void yaml_doc_free(YamlDoc *doc)
{
	if (!doc)
		return;
	g_free(doc->file);
	node_free(doc->root);
	g_free(doc);
}

const YamlNode *yaml_doc_root(const YamlDoc *doc)
{
	return doc->root;
}

const char *yaml_doc_file(const YamlDoc *doc)
{
	return doc->file;
}

const YamlNode *yaml_node_get(const YamlNode *mapping, const char *key)
{
	if (mapping->kind != YAML_MAPPING)
		return NULL;
	for (guint i = 0; i < mapping->keys->len; i++)
		if (strcmp(((YamlNode *)g_ptr_array_index(mapping->keys, i))->text, key) == 0)
			return g_ptr_array_index(mapping->items, i);
	return NULL;
}
