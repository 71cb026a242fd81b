/* The YAML reader on any bytes: a document or an error with its place, and no crash. */
#include <stdint.h>

#include "base/error.h"
#include "yaml/doc.h"

static void must(bool holds)
{
	if (!holds)
		__builtin_trap();
}

/* Every node is whole, has its place, and the depth keeps its bound. */
static void check_node(const YamlNode *node, unsigned depth)
{
	must(node && depth <= YAML_DEPTH_MAX + 1);
	must(node->line >= 1 && node->column >= 1);
	must((node->kind == YAML_SCALAR) == (node->text != NULL));
	must((node->kind == YAML_MAPPING) == (node->keys != NULL));
	for (guint i = 0; node->items && i < node->items->len; i++)
		check_node(g_ptr_array_index(node->items, i), depth + 1);
	for (guint i = 0; node->keys && i < node->keys->len; i++) {
		const YamlNode *key = g_ptr_array_index(node->keys, i);

		must(key->kind == YAML_SCALAR);
		must(yaml_node_get(node, key->text) == g_ptr_array_index(node->items, i));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autoptr(GError) error = NULL;
	YamlDoc *doc = yaml_doc_parse((const char *)data, size, "fuzz.yaml", &error);

	must((doc != NULL) != (error != NULL));
	if (error)
		must(error_is(error, ERR_CONFIG));
	if (doc)
		check_node(yaml_doc_root(doc), 1);
	yaml_doc_free(doc);
	return 0;
}
