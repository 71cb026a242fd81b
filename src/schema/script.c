#include "schema/script.h"

#include <string.h>

#include "edit.h"
#include "names.h"
#include "schema/order.h"

/* ---- what has to be touched ---- */

/* An object that changes, or makes way for one that does. */
typedef struct {
	const char *path;
	const SchemaObject *left, *right;
	SchemaKind kind;
	bool anew;
	bool loses_key;
	GPtrArray *words;   /* what its statements name and is made anew; or NULL */
	GPtrArray *touched; /* columns that go or change their type; or NULL */
	SchemaEdit edit;
	guint place;
} Node;

static void node_free(Node *node)
{
	g_clear_pointer(&node->words, g_ptr_array_unref);
	g_clear_pointer(&node->touched, g_ptr_array_unref);
	schema_edit_clear(&node->edit);
	g_free(node);
}

/* Whoever needs something: who, and what of it. */
typedef struct {
	const SchemaObject *object;
	const SchemaDependency *dependency;
} Needer;

typedef struct {
	GPtrArray *nodes;    /* Node* */
	GHashTable *by_path; /* path to Node* */
	GHashTable *needers; /* path to GArray of Needer: who needs it on the left side */
	GQueue disturbing;   /* Node*, whose needers have not been looked at */
} Script;

static void script_clear(Script *script)
{
	g_queue_clear(&script->disturbing);
	g_clear_pointer(&script->needers, g_hash_table_unref);
	g_clear_pointer(&script->by_path, g_hash_table_unref);
	g_clear_pointer(&script->nodes, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Script, script_clear)

static Node *add_node(Script *script, const char *path, const SchemaObject *left,
		      const SchemaObject *right)
{
	Node *node = g_new0(Node, 1);

	node->path = path;
	node->kind = schema_kind_of(path);
	node->left = left;
	node->right = right;
	schema_edit_init(&node->edit);
	g_ptr_array_add(script->nodes, node);
	g_hash_table_insert(script->by_path, node->left ? node->left->path : node->right->path,
			    node);
	return node;
}

static void add_needers(GHashTable *needers, const SchemaObject *object)
{
	for (guint i = 0; object->depends && i < object->depends->len; i++) {
		SchemaDependency *dependency = g_ptr_array_index(object->depends, i);
		const Needer needer = {object, dependency};
		GArray *list = g_hash_table_lookup(needers, dependency->path);

		if (!list) {
			list = g_array_new(FALSE, FALSE, sizeof(Needer));
			g_hash_table_insert(needers, dependency->path, list);
		}
		g_array_append_val(list, needer);
	}
}

static GHashTable *needers_of(const GPtrArray *objects)
{
	GHashTable *needers =
		g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)g_array_unref);

	for (guint i = 0; i < objects->len; i++)
		add_needers(needers, g_ptr_array_index(objects, i));
	return needers;
}

static void add_change(Script *script, const SchemaDifference *change)
{
	Node *node = add_node(script, change->path, change->left, change->right);

	if (!node->left)
		return;
	if (node->right) {
		node->anew = schema_is_made_anew(node->left->text, node->right->text);
		node->loses_key = schema_drops_key(node->left->text, node->right->text);
		node->touched = schema_columns_touched(node->left->text, node->right->text);
	}
	if (!node->right || node->anew || node->loses_key || node->touched->len)
		g_queue_push_tail(&script->disturbing, node);
}

/* ---- what makes way ---- */

static bool is_touched(const Node *node, const Needer *needer)
{
	const SchemaDependency *dependency = needer->dependency;

	for (guint i = 0; node->touched && i < node->touched->len; i++) {
		const char *column = g_ptr_array_index(node->touched, i);

		if (dependency->guessed ? schema_has_word(needer->object->text, column)
					: g_strcmp0(dependency->column, column) == 0)
			return true;
	}
	return false;
}

/* What is made of one piece makes way as a whole. A table does not: its rows would go. */
static bool can_be_made_anew(SchemaKind kind)
{
	return kind == SCHEMA_KIND_VIEW || kind == SCHEMA_KIND_MATERIALIZED_VIEW ||
	       kind == SCHEMA_KIND_FUNCTION || kind == SCHEMA_KIND_PROCEDURE ||
	       kind == SCHEMA_KIND_AGGREGATE || kind == SCHEMA_KIND_OPERATOR ||
	       kind == SCHEMA_KIND_OTHER;
}

static void add_word(Node *node, const char *path)
{
	g_autofree char *name = schema_path_name(path);

	if (!node->words)
		node->words = g_ptr_array_new_with_free_func(g_free);
	if (name)
		g_ptr_array_add(node->words, g_steal_pointer(&name));
}

static void make_way(Script *script, const Node *disturbing, const Needer *needer)
{
	Node *node = g_hash_table_lookup(script->by_path, needer->object->path);
	const bool all = !disturbing->right || disturbing->anew;
	const bool key = disturbing->loses_key && needer->dependency->needs == SCHEMA_KEYS;
	const bool whole = needer->dependency->part == SCHEMA_BODY;

	if (!all && !key && !is_touched(disturbing, needer))
		return;
	if (!node)
		node = add_node(script, needer->object->path, needer->object, needer->object);
	if (!node->right || node->anew)
		return;
	if (whole && can_be_made_anew(node->kind)) {
		node->anew = true;
		g_queue_push_tail(&script->disturbing, node);
	} else if (all || key || node->kind != SCHEMA_KIND_TABLE || !whole) {
		add_word(node, disturbing->path);
	}
}

