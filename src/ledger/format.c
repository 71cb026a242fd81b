#include "format.h"

/* By their numbers, from 1. */
static const RecordFormat *const formats[] = {&record_format_1};

const RecordFormat *record_format_find(gint64 number)
{
	return number >= 1 && number <= (gint64)G_N_ELEMENTS(formats) ? formats[number - 1] : NULL;
}

const RecordFormat *record_format_newest(void)
{
	return formats[G_N_ELEMENTS(formats) - 1];
}
