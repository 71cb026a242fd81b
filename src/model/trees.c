#include "model/trees.h"

void trees_clear(Trees *trees)
{
	g_free(trees->schema);
	g_free(trees->order);
	g_free(trees->access);
	*trees = (Trees){0};
}
