/*
 * Notes: text attached to commits, read in every layout that Git writes and appended to without
 * losing a concurrent writer.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "git/repo.h"

typedef struct {
	char *object; /* the annotated object's id */
	GBytes *text;
	char *blob; /* the note's blob id */
} GitNotesEntry;

/* Frees it; NULL is fine. */
void git_notes_entry_free(GitNotesEntry *note);

/* All notes of a ref ("refs/notes/..."), GitNotesEntry*, owned; empty when the ref does not exist.
 * Layouts: flat and fanned out by one or two levels. */
GPtrArray *git_notes_read(GitRepo *repo, const char *ref, GError **error);

/* One text to be appended to the note of one object. */
typedef struct {
	const char *object;
	const char *text;
	size_t length;
} GitNoteAddition;

/*
 * Appends the texts (each kept byte for byte; the note's text is the concatenation) in one new
 * commit on top of `ref`, with this commit message. Retries when another process moves the ref. The
 * object need not exist here.
 */
bool git_notes_append(GitRepo *repo, const char *ref, const GitNoteAddition *additions, guint count,
		      const char *message, GError **error);
