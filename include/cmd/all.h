/*
 * Every command, by name; cmd/table.c lists them.
 */
#pragma once

#include "cmd/command.h"

extern const Command command_accept;
extern const Command command_approve;
extern const Command command_baseline;
extern const Command command_build;
extern const Command command_check;
extern const Command command_completion;
extern const Command command_diff;
extern const Command command_doctor;
extern const Command command_down;
extern const Command command_hook;
extern const Command command_hooks;
extern const Command command_init;
extern const Command command_log;
extern const Command command_new;
extern const Command command_plan;
extern const Command command_promote;
extern const Command command_psql;
extern const Command command_restore;
extern const Command command_schema;
extern const Command command_show;
extern const Command command_squash;
extern const Command command_status;
extern const Command command_switch;
extern const Command command_sync;
extern const Command command_test;
extern const Command command_up;
extern const Command command_verify;
