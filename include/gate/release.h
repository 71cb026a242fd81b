/*
 * The release gate: whether what is deployed is a release as the policy wants it. Pure.
 *
 * A tag is believed when its object is signed by somebody who may release, calls itself by the name
 * of its ref (a tag object verifies under any ref that it is copied to), was never seen as another
 * object, and lies on the mapped branch.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

#include "model/gate.h"
#include "model/policy.h"

typedef struct {
	const char *commit;
	const char *tag;    /* without refs/tags/, or NULL: what is deployed is no tag */
	const char *remote; /* for remedies: the remote's name, or NULL */
	bool to_be_made;    /* the tag does not exist yet: the command that asks will sign it */
	const char
		*name_inside; /* the name in the tag object, or NULL: the ref stands on a commit */
	bool good;            /* git accepts its signature; the three below belong to it */
	const char *signer;
	const char *key;
	const char *reason; /* why git does not accept it */
	gint64 seen; /* sequence of a record that deployed another object by this tag's name; or 0
		      */
	const char *branch; /* full name of the mapped branch, or NULL when there is none */
	const char
		*branch_missing; /* name of the mapped branch, when this clone does not have it */
	bool on_branch;
} ReleaseFacts;

/* The gate's answer; NULL when the policy does not deploy from tags. The caller frees it. */
Gate *gate_release(const Policy *policy, const ReleaseFacts *facts);
