/* YAML documents: what is taken, with the places of its nodes; and what is refused, in which words
 * and where. */
#include "yaml/doc.h"

#include <string.h>

#include "base/error.h"

static YamlDoc *parse(const char *text, GError **error)
{
	return yaml_doc_parse(text, strlen(text), "db/x.yaml", error);
}

/* ---- refusals ---- */

static const struct {
	const char *text;
	const char *message;
	unsigned line, column;
} refusals[] = {
	{"a: &x 1\n", "anchors (&name) are not supported", 1, 4},
	{"a: 1\nb: &x [1]\n", "anchors (&name) are not supported", 2, 4},
	{"b: &x {c: 1}\n", "anchors (&name) are not supported", 1, 4},
	{"&x a: 1\n", "anchors (&name) are not supported", 1, 1},
	{"&x\na: 1\n", "anchors (&name) are not supported", 1, 1},
	{"a: *x\n", "aliases (*name) are not supported", 1, 4},
	{"a:\n  - 1\n  - *x\n", "aliases (*name) are not supported", 3, 5},
	{"*x : 1\n", "a key must be plain text", 1, 1},
	{"a: !!str 1\n", "tags (!name) are not supported", 1, 4},
	{"a: !mine [1]\n", "tags (!name) are not supported", 1, 4},
	{"a: ! {b: 1}\n", "tags (!name) are not supported", 1, 4},
	{"!!str a: 1\n", "tags (!name) are not supported", 1, 1},
	{"a: 1\nb: 2\na: 3\n", "key 'a' stands here a second time (first in line 1)", 3, 1},
	{"x:\n  a: 1\n  \"a\": 2\n", "key 'a' stands here a second time (first in line 2)", 3, 3},
	{"{a: 1, a: 2}\n", "key 'a' stands here a second time (first in line 1)", 1, 8},
	{"'': 1\n\"\": 2\n", "key '' stands here a second time (first in line 1)", 2, 1},
	{"? [a]\n: 1\n", "a key must be plain text", 1, 3},
	{"b:\n  ? {a: 1}\n  : 1\n", "a key must be plain text", 2, 5},
	{"a: 1\n---\nb: 2\n", "a second document is not supported", 2, 1},
	{"---\na: 1\n...\n---\n", "a second document is not supported", 4, 1},
	{"a: \"x\\0y\"\n", "a value may not contain a NUL character", 1, 4},
	{"\"x\\0y\": 1\n", "a value may not contain a NUL character", 1, 1},
	{"a: [1, 2\n", "not YAML: did not find expected ',' or ']'", 2, 1},
	{"a: 1\n b: 2\n", "not YAML: mapping values are not allowed in this context", 2, 3},
	{"a: 'x\n", "not YAML: found unexpected end of stream", 2, 1},
	{"a:\n\t- 1\n", "not YAML: found character that cannot start any token", 2, 1},
	{"a: @x\n", "not YAML: found character that cannot start any token", 1, 4},
	{"a: \"\\q\"\n", "not YAML: found unknown escape character", 1, 5},
	{"- 1\na: 2\n", "not YAML: did not find expected '-' indicator", 2, 1},
	{"%YAML 9.9\n---\na: 1\n", "not YAML: found incompatible YAML document", 1, 1},
};

static void test_refusals(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(refusals); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(YamlDoc) doc = parse(refusals[i].text, &error);

		g_test_message("%s", refusals[i].text);
		g_assert_null(doc);
		g_assert_error(error, BASE_ERROR, ERR_CONFIG);
		g_assert_cmpstr(error->message, ==, refusals[i].message);
		g_assert_cmpstr(error_get_file(error), ==, "db/x.yaml");
		g_assert_cmpuint(error_get_line(error), ==, refusals[i].line);
		g_assert_cmpuint(error_get_column(error), ==, refusals[i].column);
		g_assert_null(error_get_detail(error));
	}
}

/* What libyaml's reader refuses has an offset and no line. */
static const struct {
	const char *bytes;
	size_t length;
	const char *message, *detail;
} encodings[] = {
	{"a: \xff\n", 5, "not YAML: invalid leading UTF-8 octet", "at byte 3"},
	{"a: \xc3(\n", 6, "not YAML: invalid trailing UTF-8 octet", "at byte 4"},
	{"a: \xc0\x80\n", 6, "not YAML: invalid length of a UTF-8 sequence", "at byte 3"},
	{"a: \xed\xa0\x80\n", 7, "not YAML: invalid Unicode character", "at byte 3"},
	{"a: \xc3", 4, "not YAML: incomplete UTF-8 octet sequence", "at byte 3"},
	{"a: \0b\n", 6, "not YAML: control characters are not allowed", "at byte 3"},
	{"a: b\0", 5, "not YAML: control characters are not allowed", "at byte 4"},
	{"a: \x01\n", 5, "not YAML: control characters are not allowed", "at byte 3"},
	{"a: \x1b[31m\n", 9, "not YAML: control characters are not allowed", "at byte 3"},
	{"\xff\xfe"
	 "a\0",
	 4, "not YAML: invalid leading UTF-8 octet", "at byte 0"},
};

