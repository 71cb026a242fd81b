/* Approvals in their notes; their text is approval.c. */
#include <string.h>

#include "git/notes.h"
#include "ledger/approval.h"

char *ledger_approvals_ref(const char *environment)
{
	return g_strconcat("refs/notes/migrate-approvals/", environment, NULL);
}

/* The approvals in one note; a text copied from another commit's note or environment counts for
 * nothing. */
static void take_note(GPtrArray *approvals, GHashTable *seen, const char *environment,
		      const GitNotesEntry *entry)
{
	g_autoptr(GPtrArray) pieces = ledger_approval_split(entry->text);

	for (guint i = 0; i < pieces->len; i++) {
		g_autoptr(Approval) approval =
			ledger_approval_parse(g_ptr_array_index(pieces, i), NULL);

		if (!approval || strcmp(approval->environment, environment) != 0 ||
		    strcmp(approval->object, entry->object) != 0 ||
		    !g_hash_table_add(seen, g_strdup(approval->id)))
			continue;
		g_ptr_array_add(approvals, g_steal_pointer(&approval));
	}
}

GPtrArray *ledger_approvals_read(GitRepo *repo, const char *environment, GError **error)
{
	g_autofree char *ref = ledger_approvals_ref(environment);
	g_autoptr(GPtrArray) entries = git_notes_read(repo, ref, error);
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	GPtrArray *approvals;

	if (!entries)
		return NULL;
	approvals = g_ptr_array_new_with_free_func((GDestroyNotify)approval_free);
	for (guint i = 0; i < entries->len; i++)
		take_note(approvals, seen, environment, g_ptr_array_index(entries, i));
	return approvals;
}

bool ledger_approvals_append(GitRepo *repo, const char *environment, const GPtrArray *approvals,
			     GError **error)
{
	g_autofree char *ref = ledger_approvals_ref(environment);
	g_autofree GitNoteAddition *additions = g_new0(GitNoteAddition, approvals->len + 1);
	g_autofree char *message = g_strdup_printf("%s: approved\n", environment);

	if (approvals->len == 0)
		return true;
	for (guint i = 0; i < approvals->len; i++) {
		const Approval *approval = g_ptr_array_index(approvals, i);
		additions[i].object = approval->object;
		additions[i].text = g_bytes_get_data(approval->raw, &additions[i].length);
	}
	return git_notes_append(repo, ref, additions, approvals->len, message, error);
}
