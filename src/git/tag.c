#include "git/tag.h"

#include <string.h>

#include "base/error.h"
#include "internal.h"

GBytes *git_tag_text(GitRepo *repo, const char *oid, GError **error)
{
	git_odb *database = NULL;
	git_odb_object *object = NULL;
	GBytes *text = NULL;
	git_oid id;

	if (!git_internal_oid(&id, oid, error))
		return NULL;
	if (git_repository_odb(&database, repo->handle) != 0 ||
	    git_odb_read(&object, database, &id) != 0)
		git_internal_fail(error, "cannot read object %s", oid);
	else if (git_odb_object_type(object) != GIT_OBJECT_TAG)
		error_set(error, ERR_REPOSITORY, "object %s is not a tag", oid);
	else
		text = g_bytes_new(git_odb_object_data(object), git_odb_object_size(object));
	git_odb_object_free(object);
	git_odb_free(database);
	return text;
}

char *git_tag_inner_name(GBytes *text)
{
	static const char header[] = "\ntag ";
	size_t length;
	const char *start = g_bytes_get_data(text, &length);
	const char *line = start ? g_strstr_len(start, (gssize)length, header) : NULL;
	const char *blank = start ? g_strstr_len(start, (gssize)length, "\n\n") : NULL;
	const char *end;

	if (!line || (blank && blank < line))
		return NULL;
	line += strlen(header);
	end = memchr(line, '\n', (size_t)(start + length - line));
	return end ? g_strndup(line, (gsize)(end - line)) : NULL;
}

/* Some versions of git leave the signature out when they cannot sign, and end well all the same:
 * such a tag is taken back. */
static bool check_signed(GitRepo *repo, const char *name, GError **error)
{
	const char *const drop[] = {"tag", "-d", name, NULL};
	g_autofree char *ref = g_strconcat("refs/tags/", name, NULL);
	g_autofree char *oid = git_ref_find(repo, ref);
	g_autoptr(GBytes) text = oid ? git_tag_text(repo, oid, NULL) : NULL;
	g_autofree char *said = NULL;
	size_t length = 0;
	const char *start = text ? g_bytes_get_data(text, &length) : NULL;

	if (start && g_strstr_len(start, (gssize)length, "\n-----BEGIN "))
		return true;
	said = git_repo_run(repo, drop, NULL);
	error_set(error, ERR_REPOSITORY, "cannot make tag '%s': git did not sign it", name);
	return error_hint(error,
			  "git tag -s shows why: is user.signingKey a key that can be used?");
}

bool git_tag_make(GitRepo *repo, const char *name, const char *commit, const char *message,
		  bool sign, GError **error)
{
	const char *const words[] = {"tag", sign ? "-s" : "-a", "-m", message, name, commit, NULL};
	g_autofree char *said = git_repo_run(repo, words, error);

	if (said)
		return !sign || check_signed(repo, name, error);
	g_prefix_error(error, "cannot make tag '%s': ", name);
	return false;
}

bool git_commit_is_in(GitRepo *repo, const char *commit, const char *tip, bool *is_in,
		      GError **error)
{
	guint ahead = 0, behind = 0;

	/* What is seen on the branch is on it; what is not seen may stand where the history is cut
	 * off. */
	if (git_internal_ahead_behind(repo, commit, tip, &ahead, &behind, error) &&
	    (ahead == 0 || !git_repo_is_shallow(repo))) {
		*is_in = ahead == 0;
		return true;
	}
	if (!git_repo_is_shallow(repo))
		return false;
	g_clear_error(error);
	return git_internal_refuse_shallow(
		error, "does not show whether commit %.12s is on the branch at %.12s", commit, tip);
}
