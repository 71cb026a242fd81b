/*
 * Where a server that the tool starts itself has its things: the folders, their owner, the
 * programs.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

#define PLACE_ROOT "/var/lib/git-migrate" /* for servers of root's */

typedef struct {
	char *base; /* the folder of it all */
	char *data;
	char *socket;
	char *log;
	uid_t uid; /* 0: ourselves */
	gid_t gid;
	int major; /* of a scratch server; 0: the embedded one */
} Place;

/* Frees what it holds; it is all zero afterwards. */
void place_clear(Place *place);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Place, place_clear)

/*
 * The place of a repository's server; `owner` is the common Git directory. With a major version it
 * is that of a scratch server, else that of the embedded one. `place` must be zeroed.
 */
bool place_find(const char *owner, int major, Place *place, GError **error);

/* The user that a server of root's runs as. */
bool place_find_user(Place *place, GError **error);

/* Makes the folders, the server's alone. One that somebody else made is refused. */
bool place_make(const Place *place, GError **error);

/* Whether the repository that a place of root's (the last part of its path) was made for still
 * stands behind it. */
bool place_is_wanted(const char *owner, const char *name);

/* The major version of the programs in a folder; 0 with an error when they do not say. */
int binaries_major(const char *binaries, GError **error);
