/*
 * Interruption: Ctrl-C and SIGTERM as a fact that can be asked for, instead of a sudden end.
 *
 * After interrupt_install() the signals only raise a flag and wake whoever polls interrupt_fd().
 * Whoever waits for a server cancels its statement and goes the ordinary way of an error; nothing
 * is left half done.
 */
#pragma once

#include <stdbool.h>

/* Takes SIGINT and SIGTERM over, and ignores SIGPIPE. Safe to call twice. */
void interrupt_install(void);

/* True once a signal came. */
bool interrupt_requested(void);

/* A descriptor that becomes readable once a signal came, for poll(2); -1 before
 * interrupt_install(). */
int interrupt_fd(void);

/* Forgets the signal, so that the end of the work (recording its outcome) is not interrupted by the
 * same Ctrl-C. */
void interrupt_forget(void);
