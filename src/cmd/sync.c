#include <stdio.h>

#include "base/error.h"
#include "base/text.h"
#include "cmd/all.h"
#include "ledger/sync.h"
#include "report/json.h"
#include "standing/standing.h"

static const CommandOption options[] = {
	OPTION_FORMAT,
	OPTION_END,
};

static void print(const CommandContext *context, const LedgerSync *sync)
{
	g_autofree char *fetched = text_count(sync->joined, "ref");
	g_autofree char *pushed = text_count(sync->pushed, "ref");

	if (command_wants_json(context)) {
		json_t *document = report_json_new("sync");
		json_object_set_new(document, "remote", report_json_text(sync->remote));
		json_object_set_new(document, "updated", json_integer(sync->joined));
		json_object_set_new(document, "pushed", json_integer(sync->pushed));
		report_json_print(document, stdout);
	} else if (context->verbosity >= 0) {
		printf("%s: %s updated here, %s pushed\n", sync->remote, fetched, pushed);
	}
}

/* Alone this is the whole job: what is a warning in a deployment is a failure here. */
static bool fail_on_warning(const LedgerSync *sync, GError **error)
{
	if (!sync->remote) {
		error_set(error, ERR_REPOSITORY, "there is no remote to synchronise records with");
		return error_hint(error,
				  "git remote add origin URL, or git config migrate.remote NAME");
	}
	return !sync->warning || error_set(error, ERR_REPOSITORY, "%s", sync->warning);
}

static bool run(CommandContext *context, int *status, GError **error)
{
	g_auto(LedgerSync) sync = {0};

	(void)status;
	if (!standing_sync_prepare(context->repo, &sync, error))
		return false;
	if (!ledger_sync_fetch(context->repo, NULL, &sync, error) ||
	    !fail_on_warning(&sync, error) ||
	    !ledger_sync_push(context->repo, NULL, &sync, error) || !fail_on_warning(&sync, error))
		return false;
	print(context, &sync);
	return true;
}

const Command command_sync = {
	.name = "sync",
	.summary = "fetch and push records, approvals and states",
	.arguments = "",
	.options = options,
	.needs = NEEDS_REPOSITORY,
	.run = run,
};
