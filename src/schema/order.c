#include "schema/order.h"

/* What one node waits for. */
typedef struct {
	guint other;
	SchemaPart part, needs;
} Need;

struct SchemaOrder {
	guint count;
	GArray **needs; /* Need, of each node */
};

SchemaOrder *schema_order_new(guint count)
{
	SchemaOrder *order = g_new0(SchemaOrder, 1);

	order->count = count;
	order->needs = g_new0(GArray *, count + 1);
	for (guint i = 0; i < count; i++)
		order->needs[i] = g_array_new(FALSE, FALSE, sizeof(Need));
	return order;
}

void schema_order_free(SchemaOrder *order)
{
	if (!order)
		return;
	for (guint i = 0; i < order->count; i++)
		g_array_unref(order->needs[i]);
	g_free(order->needs);
	g_free(order);
}

void schema_order_need(SchemaOrder *order, guint node, SchemaPart part, guint other,
		       SchemaPart needs)
{
	const Need need = {.other = other, .part = part, .needs = needs};

	if (node != other)
		g_array_append_val(order->needs[node], need);
}

/* How many parts of the node could stand now, given how many of each node already do. */
static guint reach(const SchemaOrder *order, const guint *made, guint node)
{
	const GArray *needs = order->needs[node];
	guint reached = SCHEMA_PARTS;

	for (guint i = 0; i < needs->len; i++) {
		const Need *need = &g_array_index(needs, Need, i);

		if (made[need->other] <= need->needs && need->part < reached)
			reached = need->part;
	}
	return reached;
}

/* The lowest node that gets done; or else the lowest that gets on; or else any that is not done,
 * and `reached` is one part more than it may. */
static guint choose(const SchemaOrder *order, const guint *made, guint *reached, bool *in_circle)
{
	guint getting_on = order->count, any = order->count;

	for (guint i = 0; i < order->count; i++) {
		const guint end = made[i] < SCHEMA_PARTS ? reach(order, made, i) : 0;

		if (end == SCHEMA_PARTS) {
			*reached = end;
			return i;
		}
		if (getting_on == order->count && end > made[i])
			getting_on = i;
		if (any == order->count && made[i] < SCHEMA_PARTS)
			any = i;
	}
	*in_circle = getting_on == order->count;
	if (*in_circle)
		*reached = made[any] + 1;
	else
		*reached = reach(order, made, getting_on);
	return *in_circle ? any : getting_on;
}

GArray *schema_order_sort(const SchemaOrder *order)
{
	GArray *steps = g_array_new(FALSE, FALSE, sizeof(SchemaStep));
	g_autofree guint *made = g_new0(guint, order->count + 1);
	guint done = 0;

	while (done < order->count) {
		SchemaStep step = {0};

		step.node = choose(order, made, &step.to, &step.in_circle);
		step.from = made[step.node];
		made[step.node] = step.to;
		done += step.to == SCHEMA_PARTS;
		g_array_append_val(steps, step);
	}
	return steps;
}
