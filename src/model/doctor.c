#include "model/doctor.h"

#include <stdarg.h>

static void check_free(DoctorCheck *check)
{
	g_free(check->name);
	g_free(check->found);
	g_free(check->hint);
	g_free(check);
}

GPtrArray *doctor_checks_new(void)
{
	return g_ptr_array_new_with_free_func((GDestroyNotify)check_free);
}

void doctor_check_add(GPtrArray *checks, const char *name, DoctorState state, const char *hint,
		      const char *found, ...)
{
	DoctorCheck *check = g_new0(DoctorCheck, 1);
	va_list args;

	check->name = g_strdup(name);
	check->state = state;
	check->hint = g_strdup(hint);
	va_start(args, found);
	check->found = g_strdup_vprintf(found, args);
	va_end(args);
	g_strdelimit(check->found, "\n", ' ');
	g_ptr_array_add(checks, check);
}

guint doctor_checks_count(const GPtrArray *checks, DoctorState state)
{
	guint count = 0;

	for (guint i = 0; i < checks->len; i++)
		count += ((DoctorCheck *)g_ptr_array_index(checks, i))->state == state;
	return count;
}