static void make_all_way(Script *script)
{
	Node *node;

	while ((node = g_queue_pop_head(&script->disturbing))) {
		const GArray *needers = g_hash_table_lookup(script->needers, node->path);

		for (guint i = 0; needers && i < needers->len; i++)
			make_way(script, node, &g_array_index(needers, Needer, i));
	}
}

static void derive(Node *node)
{
	const SchemaMakeWay way = {
		.anew = node->anew, .words = node->words, .columns = node->touched};

	schema_edit_derive(&node->edit, node->path, node->left ? node->left->text : NULL,
			   node->right ? node->right->text : NULL, &way);
}

/* ---- order ---- */

static gint compare_nodes(gconstpointer a, gconstpointer b)
{
	const Node *const *left = a, *const *right = b;

	if ((*left)->kind != (*right)->kind)
		return (*left)->kind < (*right)->kind ? -1 : 1;
	return strcmp((*left)->path, (*right)->path);
}

/* The steps in which one side would be made. */
static GArray *steps_of(const Script *script, bool of_left)
{
	g_autoptr(SchemaOrder) order = schema_order_new(script->nodes->len);

	for (guint i = 0; i < script->nodes->len; i++) {
		const Node *node = g_ptr_array_index(script->nodes, i);
		const SchemaObject *object = of_left ? node->left : node->right;

		for (guint j = 0; object && object->depends && j < object->depends->len; j++) {
			const SchemaDependency *need = g_ptr_array_index(object->depends, j);
			const Node *other = g_hash_table_lookup(script->by_path, need->path);

			if (other && (of_left ? other->left : other->right))
				schema_order_need(order, i, need->part, other->place, need->needs);
		}
	}
	return schema_order_sort(order);
}

/* ---- text ---- */

static void take(GString *sql, const Script *script)
{
	g_autoptr(GArray) steps = steps_of(script, true);

	for (guint i = steps->len; i > 0; i--) {
		const SchemaStep *step = &g_array_index(steps, SchemaStep, i - 1);
		const Node *node = g_ptr_array_index(script->nodes, step->node);
		const guint end = node->edit.goes && step->from == SCHEMA_BODY ? 1 : step->to;

		for (guint part = end; part > step->from; part--)
			g_string_append(sql, node->edit.take[part - 1]->str);
	}
}

/* A new routine is everybody's to run. */
static void close_routine(GString *sql, const SchemaObject *access)
{
	static const char grant[] = "GRANT EXECUTE ON ROUTINE ";
	const char *routine = strstr(access->text, "ALTER ROUTINE ");
	const char *name = routine ? routine + strlen("ALTER ROUTINE ") : NULL;
	const char *end = name ? schema_find_outside(name, " OWNER TO ") : NULL;
	g_autofree char *to_all =
		end ? g_strdup_printf("%s%.*s TO PUBLIC", grant, (int)(end - name), name) : NULL;

	if (to_all && !strstr(access->text, to_all))
		g_string_append_printf(sql, "REVOKE ALL ON ROUTINE %.*s FROM PUBLIC;\n",
				       (int)(end - name), name);
}

static void give_back(GString *sql, const Node *node, const GPtrArray *access)
{
	for (guint i = 0; access && i < access->len; i++) {
		const SchemaObject *object = g_ptr_array_index(access, i);

		if (strcmp(object->path, node->path) == 0) {
			g_string_append(sql, object->text);
			close_routine(sql, object);
			return;
		}
	}
	g_string_append_printf(sql,
			       "-- made again, with the owner and privileges of a new object: %s\n",
			       node->path);
}

static void make(GString *sql, const Script *script, const GPtrArray *access)
{
	g_autoptr(GArray) steps = steps_of(script, false);

	for (guint i = 0; i < steps->len; i++) {
		const SchemaStep *step = &g_array_index(steps, SchemaStep, i);
		const Node *node = g_ptr_array_index(script->nodes, step->node);

		for (guint part = step->from; part < step->to; part++)
			g_string_append(sql, node->edit.make[part]->str);
		if (node->anew && step->to == SCHEMA_PARTS)
			give_back(sql, node, access);
	}
}

/* A body may name what comes further down. */
static bool makes_routine(const Script *script)
{
	for (guint i = 0; i < script->nodes->len; i++) {
		const Node *node = g_ptr_array_index(script->nodes, i);

		if ((node->kind == SCHEMA_KIND_FUNCTION || node->kind == SCHEMA_KIND_PROCEDURE) &&
		    node->edit.make[SCHEMA_BODY]->len)
			return true;
	}
	return false;
}

char *schema_script(const GArray *changes, const GPtrArray *from, const GPtrArray *access)
{
	g_auto(Script) script = {
		.nodes = g_ptr_array_new_with_free_func((GDestroyNotify)node_free),
		.by_path = g_hash_table_new(g_str_hash, g_str_equal),
		.needers = needers_of(from),
		.disturbing = G_QUEUE_INIT,
	};
	GString *sql = g_string_new(NULL);

	for (guint i = 0; i < changes->len; i++)
		add_change(&script, &g_array_index(changes, SchemaDifference, i));
	make_all_way(&script);
	g_ptr_array_sort(script.nodes, compare_nodes);
	for (guint i = 0; i < script.nodes->len; i++) {
		Node *node = g_ptr_array_index(script.nodes, i);

		node->place = i;
		derive(node);
	}
	if (makes_routine(&script))
		g_string_append(sql, "SET check_function_bodies = off;\n");
	take(sql, &script);
	make(sql, &script, access);
	return g_string_free(sql, FALSE);
}
