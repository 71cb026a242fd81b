/*
 * An order for things that need each other, each of which has parts that can be made one after the
 * other. Pure; knows nothing of SQL.
 *
 * A thing is made whole where that is possible. Where things need each other in a circle, one of
 * them is cut: its first parts are made, then what waited for them, then the rest of it.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "schema/object.h"

typedef struct SchemaOrder SchemaOrder;

/* One step: parts `from` up to, and without, `to` of a node. */
typedef struct {
	guint node;
	guint from, to;
	bool in_circle; /* it needs what comes later, and nothing could be cut */
} SchemaStep;

/* An order of so many nodes, numbered from 0; of those that could be next the lowest is. The caller
 * frees it. */
SchemaOrder *schema_order_new(guint count);

/* Frees it; NULL is fine. */
void schema_order_free(SchemaOrder *order);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SchemaOrder, schema_order_free)

/* A part of a node comes after a part of another one. What a node needs of itself is passed over.
 */
void schema_order_need(SchemaOrder *order, guint node, SchemaPart part, guint other,
		       SchemaPart needs);

/* SchemaStep, in which each part of each node stands once, and the parts of a node in order; the
 * caller frees the array. To take things away, go through it from its end. */
GArray *schema_order_sort(const SchemaOrder *order);
