/*
 * What the files of part pg share, and nobody else sees.
 */
#pragma once

#include <libpq-fe.h>

struct PgResult {
	PGresult *rows; /* owned */
};
