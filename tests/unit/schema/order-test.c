/*
 * The order of things that need each other: random ones, with and without circles.
 */
#include "schema/order.h"

typedef struct {
	guint node, other;
	SchemaPart part, needs;
} Edge;

enum { MOST_NODES = 40, ROUNDS = 3000 };

static guint below(GRand *random, guint limit)
{
	return (guint)g_rand_int_range(random, 0, (gint32)limit);
}

/* Where each part of each node stands: its place among the steps. Each stands once, in order. */
static void find_places(const GArray *steps, guint count, guint places[][SCHEMA_PARTS])
{
	guint made[MOST_NODES] = {0};

	for (guint i = 0; i < steps->len; i++) {
		const SchemaStep *step = &g_array_index(steps, SchemaStep, i);

		g_assert_cmpuint(step->node, <, count);
		g_assert_cmpuint(step->from, ==, made[step->node]);
		g_assert_cmpuint(step->to, >, step->from);
		g_assert_cmpuint(step->to, <=, SCHEMA_PARTS);
		for (guint part = step->from; part < step->to; part++)
			places[step->node][part] = i;
		made[step->node] = step->to;
	}
	for (guint i = 0; i < count; i++)
		g_assert_cmpuint(made[i], ==, SCHEMA_PARTS);
}

/* A random edge. Without circles there is an order of parts that it keeps to: all bodies in the
 * order of a permutation, then all keys, then all links; or the other node stands before. */
static Edge random_edge(GRand *random, guint count, const guint *rank, bool circles)
{
	Edge edge;

	do
		edge = (Edge){.node = below(random, count),
			      .other = below(random, count),
			      .part = (SchemaPart)below(random, SCHEMA_PARTS),
			      .needs = (SchemaPart)below(random, SCHEMA_PARTS)};
	while (!circles &&
	       edge.part * count + rank[edge.node] <= edge.needs * count + rank[edge.other]);
	return edge;
}

static void shuffle(GRand *random, guint *rank, guint count)
{
	for (guint i = 0; i < count; i++)
		rank[i] = i;
	for (guint i = count; i > 1; i--) {
		const guint j = below(random, i), kept = rank[j];

		rank[j] = rank[i - 1];
		rank[i - 1] = kept;
	}
}

static void check_round(GRand *random, bool circles)
{
	const guint count = 2 + below(random, MOST_NODES - 2), edges = below(random, 3 * count);
	g_autoptr(SchemaOrder) order = schema_order_new(count);
	g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(Edge));
	g_autoptr(GArray) steps = NULL;
	guint rank[MOST_NODES], places[MOST_NODES][SCHEMA_PARTS];

	shuffle(random, rank, count);
	for (guint i = 0; i < edges; i++) {
		const Edge edge = random_edge(random, count, rank, circles);

		g_array_append_val(all, edge);
		schema_order_need(order, edge.node, edge.part, edge.other, edge.needs);
	}
	steps = schema_order_sort(order);
	find_places(steps, count, places);
	for (guint i = 0; i < all->len; i++) {
		const Edge *edge = &g_array_index(all, Edge, i);
		const guint place = places[edge->node][edge->part];

		if (edge->node != edge->other && !g_array_index(steps, SchemaStep, place).in_circle)
			g_assert_cmpuint(place, >, places[edge->other][edge->needs]);
	}
	for (guint i = 0; !circles && i < steps->len; i++)
		g_assert_false(g_array_index(steps, SchemaStep, i).in_circle);
}

static void test_random(void)
{
	g_autoptr(GRand) random = g_rand_new_with_seed((guint32)g_test_rand_int());

	for (guint i = 0; i < ROUNDS; i++)
		check_round(random, i % 2);
}

/* A sequence that a table's default reads and that the table owns; a view of the table. */
static void test_cut(void)
{
	enum { SEQUENCE, TABLE, VIEW, COUNT };
	static const SchemaStep wanted[] = {{SEQUENCE, SCHEMA_BODY, SCHEMA_LINKS, false},
					    {TABLE, SCHEMA_BODY, SCHEMA_PARTS, false},
					    {SEQUENCE, SCHEMA_LINKS, SCHEMA_PARTS, false},
					    {VIEW, SCHEMA_BODY, SCHEMA_PARTS, false}};
	g_autoptr(SchemaOrder) order = schema_order_new(COUNT);
	g_autoptr(GArray) steps = NULL;

	schema_order_need(order, TABLE, SCHEMA_BODY, SEQUENCE, SCHEMA_BODY);
	schema_order_need(order, SEQUENCE, SCHEMA_LINKS, TABLE, SCHEMA_BODY);
	schema_order_need(order, VIEW, SCHEMA_BODY, TABLE, SCHEMA_KEYS);
	steps = schema_order_sort(order);
	g_assert_cmpuint(steps->len, ==, G_N_ELEMENTS(wanted));
	for (guint i = 0; i < steps->len; i++) {
		const SchemaStep *step = &g_array_index(steps, SchemaStep, i);

		g_assert_cmpuint(step->node, ==, wanted[i].node);
		g_assert_cmpuint(step->from, ==, wanted[i].from);
		g_assert_cmpuint(step->to, ==, wanted[i].to);
		g_assert_false(step->in_circle);
	}
}

/* Two bodies that need each other: said, and both are there. */
static void test_circle(void)
{
	g_autoptr(SchemaOrder) order = schema_order_new(2);
	g_autoptr(GArray) steps = NULL;

	schema_order_need(order, 0, SCHEMA_BODY, 1, SCHEMA_BODY);
	schema_order_need(order, 1, SCHEMA_BODY, 0, SCHEMA_BODY);
	steps = schema_order_sort(order);
	g_assert_true(g_array_index(steps, SchemaStep, 0).in_circle);
	g_assert_false(g_array_index(steps, SchemaStep, 1).in_circle);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/order/random", test_random);
	g_test_add_func("/order/cut", test_cut);
	g_test_add_func("/order/circle", test_circle);
	return g_test_run();
}
