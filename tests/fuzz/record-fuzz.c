/* The parsers of records and approvals take untrusted text: no crash, and what is accepted as a
 * record of a known format is written back byte for byte. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "ledger/approval.h"
#include "ledger/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_written_back(const Record *record, const char *text, size_t size)
{
	g_autofree char *message = ledger_record_message(record);
	const size_t length = strlen(message);
	const char *blank = g_strstr_len(text, (gssize)size, "\n\n");

	g_assert_nonnull(blank);
	g_assert_cmpuint((size_t)(text + size - (blank + 2)), >=, length);
	g_assert_cmpint(memcmp(blank + 2, message, length), ==, 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autoptr(GBytes) bytes = g_bytes_new(data, size);
	g_autoptr(Record) record = ledger_record_parse(bytes, NULL);
	g_autoptr(Approval) approval = ledger_approval_parse(bytes, NULL);
	guint foreign;
	g_autoptr(GPtrArray) pieces = ledger_record_split(bytes, &foreign);

	(void)approval;
	if (record && !record->is_newer)
		check_written_back(record, (const char *)data, size);
	for (guint i = 0; i < pieces->len; i++) {
		g_autoptr(Record) piece = ledger_record_parse(g_ptr_array_index(pieces, i), NULL);
		(void)piece;
	}
	return 0;
}
