#include "cmd/all.h"

const Command *const command_table[] = {
	&command_init,     &command_new,    &command_status,     &command_plan,
	&command_up,       &command_down,   &command_switch,     &command_log,
	&command_show,     &command_check,  &command_test,       &command_build,
	&command_baseline, &command_squash, &command_schema,     &command_diff,
	&command_verify,   &command_accept, &command_restore,    &command_approve,
	&command_promote,  &command_sync,   &command_hooks,      &command_hook,
	&command_doctor,   &command_psql,   &command_completion, NULL,
};