static void test_encodings(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(encodings); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(YamlDoc) doc =
			yaml_doc_parse(encodings[i].bytes, encodings[i].length, "x.yaml", &error);

		g_assert_null(doc);
		g_assert_error(error, BASE_ERROR, ERR_CONFIG);
		g_assert_cmpstr(error->message, ==, encodings[i].message);
		g_assert_cmpstr(error_get_detail(error), ==, encodings[i].detail);
		g_assert_cmpstr(error_get_file(error), ==, "x.yaml");
	}
}

/* A scalar below so many lists. */
static char *nested(guint levels)
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < levels; i++)
		g_string_append_c(text, '[');
	g_string_append_c(text, 'x');
	for (guint i = 0; i < levels; i++)
		g_string_append_c(text, ']');
	return g_string_free(text, FALSE);
}

static void test_depth(void)
{
	g_autofree char *deep = nested(YAML_DEPTH_MAX);
	g_autofree char *deeper = nested(YAML_DEPTH_MAX + 1);
	g_autofree char *bomb = nested(100000);
	g_autoptr(GError) error = NULL;
	g_autoptr(YamlDoc) doc = parse(deep, &error);
	const YamlNode *node;

	g_assert_no_error(error);
	node = yaml_doc_root(doc);
	for (guint i = 0; i < YAML_DEPTH_MAX; i++) {
		g_assert_cmpint(node->kind, ==, YAML_SEQUENCE);
		g_assert_cmpuint(node->items->len, ==, 1);
		node = g_ptr_array_index(node->items, 0);
	}
	g_assert_cmpstr(node->text, ==, "x");
	g_assert_null(parse(deeper, &error));
	g_assert_error(error, BASE_ERROR, ERR_CONFIG);
	g_assert_cmpstr(error->message, ==, "too many levels");
	g_assert_cmpuint(error_get_line(error), ==, 1);
	g_assert_cmpuint(error_get_column(error), ==, YAML_DEPTH_MAX + 2);
	g_assert_null(parse(bomb, NULL));
}

/* ---- scalars ---- */

static const struct {
	const char *text, *value;
	bool quoted;
} scalars[] = {
	{"a: word", "word", false},
	{"a: two words # and why", "two words", false},
	{"a: x#y", "x#y", false},
	{"a: http://host:1/x", "http://host:1/x", false},
	{"a: null", "null", false},
	{"a: ~", "~", false},
	{"a:", "", false},
	{"a: yes", "yes", false},
	{"a: 'null'", "null", true},
	{"a: ''", "", true},
	{"a: 'it''s'", "it's", true},
	{"a: 'x\\n'", "x\\n", true},
	{"a: \"\"", "", true},
	{"a: \"x\\ty\\n\\u00e9\"", "x\ty\n\xc3\xa9", true},
	{"a: \"one\n  two\"", "one two", true},
	{"a: one\n  two", "one two", false},
	{"a: |\n  one\n  two\n", "one\ntwo\n", true},
	{"a: |-\n  one\n   two\n", "one\n two", true},
	{"a: |+\n  one\n\n", "one\n\n", true},
	{"a: >\n  one\n  two\n\n  three\n", "one two\nthree\n", true},
	{"a: |\n", "", true},
	{"a: \xc3\xa9\xe2\x82\xac\xf0\x9f\x90\x98", "\xc3\xa9\xe2\x82\xac\xf0\x9f\x90\x98", false},
	{"\xef\xbb\xbf"
	 "a: x",
	 "x", false},
	{"---\na: x\n...\n", "x", false},
	{"a: x\r\n", "x", false},
	{"{a: x}", "x", false},
	{"\"a\": x", "x", false},
	{"? a\n: x", "x", false},
};

static void test_scalars(void)
{
	for (guint i = 0; i < G_N_ELEMENTS(scalars); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(YamlDoc) doc = parse(scalars[i].text, &error);
		const YamlNode *node;

		g_assert_no_error(error);
		node = yaml_node_get(yaml_doc_root(doc), "a");
		g_assert_nonnull(node);
		g_assert_cmpint(node->kind, ==, YAML_SCALAR);
		g_assert_cmpstr(node->text, ==, scalars[i].value);
		g_assert_cmpint(node->quoted, ==, scalars[i].quoted);
		g_assert_null(node->items);
		g_assert_null(node->keys);
	}
}

static void test_empty(void)
{
	static const char *const empty[] = {
		"", "\n", "# only words\n", "---\n", "---\n# x\n...\n", "\xef\xbb\xbf"};

	for (guint i = 0; i < G_N_ELEMENTS(empty); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(YamlDoc) doc = parse(empty[i], &error);
		const YamlNode *root;

		g_assert_no_error(error);
		root = yaml_doc_root(doc);
		g_assert_cmpint(root->kind, ==, YAML_MAPPING);
		g_assert_cmpuint(root->items->len, ==, 0);
		g_assert_cmpuint(root->keys->len, ==, 0);
		g_assert_cmpuint(root->line, ==, 1);
		g_assert_cmpuint(root->column, ==, 1);
		g_assert_null(yaml_node_get(root, ""));
	}
}

