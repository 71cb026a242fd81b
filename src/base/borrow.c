#include "base/borrow.h"

#include <string.h>

/* The bytes of the pointer are copied: a cast would have to be excused to the compiler. */
static gpointer without_const(gconstpointer thing)
{
	gpointer plain;

	memcpy(&plain, &thing, sizeof plain);
	return plain;
}

void borrow_add(GPtrArray *list, gconstpointer thing)
{
	g_ptr_array_add(list, without_const(thing));
}

void borrow_key(GHashTable *set, gconstpointer thing)
{
	g_hash_table_add(set, without_const(thing));
}
