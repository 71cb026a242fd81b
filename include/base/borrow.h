/*
 * Lists of things that belong to somebody else.
 *
 * GLib's arrays hold plain pointers, so a borrowed `const T *` loses its const on the way in. It
 * does so here and nowhere else; who takes it out declares it const again.
 */
#pragma once

#include <glib.h>

/* Appends a borrowed thing. The list must have no free function. */
void borrow_add(GPtrArray *list, gconstpointer thing);

/* Puts a borrowed thing into a set. The table must have no free function for keys. */
void borrow_key(GHashTable *set, gconstpointer thing);
