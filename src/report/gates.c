#include "report/gates.h"

#include "base/term.h"
#include "base/text.h"
#include "model/gate.h"
#include "report/json.h"

#define NAME_WIDTH  10
#define STATE_WIDTH 10

static TermStyle style_of(GateState state)
{
	static const TermStyle styles[] = {
		[GATE_PASSED] = TERM_GOOD,
		[GATE_FAILED] = TERM_BAD,
		[GATE_WAITING] = TERM_WARN,
		[GATE_OVERRIDDEN] = TERM_WARN,
	};

	return styles[state];
}

void report_gates_text(const GPtrArray *gates, FILE *out)
{
	g_autofree char *count = text_count(gates->len, "gate");
	guint closed = 0;

	for (guint i = 0; i < gates->len; i++) {
		const Gate *gate = g_ptr_array_index(gates, i);
		const TermStyle style = style_of(gate->state);

		fprintf(out, "  %-*s  %s%-*s%s  %s\n", NAME_WIDTH, gate_kind_name(gate->kind),
			term_begin(out, style), STATE_WIDTH, gate_state_name(gate->state),
			term_end(out, style), gate->found);
		if (gate->remedy && gate->state != GATE_PASSED)
			fprintf(out, "  %*s  %s\n", NAME_WIDTH + STATE_WIDTH + 2, "", gate->remedy);
		closed += gate->state == GATE_FAILED || gate->state == GATE_WAITING;
	}
	if (gates->len)
		fprintf(out, "%s asked, %u closed\n", count, closed);
}

json_t *report_gates_json(const GPtrArray *gates)
{
	json_t *array = json_array();

	for (guint i = 0; i < gates->len; i++) {
		const Gate *gate = g_ptr_array_index(gates, i);
		json_t *entry = json_object();

		json_object_set_new(entry, "gate", json_string(gate_kind_name(gate->kind)));
		json_object_set_new(entry, "state", json_string(gate_state_name(gate->state)));
		json_object_set_new(entry, "found", report_json_text(gate->found));
		json_object_set_new(entry, "remedy", report_json_text(gate->remedy));
		json_array_append_new(array, entry);
	}
	return array;
}
