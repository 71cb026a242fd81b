/*
 * Rows are claims, records are proof: what the database says is applied is held against what its
 * records say, before anything is planned on it. What was proven is remembered by a digest of the
 * rows, so that nothing is read twice while nothing changes.
 */
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "internal.h"
#include "ledger/records.h"
#include "ledger/replay.h"

/* ---- the memory ---- */

static char *memory_path(const Standing *standing)
{
	return g_strdup_printf("%s/git-migrate/applied/%s", git_repo_common_dir(standing->repo),
			       standing->settings->name);
}

/* "1 LEDGER HEAD DIGEST": what these rows were proven by. */
static char *proof_line(const Standing *standing, const AppliedSet *applied)
{
	g_autoptr(GChecksum) digest = g_checksum_new(G_CHECKSUM_SHA256);

	for (guint i = 0; i < applied->all->len; i++) {
		const Applied *row = g_ptr_array_index(applied->all, i);
		g_autofree char *line = g_strdup_printf("%s\n%s\n%" G_GINT64_FORMAT "\n", row->id,
							row->blob, row->record);

		g_checksum_update(digest, (const guchar *)line, -1);
	}
	return g_strdup_printf("1 %s %s %s\n", standing->ledgers.state.ledger,
			       standing->ledgers.state.head ? standing->ledgers.state.head : "-",
			       g_checksum_get_string(digest));
}

static bool is_remembered(const Standing *standing, const char *line)
{
	g_autofree char *path = memory_path(standing);
	g_autofree char *known = NULL;

	return g_file_get_contents(path, &known, NULL, NULL) && strcmp(known, line) == 0;
}

/* A memory that cannot be written costs time later, nothing else. */
static void remember(const Standing *standing, const char *line)
{
	g_autofree char *path = memory_path(standing);
	g_autofree char *folder = g_path_get_dirname(path);

	if (file_make_folder(folder, NULL))
		file_write(path, line, strlen(line), NULL);
}

/* ---- the proof ---- */

static bool has_newer(const GPtrArray *records)
{
	for (guint i = 0; i < records->len; i++)
		if (((const Record *)g_ptr_array_index(records, i))->is_newer)
			return true;
	return false;
}

/* False with an error; *proven is false where a newer version's records say what we cannot read. */
static bool replay(const Standing *standing, GPtrArray *problems, bool *proven, GError **error)
{
	g_autoptr(GPtrArray) records =
		ledger_records_read(standing->session, standing->ledgers.links, problems, error);
	g_autoptr(AppliedSet) whole =
		records ? ledger_database_applied(standing->session, true, error) : NULL;

	if (!whole)
		return false;
	*proven = !has_newer(records);
	if (*proven)
		ledger_replay_check(records, whole, problems);
	return true;
}

GPtrArray *standing_rows_problems(const Standing *standing, GError **error)
{
	const AppliedSet *applied = standing->lineup->applied;
	g_autoptr(GPtrArray) problems = ledger_problems_new();
	g_autofree char *line = NULL;
	bool proven;

	if (!standing->session || !standing->ledgers.state.present)
		return g_steal_pointer(&problems);
	line = proof_line(standing, applied);
	if (is_remembered(standing, line))
		return g_steal_pointer(&problems);
	if (!replay(standing, problems, &proven, error))
		return NULL;
	if (proven && problems->len == 0)
		remember(standing, line);
	return g_steal_pointer(&problems);
}

bool standing_prove_rows(const Standing *standing, GError **error)
{
	const guint shown = 5;
	const char *name = standing->settings->name;
	g_autoptr(GPtrArray) problems = standing_rows_problems(standing, error);

	if (!problems)
		return false;
	if (problems->len == 0)
		return true;
	error_set(
		error, ERR_REFUSED,
		"the rows of git_migrate.applied in environment '%s' are not what its records say",
		name);
	for (guint i = 0; i < problems->len && i < shown; i++)
		error_detail(error, "%s", ((LedgerProblem *)g_ptr_array_index(problems, i))->text);
	if (problems->len > shown)
		error_detail(error, "... and %u more", problems->len - shown);
	return error_hint(
		error,
		"find out who changed them; 'git migrate verify --env %s --rows' prints the "
		"SQL that makes them what the records say",
		name);
}
