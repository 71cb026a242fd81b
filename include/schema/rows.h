/*
 * What a database's tables hold beside their schema.
 */
#pragma once

#include "pg/session.h"

/* The tables that hold or held rows, as a list in words; NULL when there is none or it cannot be
 * told. For the caller to free. */
char *schema_written_tables(PgSession *session);
