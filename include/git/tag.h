/*
 * Release tags: the tag object behind a ref, and the making of a signed one.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "git/repo.h"

/* The bytes of a tag object, to be verified like any signed text; NULL with ERR_REPOSITORY when the
 * id is that of another object (a lightweight tag stands on its commit). g_bytes_unref(). */
GBytes *git_tag_text(GitRepo *repo, const char *oid, GError **error);

/* The name in a tag object's own header, for the caller to free; NULL when the text has none. */
char *git_tag_inner_name(GBytes *text);

/* `git tag` of a commit, annotated, and signed with `sign`. ERR_REPOSITORY with what git said. */
bool git_tag_make(GitRepo *repo, const char *name, const char *commit, const char *message,
		  bool sign, GError **error);

/* Whether a commit is reachable from another one (or is it). A shallow history that cannot tell is
 * ERR_REPOSITORY with the remedy. */
bool git_commit_is_in(GitRepo *repo, const char *commit, const char *tip, bool *is_in,
		      GError **error);
