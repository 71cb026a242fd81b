#include "model/gate.h"

#include <stdarg.h>
#include <string.h>

Gate *gate_new(GateKind kind, GateState state, const char *remedy, const char *found, ...)
{
	Gate *gate = g_new0(Gate, 1);
	va_list args;

	va_start(args, found);
	gate->found = g_strdup_vprintf(found, args);
	va_end(args);
	gate->kind = kind;
	gate->state = state;
	gate->remedy = g_strdup(remedy);
	return gate;
}

void gate_free(Gate *gate)
{
	if (!gate)
		return;
	g_free(gate->found);
	g_free(gate->remedy);
	g_free(gate);
}

const char *gate_kind_name(GateKind kind)
{
	static const char *const names[GATE_KINDS] = {
		[GATE_RELEASE] = "release", [GATE_PROMOTION] = "promotion",
		[GATE_SOAK] = "soak",       [GATE_DRIFT] = "drift",
		[GATE_ORDER] = "order",     [GATE_APPROVALS] = "approvals",
	};

	return names[kind];
}

char *gate_kind_list(void)
{
	GString *list = g_string_new(gate_kind_name(GATE_RELEASE));

	for (GateKind kind = GATE_RELEASE + 1; kind < GATE_KINDS; kind++)
		g_string_append_printf(list, ", %s", gate_kind_name(kind));
	return g_string_free(list, FALSE);
}

const char *gate_state_name(GateState state)
{
	static const char *const names[] = {
		[GATE_PASSED] = "passed",
		[GATE_FAILED] = "failed",
		[GATE_WAITING] = "waiting",
		[GATE_OVERRIDDEN] = "overridden",
	};

	return names[state];
}

bool gate_kind_parse(const char *name, GateKind *kind)
{
	for (GateKind each = GATE_RELEASE; each < GATE_KINDS; each++)
		if (strcmp(gate_kind_name(each), name) == 0) {
			*kind = each;
			return true;
		}
	return false;
}

bool gates_are_open(const GPtrArray *gates)
{
	for (guint i = 0; i < gates->len; i++) {
		const Gate *gate = g_ptr_array_index(gates, i);
		if (gate->state != GATE_PASSED && gate->state != GATE_OVERRIDDEN)
			return false;
	}
	return true;
}
