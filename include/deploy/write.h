/*
 * Writing the ledger: a record is signed, checked as everybody else will check it, and put into the
 * database; afterwards the notes, the state and the remote follow. A crash between any two of these
 * leaves what the next command repairs.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "deploy/context.h"

/* A record with everything filled in that the context knows; the caller adds what its action needs,
 * and frees it. */
Record *deploy_record_new(DeployContext *context, RecordAction action, GError **error);

/*
 * Signs the record, verifies the signature as an audit would, and inserts it. On success the
 * context's head moves on to it, and it waits in context->written for the notes. Takes the record.
 */
bool deploy_record_write(DeployContext *context, Record *record, GError **error);

/* Makes the ledger in a database that has none, and reads its state. */
bool deploy_make_ledger(DeployContext *context, GError **error);

/*
 * Refuses to go on unless the ledgers agree or the difference can be repaired: notes that lag are
 * completed from the database verbatim. Sets right what a crashed deployment left: its begin is
 * finished with what it is seen to have done. Audits signatures and chain. Makes the ledger when
 * there is none.
 */
bool deploy_settle_ledgers(DeployContext *context, GError **error);

/*
 * Brings notes, state and remote up to date with the database. Their failure is a warning, never an
 * error: the database has the truth, and the next command does it.
 */
void deploy_publish(DeployContext *context, const char *summary);
