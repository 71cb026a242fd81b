/*
 * What objects need of each other, found in their texts: for those that stand in a tree only, of
 * which no catalog tells. Pure.
 *
 * Canonical DDL names everything with its schema. An object needs what it names, with two
 * exceptions: the body of a routine may name what is made later, and members of extensions are no
 * objects; extensions come early by their kind. A name in a string constant counts, too
 * (`nextval('public.s')`): one need too many costs nothing but an order that is as good.
 */
#pragma once

#include <glib.h>

#include "schema/object.h"

/* Fills in what those of the objects (SchemaObject*) need that do not know it yet. */
void schema_depends_guess(const GPtrArray *objects);