/* A quoted empty text is a value, and no empty document. */
static void test_scalar_root(void)
{
	g_autoptr(YamlDoc) quoted = parse("''\n", NULL);
	g_autoptr(YamlDoc) word = parse("word\n", NULL);

	g_assert_cmpint(yaml_doc_root(quoted)->kind, ==, YAML_SCALAR);
	g_assert_cmpstr(yaml_doc_root(quoted)->text, ==, "");
	g_assert_cmpint(yaml_doc_root(word)->kind, ==, YAML_SCALAR);
	g_assert_null(yaml_node_get(yaml_doc_root(word), "word"));
}

/* The bytes need no NUL behind them, and what stands behind is not read. */
static void test_length(void)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(YamlDoc) doc = yaml_doc_parse("a: 1\nb: [", 5, "x", &error);

	g_assert_no_error(error);
	g_assert_cmpstr(yaml_node_get(yaml_doc_root(doc), "a")->text, ==, "1");
	g_assert_null(yaml_node_get(yaml_doc_root(doc), "b"));
}

static const char tree[] = "# settings\n"
			   "first: 1\n"
			   "list:\n"
			   "  - one\n"
			   "  - {k: v, '': e}\n"
			   "  - []\n"
			   "map:\n"
			   "    deep:\n"
			   "        \xc3\xa9\xc3\xa9: \"x\"\n"
			   "First: 2\n";

static void assert_place(const YamlNode *node, unsigned line, unsigned column)
{
	g_assert_nonnull(node);
	g_assert_cmpuint(node->line, ==, line);
	g_assert_cmpuint(node->column, ==, column);
}

static void test_places(void)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(YamlDoc) doc = parse(tree, &error);
	const YamlNode *root, *list, *item, *deep;

	g_assert_no_error(error);
	g_assert_cmpstr(yaml_doc_file(doc), ==, "db/x.yaml");
	root = yaml_doc_root(doc);
	assert_place(root, 2, 1);
	assert_place(yaml_node_get(root, "first"), 2, 8);
	assert_place(g_ptr_array_index(root->keys, 3), 10, 1);
	list = yaml_node_get(root, "list");
	assert_place(list, 4, 3);
	g_assert_null(list->keys);
	g_assert_cmpuint(list->items->len, ==, 3);
	assert_place(g_ptr_array_index(list->items, 0), 4, 5);
	item = g_ptr_array_index(list->items, 1);
	assert_place(item, 5, 5);
	assert_place(yaml_node_get(item, "k"), 5, 9);
	deep = yaml_node_get(yaml_node_get(root, "map"), "deep");
	assert_place(deep, 9, 9);
	/* Columns are characters. */
	assert_place(yaml_node_get(deep, "\xc3\xa9\xc3\xa9"), 9, 13);
}

static void test_get(void)
{
	g_autoptr(YamlDoc) doc = parse(tree, NULL);
	const YamlNode *root = yaml_doc_root(doc);
	const YamlNode *list = yaml_node_get(root, "list");
	const YamlNode *pair = g_ptr_array_index(list->items, 1);

	g_assert_cmpstr(yaml_node_get(root, "first")->text, ==, "1");
	g_assert_cmpstr(yaml_node_get(root, "First")->text, ==, "2");
	g_assert_null(yaml_node_get(root, "firs"));
	g_assert_null(yaml_node_get(root, "firsts"));
	g_assert_null(yaml_node_get(root, ""));
	g_assert_null(yaml_node_get(root, "k"));
	g_assert_null(yaml_node_get(list, "one"));
	g_assert_null(yaml_node_get(yaml_node_get(root, "first"), "first"));
	g_assert_cmpstr(yaml_node_get(pair, "")->text, ==, "e");
	g_assert_cmpuint(root->keys->len, ==, root->items->len);
	yaml_doc_free(NULL);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/yaml/doc/what is not plain data is refused at its place", test_refusals);
	g_test_add_func("/yaml/doc/what is not UTF-8 text is refused at its byte", test_encodings);
	g_test_add_func("/yaml/doc/sixteen levels and no more", test_depth);
	g_test_add_func("/yaml/doc/scalars in every style", test_scalars);
	g_test_add_func("/yaml/doc/an empty document is an empty mapping", test_empty);
	g_test_add_func("/yaml/doc/a lone scalar is a scalar", test_scalar_root);
	g_test_add_func("/yaml/doc/only so many bytes are read", test_length);
	g_test_add_func("/yaml/doc/every node knows its line and column", test_places);
	g_test_add_func("/yaml/doc/keys are found by their exact text", test_get);
	return g_test_run();
}
