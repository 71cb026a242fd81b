/*
 * The Git trees of one look at a database: its schema, the order of its columns, owners and
 * privileges.
 */
#pragma once

#include <glib.h>

typedef struct {
	char *schema; /* tree id; all NULL when the schema was not read */
	char *order;
	char *access;
} Trees;

/* Frees what it holds; it is all zero afterwards. */
void trees_clear(Trees *trees);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Trees, trees_clear)
