#include "gate/approvals.h"

#include <string.h>

#include "base/text.h"

void approval_fact_free(ApprovalFact *fact)
{
	if (!fact)
		return;
	g_free(fact->id);
	g_free(fact->signer);
	g_free(fact->key);
	g_free(fact->expires);
	g_free(fact);
}

static const char *name_of(const ApprovalFact *fact)
{
	return fact->signer ? fact->signer : fact->key;
}

/* The mail address in "Name <mail>", or the whole text. */
static char *mail_of(const char *signer)
{
	const char *open = signer ? strrchr(signer, '<') : NULL;
	const char *close = open ? strchr(open, '>') : NULL;

	return close ? g_strndup(open + 1, (gsize)(close - open - 1))
		     : g_strdup(signer ? signer : "");
}

static bool is_author(const ApprovalFact *fact, GHashTable *authors)
{
	g_autofree char *mail = mail_of(fact->signer);

	return authors && (g_hash_table_contains(authors, mail) ||
			   (fact->key && g_hash_table_contains(authors, fact->key)));
}

static bool is_deployer(const ApprovalFact *fact, const ApprovalFacts *facts)
{
	return (fact->key && g_strcmp0(fact->key, facts->deployer_key) == 0) ||
	       (fact->signer && g_strcmp0(fact->signer, facts->deployer) == 0);
}

/* Why an approval does not count, or NULL. `people` holds the keys and principals that have counted
 * already. */
static const char *objection(const Policy *policy, const ApprovalFact *fact,
			     const ApprovalFacts *facts, GHashTable *people)
{
	if (strcmp(fact->expires, facts->now) <= 0)
		return "has expired";
	if (!policy_lists(policy->approvers, fact->signer, fact->key))
		return "is not among the approvers";
	if (is_author(fact, facts->authors))
		return "wrote one of the migrations";
	if (is_deployer(fact, facts))
		return "deploys it";
	if ((fact->signer && g_hash_table_contains(people, fact->signer)) ||
	    (fact->key && g_hash_table_contains(people, fact->key)))
		return "has approved already";
	return NULL;
}

static void note_person(GHashTable *people, const ApprovalFact *fact)
{
	if (fact->signer)
		g_hash_table_add(people, fact->signer);
	if (fact->key)
		g_hash_table_add(people, fact->key);
}

static void append_one(GString *list, const char *name, const char *why)
{
	g_string_append_printf(list, "%s%s", list->len ? ", " : "", name);
	if (why)
		g_string_append_printf(list, " %s", why);
}

static guint count(const Policy *policy, const ApprovalFacts *facts, GString *counted,
		   GString *others)
{
	g_autoptr(GHashTable) people = g_hash_table_new(g_str_hash, g_str_equal);
	guint number = 0;

	for (guint i = 0; i < facts->approvals->len; i++) {
		ApprovalFact *fact = g_ptr_array_index(facts->approvals, i);
		const char *why = objection(policy, fact, facts, people);

		fact->counts = !why;
		if (why) {
			append_one(others, name_of(fact), why);
			continue;
		}
		note_person(people, fact);
		append_one(counted, name_of(fact), NULL);
		number++;
	}
	return number;
}

static Gate *judge(const char *environment, guint needed, const ApprovalFacts *facts, guint number,
		   const char *counted, const char *others)
{
	g_autofree char *where = text_shell_word(facts->where);
	g_autofree char *remedy = g_strdup_printf(
		"others approve it with: git migrate approve --env %s --at %s", environment, where);
	g_autofree char *found =
		g_strdup_printf("%u of %u%s%s%s%s%s", number, needed, *counted ? ": " : "", counted,
				*others ? " (not counted: " : "", others, *others ? ")" : "");

	if (number >= needed)
		return gate_new(GATE_APPROVALS, GATE_PASSED, NULL, "%s", found);
	return gate_new(GATE_APPROVALS, GATE_WAITING, remedy, "%s", found);
}

Gate *gate_approvals(const Policy *policy, const ApprovalFacts *facts)
{
	const guint needed = policy_approvals(policy);
	g_autoptr(GString) counted = g_string_new(NULL);
	g_autoptr(GString) others = g_string_new(NULL);
	guint number;

	if (needed == 0)
		return NULL;
	if (facts->authors_unknown)
		return gate_new(GATE_APPROVALS, GATE_FAILED,
				"fetch the whole history: git fetch --unshallow",
				"who wrote the pending migrations cannot be told, so nobody can be "
				"counted");
	number = count(policy, facts, counted, others);
	return judge(policy->environment, needed, facts, number, counted->str, others->str);
}
