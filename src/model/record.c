#include "model/record.h"

Record *record_new(RecordAction action)
{
	Record *record = g_new0(Record, 1);

	record->action = action;
	record->items = g_ptr_array_new_with_free_func((GDestroyNotify)record_item_free);
	return record;
}

void record_free(Record *record)
{
	if (!record)
		return;
	char *const texts[] = {
		record->object,  record->tag,      record->tagger,    record->environment,
		record->ledger,  record->database, record->previous,  record->ref,
		record->release, record->policy,   record->time,      record->tool,
		record->begin,   record->error,    record->failed,    record->snapshot,
		record->backup,  record->reason,   record->abandoned, record->id,
		record->plan,    record->witness};

	for (guint i = 0; i < G_N_ELEMENTS(texts); i++)
		g_free(texts[i]);
	g_clear_pointer(&record->items, g_ptr_array_unref);
	g_clear_pointer(&record->raw, g_bytes_unref);
	g_strfreev(record->approvals);
	g_strfreev(record->overrides);
	g_free(record);
}

RecordItem *record_item_new(const char *id)
{
	RecordItem *item = g_new0(RecordItem, 1);

	item->id = g_strdup(id);
	return item;
}

void record_item_free(RecordItem *item)
{
	if (!item)
		return;
	g_free(item->id);
	g_free(item->path);
	g_free(item->blob);
	g_free(item->content);
	g_free(item->at);
	g_free(item);
}

const char *record_action_name(RecordAction action)
{
	static const char *const names[] = {
		[RECORD_BEGIN] = "begin",     [RECORD_REVERT] = "revert",
		[RECORD_FINISH] = "finish",   [RECORD_ACCEPT] = "accept",
		[RECORD_RESTORE] = "restore", [RECORD_BASELINE] = "baseline",
		[RECORD_ADOPT] = "adopt",     [RECORD_CHECKPOINT] = "checkpoint",
		[RECORD_UNKNOWN] = "unknown",
	};

	return names[action];
}

const char *record_outcome_name(RecordOutcome outcome)
{
	static const char *const names[] = {
		[OUTCOME_DONE] = "done",
		[OUTCOME_FAILED] = "failed",
		[OUTCOME_INTERRUPTED] = "interrupted",
		[OUTCOME_CRASHED] = "crashed",
	};

	return names[outcome];
}
