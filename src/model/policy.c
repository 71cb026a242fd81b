#include "model/policy.h"

#include <string.h>

static void connection_word_free(ConnectionWord *word)
{
	g_free(word->keyword);
	g_free(word->value);
	g_free(word);
}

Policy *policy_new(void)
{
	Policy *policy = g_new0(Policy, 1);

	policy->connection = g_ptr_array_new_with_free_func((GDestroyNotify)connection_word_free);
	policy->signers = g_new0(char *, 1);
	policy->approvers = g_new0(char *, 1);
	policy->overridable = g_new0(char *, 1);
	policy->sign = true;
	return policy;
}

void policy_free(Policy *policy)
{
	if (!policy)
		return;
	g_free(policy->environment);
	g_free(policy->file);
	g_ptr_array_unref(policy->connection);
	g_free(policy->source_branch);
	g_free(policy->source_tags);
	g_free(policy->promote_from);
	g_strfreev(policy->signers);
	g_strfreev(policy->approvers);
	g_strfreev(policy->overridable);
	g_free(policy);
}

void policy_add_connection(Policy *policy, const char *keyword, const char *value, unsigned line,
			   unsigned column)
{
	ConnectionWord *word = g_new0(ConnectionWord, 1);

	word->keyword = g_strdup(keyword);
	word->value = g_strdup(value);
	word->line = line;
	word->column = column;
	g_ptr_array_add(policy->connection, word);
}

/* A gpg user id "Name <mail>" is listed by its mail alone, too. */
static bool has_mail(const char *signer, const char *mail)
{
	g_autofree char *bracketed = g_strdup_printf("<%s>", mail);

	return g_str_has_suffix(signer, bracketed);
}

bool policy_lists(char *const *list, const char *signer, const char *key)
{
	if (!*list)
		return true;
	for (; *list; list++)
		if (g_strcmp0(*list, signer) == 0 || g_strcmp0(*list, key) == 0 ||
		    (signer && has_mail(signer, *list)))
			return true;
	return false;
}

bool policy_is_private(const Policy *policy)
{
	return policy->mode == MODE_FOLLOW || policy->embedded;
}

guint policy_approvals(const Policy *policy)
{
	const guint least = policy->require_approval ? 1 : 0;

	return MAX((guint)policy->approvals, least);
}

static bool same_list(char *const *a, char *const *b)
{
	return g_strv_equal((const char *const *)a, (const char *const *)b);
}

bool policy_is_same(const Policy *a, const Policy *b)
{
	return g_strcmp0(a->source_branch, b->source_branch) == 0 &&
	       g_strcmp0(a->source_tags, b->source_tags) == 0 && a->mode == b->mode &&
	       g_strcmp0(a->promote_from, b->promote_from) == 0 && a->soak_ms == b->soak_ms &&
	       same_list(a->signers, b->signers) && same_list(a->approvers, b->approvers) &&
	       same_list(a->overridable, b->overridable) &&
	       policy_approvals(a) == policy_approvals(b) && a->sign == b->sign;
}
