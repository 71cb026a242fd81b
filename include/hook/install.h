/*
 * Hooks installed beside whatever is there: never overwritten, and taken away again without a
 * trace.
 *
 * git 2.54 and later calls hooks that its configuration names, beside those in the hooks folder:
 * then only settings are written (git-config(1), "hook.<name>.command"). Before, a stub is put into
 * the hooks folder, and a hook that was there is kept under another name and runs first. Where
 * core.hooksPath belongs to another tool nothing is written: its own configuration must call us,
 * and the line to add is said.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "git/repo.h"

typedef enum {
	HOOK_ABSENT,
	HOOK_STUB,    /* our file in the hooks folder */
	HOOK_CHAINED, /* the same, and the hook that was there runs first */
	HOOK_SETTING, /* in git's configuration */
	HOOK_FOREIGN, /* somebody else's file, which does not call us */
	HOOK_CALLED,  /* somebody else's file, which calls us */
	HOOK_LOST,    /* we were here: another tool has put its file over ours */
} HookState;

typedef struct {
	const char *name;
	HookState state;
	char *path; /* of the file in the hooks folder */
	char *line; /* what another tool's configuration must call, when it has to be added by hand;
		       or NULL */
} HookStatus;

/* Frees it; NULL is fine. */
void hook_status_free(HookStatus *status);

typedef struct {
	bool server;        /* pre-receive and post-receive instead of a developer's hooks */
	const char *deploy; /* names of environments that this clone deploys, or NULL */
	bool background;    /* deployments by push do not keep the pusher waiting */
	bool follow;        /* the developer's own database goes where HEAD goes */
	bool force;         /* into core.hooksPath, too */
} HookInstallation;

/* Installs the hooks that are asked for; what became of each is in *statuses (HookStatus*, owned).
 * ERR_CONFIG for an environment that does not exist at HEAD, ERR_SYSTEM when a file cannot be
 * written or would be lost. */
bool hook_install(GitRepo *repo, const HookInstallation *wanted, GPtrArray **statuses,
		  GError **error);

/* Takes all of ours away and puts back what was there. *statuses: those that were removed. */
bool hook_uninstall(GitRepo *repo, GPtrArray **statuses, GError **error);

/* All hooks that we know. HookStatus*, owned. */
GPtrArray *hook_statuses(GitRepo *repo, GError **error);

/* Where the hook that was there before ours is kept, whether it exists or not; for the caller to
 * free. */
char *hook_previous_path(GitRepo *repo, const char *name, GError **error);

/* The state in words, as `hooks status` shows it; static. */
const char *hook_state_name(HookState state);
