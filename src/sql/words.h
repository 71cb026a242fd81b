/*
 * A statement judged by its words, for what the parser does not know: newer syntax, very long text.
 */
#pragma once

#include "sql/classify.h"

/* Fills class, what and effect, and the index's name where the words give it; leaves `kind` alone
 * when they say nothing. */
void sql_words_judge(const char *statement, SqlKind *kind);
