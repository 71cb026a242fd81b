/*
 * A YAML document whose every node knows its line and column.
 *
 * Only plain data is taken: one document, mappings with scalar keys, sequences, scalars. Anchors,
 * aliases, tags, duplicate keys and more than YAML_DEPTH_MAX levels are errors with their place,
 * because a settings file is untrusted input and none of these is needed in it.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#define YAML_DEPTH_MAX 16

typedef enum { YAML_SCALAR, YAML_SEQUENCE, YAML_MAPPING } YamlKind;

typedef struct YamlNode YamlNode;
struct YamlNode {
	YamlKind kind;
	unsigned line; /* from 1 */
	unsigned column;
	char *text;       /* scalar: its value; otherwise NULL */
	bool quoted;      /* scalar: written in quotes or as a block, so "null" and "true" are plain
			     words */
	GPtrArray *items; /* sequence: YamlNode*; mapping: the values, in file order */
	GPtrArray *keys;  /* mapping: YamlNode* (scalars), beside items; otherwise NULL */
};

typedef struct YamlDoc YamlDoc;

/*
 * Parses bytes (UTF-8, NUL-free, need not be terminated). `file` is the name that errors show
 * (ERR_CONFIG with place). The caller frees the document, which owns all its nodes. An empty
 * document is an empty mapping.
 */
YamlDoc *yaml_doc_parse(const char *bytes, size_t length, const char *file, GError **error);

/* Frees it; NULL is fine. */
void yaml_doc_free(YamlDoc *doc);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(YamlDoc, yaml_doc_free)

/* The document's root, borrowed from it. */
const YamlNode *yaml_doc_root(const YamlDoc *doc);

/* The name that errors show, borrowed from the document. */
const char *yaml_doc_file(const YamlDoc *doc);

/* The value of a key in a mapping, or NULL when absent or when the node is no mapping. */
const YamlNode *yaml_node_get(const YamlNode *mapping, const char *key);
